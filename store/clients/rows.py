"""Lists of clients as people see them: what `store.clients.search` finds, looked up row by row."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from store.clients import index
from store.disk.tables import CLIENTS, DRAFTS, EPISODES, EVENTS, LINES, MERGES, NAMES, STATES
from store.facts import AgencyInfo, ClientRow
from store.findings import going
from store.records.values import moment
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod


def with_drafts(connection: Connection, person: str) -> set[int]:
    """The clients in which a person has a draft, of the client or of anything below."""
    found: set[int] = set()
    mine = select(DRAFTS.c.kind, DRAFTS.c.record_id, DRAFTS.c.parent_id).where(DRAFTS.c.person == person)
    for kind, record_id, parent_id in connection.execute(mine).all():
        found |= _clients_above(connection, kind, record_id, parent_id)
    # What was typed into a merged client is offered with the one who is kept.
    while merged := _kept_for(connection, found):
        found = found - merged.keys() | set(merged.values())
    return found


def _kept_for(connection: Connection, clients: Collection[int]) -> dict[int, int]:
    """Those of some clients who were merged into another one, with that one."""
    if not clients:
        return {}
    stands = (MERGES.c.other_number.in_(clients), MERGES.c.split_at.is_(None))
    query = select(MERGES.c.other_number, MERGES.c.keep_number).where(*stands)
    return {row.other_number: row.keep_number for row in connection.execute(query)}


def _clients_above(connection: Connection, kind: str, record_id: str, parent_id: str) -> set[int]:
    """Whose a record is; of a new one, whose it is to be. What a saved one stood under before is another client's."""
    client = select(CLIENTS.c.number)
    episode = select(EPISODES.c.client_number)
    event = episode.join(EVENTS, EVENTS.c.episode_number == EPISODES.c.number)
    if kind == "client":
        queries = [client.where(CLIENTS.c.id == record_id)]
    elif kind == "episode":
        queries = [episode.where(EPISODES.c.id == record_id), client.where(CLIENTS.c.id == parent_id)]
    else:
        queries = [event.where(EVENTS.c.id == record_id), episode.where(EPISODES.c.id == parent_id)]
    return next((found for query in queries if (found := set(connection.execute(query).scalars()))), set())


def next_with_findings(
    snapshot: Snapshot,
    agency: AgencyInfo,
    client_id: str = "",
    *,
    back: bool = False,
    period: ReportingPeriod | None = None,
) -> str:
    """The next client after (or before, `back`) another in order of entry who has an error or a warning.

    With "" the first (or last) of all; the same for somebody who is not in the store, who stands behind all others.
    "" when there is none. One walk along an index that holds the flags. With a `period` only what is found in that
    which its extract holds counts.
    """
    number, wanted = LINES.c.client_number, index.ERRORS | index.WARNINGS
    at = snapshot.connection.execute(select(CLIENTS.c.number).where(CLIENTS.c.id == client_id)).scalar_one_or_none()
    if client_id and at is None and not back:
        return ""
    here = LINES.c.agency_number == agency.number
    query = select(number).where(here, LINES.c.flags.op("&")(index.DELETED) == 0)
    if at is not None:
        query = query.where(number < at if back else number > at)
    if period is not None:
        # The flags are of all that is kept: the letter that was left may find more in its last return.
        query = query.where(number.in_(going.faulty_clients(snapshot, agency, period)))
    else:
        query = query.where(LINES.c.flags.op("&")(wanted) != 0)
    found = snapshot.connection.execute(query.order_by(number.desc() if back else number).limit(1)).scalar_one_or_none()
    if found is None:
        return ""
    return str(snapshot.connection.execute(select(CLIENTS.c.id).where(CLIENTS.c.number == found)).scalar_one())


def of_numbers(connection: Connection, numbers: Sequence[int], person: str = "") -> list[ClientRow]:
    """The rows of some clients, in the order given."""
    if not numbers:
        return []
    drafted = with_drafts(connection, person) if person else set()
    episodes: dict[int, list[Any]] = {}
    below = (
        select(
            EPISODES.c.client_number, EPISODES.c.number, EPISODES.c.opened, EPISODES.c.closed, EPISODES.c.consent,
            EPISODES.c.postcode_part, STATES.c.errors, STATES.c.warnings,
        )
        .join(STATES, STATES.c.episode_number == EPISODES.c.number)
        .where(EPISODES.c.client_number.in_(numbers), EPISODES.c.deleted_at.is_(None))
    )  # fmt: skip
    for row in connection.execute(below):
        episodes.setdefault(row.client_number, []).append(row)
    heads = (
        select(
            CLIENTS.c.number, CLIENTS.c.id, CLIENTS.c.reference, CLIENTS.c.birth_date, CLIENTS.c.sex,
            LINES.c.initials, LINES.c.changed, LINES.c.changer, LINES.c.worker, LINES.c.flags,
        )
        .join(LINES, LINES.c.client_number == CLIENTS.c.number)
        .where(CLIENTS.c.number.in_(numbers))
    )  # fmt: skip
    found = {row.number: row for row in connection.execute(heads)}
    wanted = {number for row in found.values() for number in (row.changer, row.worker)}
    named = select(NAMES.c.number, NAMES.c.name).where(NAMES.c.number.in_(wanted))
    names: dict[int, str] = {row.number: row.name for row in connection.execute(named)}
    merged = _merged_into(connection, [number for number, row in found.items() if row.flags & index.DELETED])
    made = [
        _row(found[number], episodes.get(number, []), names, number in drafted) for number in numbers if number in found
    ]
    if not merged:
        return made
    into = {found[number].id: name for number, name in merged.items()}
    return [replace(one, merged_into=into.get(one.id, "")) for one in made]


def _merged_into(connection: Connection, clients: Collection[int]) -> dict[int, str]:
    """What those of some clients who were merged into another one are known by now."""
    now = {number: number for number in clients}
    while moved := _kept_for(connection, now.values()):
        now = {number: moved.get(at, at) for number, at in now.items()}
    kept = {number: at for number, at in now.items() if number != at}
    if not kept:
        return {}
    query = select(CLIENTS.c.number, CLIENTS.c.reference, CLIENTS.c.id).where(CLIENTS.c.number.in_(kept.values()))
    names = {row.number: row.reference or row.id for row in connection.execute(query)}
    return {number: names[at] for number, at in kept.items()}


def _row(head: Any, episodes: list[Any], names: dict[int, str], drafted: bool) -> ClientRow:
    episodes.sort(key=lambda one: (one.opened or "", one.number))
    latest = episodes[-1] if episodes else None
    return ClientRow(
        id=head.id,
        reference=head.reference or "",
        initials=head.initials,
        birth_date=head.birth_date or "",
        sex=head.sex or "",
        postcode_part=(latest.postcode_part or "") if latest else "",
        opened=(latest.opened or "") if latest else "",
        closed=(latest.closed or "") if latest else "",
        is_open=bool(head.flags & index.OPEN),
        episodes=len(episodes),
        errors=sum(one.errors for one in episodes),
        warnings=sum(one.warnings for one in episodes),
        consent=(latest.consent or "") if latest else "",
        changed_at=moment(head.changed),
        changed_by=names.get(head.changer, ""),
        key_worker=names.get(head.worker, ""),
        has_draft=drafted,
        deleted=bool(head.flags & index.DELETED),
    )
