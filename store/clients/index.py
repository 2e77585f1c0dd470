"""The lines that lists are made of, and the revision of each episode: both follow a save in its own transaction."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, ScalarSelect, Select, bindparam, delete, insert, literal, select, update

from store.disk.tables import (
    AGENCIES,
    CARRIED,
    CLIENTS,
    EPISODES,
    EVENTS,
    FIELD_NOTES,
    LINES,
    NAMES,
    PARTS,
    SAVED,
    STATES,
)
from store.records.read import batches
from store.records.values import Deriver, is_day, moment
from store.snapshot import Snapshot
from validators.local_time import date_text

BATCH = 500
_SAVES, _WRITTEN = 1, 2
_WARNINGS_PER_ERROR = 10_000

OPEN, CLOSED, ERRORS, WARNINGS, NO_CONSENT, DELETED, NOT_BEGUN = (1 << bit for bit in range(7))
UNCONFIRMED, NOTED = 1 << 8, 1 << 9
GOES_ON = "9999-12-31"
"""The closure of what is not closed, where closures are compared."""

# A part of a reference is looked up by its first characters; the ends of a long one are not all worth a row.
SHORTEST_PART, LONGEST_PART = 3, 10
_PARTS_OF = 16
_STARTS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[\W_])(?=[^\W_])")


def saved_version(snapshot: Snapshot) -> int:
    """How often something was saved; 0 when the lines were never made."""
    return _counted(snapshot.connection, _SAVES)


def saves() -> ScalarSelect[int]:
    """The same, as a part of a larger question; null for 0."""
    return select(SAVED.c.version).where(SAVED.c.number == _SAVES).scalar_subquery()


def bump(connection: Connection) -> int:
    """Count one more save; return the new number."""
    return _count(connection, _SAVES)


def list_version(connection: Connection) -> int:
    """How often lines were written anew or taken away, by saves, checks and removals."""
    return _counted(connection, _WRITTEN)


def took_away(connection: Connection) -> None:
    """Note that clients went with their lines: what any session remembers of who is in a list holds no more."""
    bump(connection)
    _count(connection, _WRITTEN)


def _counted(connection: Connection, what: int) -> int:
    return int(connection.execute(select(SAVED.c.version).where(SAVED.c.number == what)).scalar_one_or_none() or 0)


def _count(connection: Connection, what: int) -> int:
    new = _counted(connection, what) + 1
    if not connection.execute(update(SAVED).where(SAVED.c.number == what).values(version=new)).rowcount:
        connection.execute(insert(SAVED).values(number=what, version=new))
    return new


def number_of(connection: Connection, name: str) -> int:
    """The number a name is known by, given to it now when it is new; 0 for no name."""
    if not name:
        return 0
    known = known_number(connection, name)
    if known:
        return known
    connection.execute(insert(NAMES).values(name=name))
    return known_number(connection, name)


def known_number(connection: Connection, name: str) -> int:
    """The number of a name, 0 when nobody bears it."""
    return int(connection.execute(select(NAMES.c.number).where(NAMES.c.name == name)).scalar_one_or_none() or 0)


def are_made(snapshot: Snapshot) -> bool:
    """Whether the lines stand; a migration that changes what they hold takes them away."""
    connection = snapshot.connection
    if not saved_version(snapshot):
        return False
    some = connection.execute(select(LINES.c.client_number).limit(1)).first()
    return some is not None or connection.execute(select(CLIENTS.c.number).limit(1)).first() is None


def rebuild(connection: Connection, derivers: Mapping[str, Deriver]) -> None:
    """Make all lines for a store that has none yet."""
    connection.execute(delete(PARTS))
    connection.execute(delete(LINES))
    revision = bump(connection)
    for some in batches(connection.execute(select(CLIENTS.c.number)).scalars().all(), BATCH):
        refresh(connection, derivers, some, revision)


def refresh(
    connection: Connection, derivers: Mapping[str, Deriver], clients: Iterable[int], revision: int | None
) -> None:
    """Write the lines of some clients anew, and note `revision` for their episodes; None leaves theirs as it is."""
    names: dict[str, int] = {}
    _count(connection, _WRITTEN)
    for some in batches(clients, BATCH):
        if revision is not None:
            _revise(connection, some, revision)
        made = _lines(connection, derivers, some, names)
        _renew_parts(connection, made)
        known = set(connection.execute(select(LINES.c.client_number).where(LINES.c.client_number.in_(some))).scalars())
        new = [line for line in made if line["client_number"] not in known]
        if new:
            connection.execute(insert(LINES), new)
        old = [{**line, "its": line["client_number"]} for line in made if line["client_number"] in known]
        if old:
            columns: dict[str, Any] = {
                column.name: bindparam(column.name) for column in LINES.c if not column.primary_key
            }
            connection.execute(update(LINES).where(LINES.c.client_number == bindparam("its")).values(**columns), old)


def _revise(connection: Connection, clients: Collection[int], revision: int) -> None:
    mine = EPISODES.c.client_number.in_(clients)
    numbers = select(EPISODES.c.number).where(mine)
    connection.execute(update(STATES).where(STATES.c.episode_number.in_(numbers)).values(revision=revision))
    columns = ("episode_number", "agency_number", "worker", "note", "revision", "checked_revision", "checked_for")
    zeros = (literal(0),) * 3
    missing = (
        select(
            EPISODES.c.number, EPISODES.c.agency_number, literal(0), literal(""), literal(revision), literal(0),
            literal(""), literal(""), *zeros,
        )
        .outerjoin(STATES, STATES.c.episode_number == EPISODES.c.number)
        .where(mine, STATES.c.episode_number.is_(None))
    )  # fmt: skip
    connection.execute(insert(STATES).from_select([*columns, "checked_at", "errors", "warnings", "notices"], missing))


def _lines(
    connection: Connection, derivers: Mapping[str, Deriver], clients: list[int], names: dict[str, int]
) -> list[dict[str, Any]]:
    last: dict[int, tuple[str, int, str]] = {}
    events: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for client, at, by, number, episode, section, day, gone in connection.execute(_events(clients)):
        last[client] = max(last.get(client, ("", 0, "")), (at, number, by))
        if gone is None:
            events[episode].append((section, day or ""))
    beside = _beside(connection, clients)
    episodes: dict[int, list[Any]] = defaultdict(list)
    columns = ("client_number", "number", "opened", "begun", "assessed", "closed", "consent", "postcode_part")
    tail = ("created_at", "changed_at", "changed_by", "deleted_at")
    below = (
        select(
            *(EPISODES.c[name] for name in (*columns, *tail)), STATES.c.worker, STATES.c.errors, STATES.c.warnings,
            STATES.c.annotated_at, STATES.c.annotated_by, NAMES.c.name,
        )
        .join(STATES, STATES.c.episode_number == EPISODES.c.number)
        .outerjoin(NAMES, NAMES.c.number == STATES.c.worker)
        .where(EPISODES.c.client_number.in_(clients))
    )  # fmt: skip
    for row in connection.execute(below):
        changed = max((row.changed_at, 0, row.changed_by), (row.annotated_at, 1, row.annotated_by))
        last[row.client_number] = max(last.get(row.client_number, ("", 0, "")), changed)
        if row.deleted_at is None:
            episodes[row.client_number].append(row)
    head = select(CLIENTS, AGENCIES.c.standard).join(AGENCIES, AGENCIES.c.number == CLIENTS.c.agency_number)
    made = []
    for row in connection.execute(head.where(CLIENTS.c.number.in_(clients))).all():
        own = sorted(episodes[row.number], key=lambda one: (one.opened or "", one.number))
        at, _, by = max(last.get(row.number, ("", 0, "")), (row.changed_at, 0, row.changed_by))
        if by not in names:
            names[by] = number_of(connection, by)
        deriver = derivers[row.standard]
        going_on = [one for one in own if one.closed is None and not deriver.withholds(one.consent or "")]
        flags = (DELETED if row.deleted_at is not None else 0) | beside.get(row.number, 0)
        flags |= _flags(own, going_on, deriver)
        made.append(
            {
                "client_number": row.number,
                "agency_number": row.agency_number,
                "reference": folded(row.reference or ""),
                "initials": f"{row.given_initial or ''}{row.family_initial or ''}",
                "birth": row.birth_date or "",
                "opened": own[-1].opened or "" if own else "",
                "changed": at,
                "postcode": (own[-1].postcode_part or "").upper() if own else "",
                "flags": flags,
                "worker": next((one.worker for one in reversed(own) if one.worker), 0),
                "changer": names[by],
                "state": 0 if flags & OPEN else 1 if flags & CLOSED else 2,
                "findings": sum(one.errors * _WARNINGS_PER_ERROR + one.warnings for one in own),
                "worker_name": next((one.name for one in reversed(own) if one.worker), "") or "",
                **_waiting(going_on, events, deriver),
                "unanswered": _unanswered(own, deriver),
            }
        )
    return made


def _events(clients: list[int]) -> Select[Any]:
    """When each event of some clients was changed and by whom, which it is, and its day."""
    return (
        select(
            EPISODES.c.client_number, EVENTS.c.changed_at, EVENTS.c.changed_by, EVENTS.c.number,
            EVENTS.c.episode_number, EVENTS.c.section, EVENTS.c.date, EVENTS.c.deleted_at,
        )
        .join(EPISODES, EPISODES.c.number == EVENTS.c.episode_number)
        .where(EPISODES.c.client_number.in_(clients))
    )  # fmt: skip


def _flags(own: list[Any], going_on: list[Any], deriver: Deriver) -> int:
    """The flags of a client's episodes, of which some go on."""
    flags = 0
    if own:
        flags = OPEN if any(one.closed is None for one in own) else CLOSED
    for one in own:
        flags |= (ERRORS if one.errors else 0) | (WARNINGS if one.warnings else 0)
        if one.consent and deriver.withholds(one.consent):
            flags |= NO_CONSENT
    for one in going_on:
        flags |= NOT_BEGUN if deriver.begins and not one.begun else 0
    return flags


def _waiting(going_on: list[Any], events: Mapping[int, list[tuple[str, str]]], deriver: Deriver) -> dict[str, str]:
    """Since when the episodes that go on stand still, are open, and wait for a review: the longest of each."""
    quiet: list[str] = []
    since: list[str] = []
    reviewed: list[str] = []
    for one in going_on:
        had = events.get(one.number, [])
        days = [day for day in (one.opened, one.assessed, one.begun, *(day for _, day in had)) if day and is_day(day)]
        quiet.append(max(days) if days else date_text(moment(one.created_at)))
        if one.opened and is_day(one.opened):
            since.append(one.opened)
        reviews = [day for section, day in had if section in deriver.reviews and is_day(day)]
        if reviews:
            reviewed.append(max(reviews))
    return {name: min(days, default="") for name, days in (("quiet", quiet), ("since", since), ("reviewed", reviewed))}


def _unanswered(own: list[Any], deriver: Deriver) -> str:
    """The last closure among a client's episodes without an answer about consent; "" where each has one."""
    if not deriver.asks_consent:
        return ""
    closures = [one.closed or GOES_ON for one in own if not one.consent]
    # What cannot be read as a day keeps no episode out of an extract.
    return max((one if is_day(one) else GOES_ON for one in closures), default="")


def _beside(connection: Connection, clients: list[int]) -> dict[int, int]:
    """The flags of what stands beside values, where the record is not deleted: carried over, or with a note."""
    found: dict[int, int] = defaultdict(int)
    carried = (
        select(EPISODES.c.client_number)
        .join(CARRIED, CARRIED.c.episode_number == EPISODES.c.number)
        .outerjoin(EVENTS, EVENTS.c.id == CARRIED.c.record_id)
        .where(EPISODES.c.client_number.in_(clients))
        .where(EPISODES.c.deleted_at.is_(None), EVENTS.c.deleted_at.is_(None))
    )
    for number in connection.execute(carried).scalars():
        found[number] |= UNCONFIRMED
    below = (
        select(EPISODES.c.client_number)
        .join(FIELD_NOTES, FIELD_NOTES.c.episode_number == EPISODES.c.number)
        .outerjoin(EVENTS, EVENTS.c.id == FIELD_NOTES.c.record_id)
        .where(EPISODES.c.client_number.in_(clients))
        .where(EPISODES.c.deleted_at.is_(None), EVENTS.c.deleted_at.is_(None))
    )
    noted = select(FIELD_NOTES.c.client_number).where(FIELD_NOTES.c.client_number.in_(clients)).union_all(below)
    for number in connection.execute(noted).scalars():
        found[number] |= NOTED
    return found


def _renew_parts(connection: Connection, lines: list[dict[str, Any]]) -> None:
    numbers = [line["client_number"] for line in lines]
    kept: dict[int, set[str]] = defaultdict(set)
    query = select(PARTS.c.client_number, PARTS.c.part).where(PARTS.c.client_number.in_(numbers))
    for number, part in connection.execute(query):
        kept[number].add(part)
    rows = []
    for line in lines:
        wanted, number = parts(line["reference"]), line["client_number"]
        if kept[number] - wanted:
            connection.execute(delete(PARTS).where(PARTS.c.client_number == number))
            kept[number] = set()
        rows += [
            {"agency_number": line["agency_number"], "part": part, "client_number": number}
            for part in wanted - kept[number]
        ]
    if rows:
        connection.execute(insert(PARTS), rows)


def folded(text: str) -> str:
    """A reference or a word of a search as they are compared."""
    return text.upper()


def parts(reference: str) -> set[str]:
    """The ends of a reference that are kept to be found by; its beginning is found by itself.

    All ends of an ordinary one; of a very long one those that begin where letters and digits meet, and the last few.
    """
    starts = range(1, len(reference) - SHORTEST_PART + 1)
    if len(reference) > _PARTS_OF:
        meeting = {match.start() for match in _STARTS.finditer(reference)}
        starts = sorted({at for at in starts if at in meeting or at >= len(reference) - _PARTS_OF // 2})  # type: ignore[assignment]
    return {reference[at : at + LONGEST_PART] for at in starts}
