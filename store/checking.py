"""What is kept beside an episode: findings of its last check, key worker and note. None of it is a value that is sent.

An episode's revision is the store's saved version at its last change. A check holds for a revision, a day (rules
look at today) and the standard's fingerprint; when one of them is another one, the episode is stale, due for a check.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, insert, select, update

from store import lines
from store.reading import BATCH, batches, episodes
from store.shapes import AgencyInfo, FindingCount
from store.tables import AGENCIES, CLIENTS, EPISODES, FINDINGS, NAMES, STATES, Client, Episode
from store.typed import Derivers
from validators.problems import Problem
from validators.records import EpisodeRecord, Finding, Severity

Checked = tuple[str, str, list[Finding]]

_WEIGHTS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}
_SEVERITIES = {weight: severity for severity, weight in _WEIGHTS.items()}
_NO_FINDINGS = {"errors": 0, "warnings": 0, "notices": 0, "checked_revision": 0}


def basis(day: date, fingerprint: str) -> str:
    """What a check depends on besides the episode."""
    return f"{day.isoformat()} {fingerprint}"


def stamped(
    connection: Connection, agency: AgencyInfo, ids: Collection[str] | None
) -> Iterator[tuple[str, EpisodeRecord]]:
    """Episodes as they stand, each with the stamp that `save` wants back; all of one moment."""
    records = episodes(connection, agency, ids)
    while batch := list(islice(records, BATCH)):
        query = select(EPISODES.c.id, STATES.c.revision).join(STATES, STATES.c.episode_number == EPISODES.c.number)
        wanted = query.where(EPISODES.c.id.in_([record.episode_id for record in batch]))
        stamps = {row.id: str(row.revision) for row in connection.execute(wanted)}
        for record in batch:
            yield stamps[record.episode_id], record


def save(connection: Connection, derivers: Derivers, items: Iterable[Checked], day: date, at: str) -> int:
    """Keep what was found in place of what was found before; return for how many episodes.

    An episode that was changed since it was read is passed over: it stays stale.
    """
    done = 0
    for batch in batches(items, BATCH):
        query = (
            select(
                EPISODES.c.id, EPISODES.c.number, EPISODES.c.client_number, EPISODES.c.agency_number,
                AGENCIES.c.standard, STATES.c.revision, STATES.c.errors, STATES.c.warnings,
                (EPISODES.c.deleted_at.is_not(None) | CLIENTS.c.deleted_at.is_not(None)).label("gone"),
            )
            .join(STATES, STATES.c.episode_number == EPISODES.c.number)
            .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
            .join(AGENCIES, AGENCIES.c.number == EPISODES.c.agency_number)
            .where(EPISODES.c.id.in_([one[0] for one in batch]))
        )  # fmt: skip
        states = {row.id: row for row in connection.execute(query)}
        fresh = {
            states[its].number: (states[its], found)
            for its, stamp, found in batch
            if its in states and str(states[its].revision) == stamp and not states[its].gone
        }
        if not fresh:
            continue
        connection.execute(delete(FINDINGS).where(FINDINGS.c.episode_number.in_(list(fresh))))
        rows, marks, other_flags = [], [], set()
        for number, (state, found) in fresh.items():
            rows += [_row(state, one) for one in found]
            counts = {f"{name}s": sum(one.severity == name for one in found) for name in Severity}
            basis_text = basis(day, derivers[state.standard].fingerprint)
            told = {"checked_revision": state.revision, "checked_for": basis_text, "checked_at": at}
            marks.append({"its": number, **told, **counts})
            before, after = (state.errors > 0, state.warnings > 0), (counts["errors"] > 0, counts["warnings"] > 0)
            if before != after:
                other_flags.add(state.client_number)
        if rows:
            connection.execute(insert(FINDINGS), rows)
        columns: dict[str, Any] = {name: bindparam(name) for name in marks[0] if name != "its"}
        connection.execute(update(STATES).where(STATES.c.episode_number == bindparam("its")).values(columns), marks)
        lines.refresh(connection, derivers, sorted(other_flags), None)
        done += len(fresh)
    return done


def stale(
    connection: Connection, agency: AgencyInfo, day: date, fingerprint: str, offset: int = 0, limit: int | None = None
) -> list[str]:
    """The ids of the episodes that were never checked, were changed since, or were checked by other rules or dates."""
    query = _stale(agency, day, fingerprint).order_by(EPISODES.c.number).offset(offset).limit(limit)
    return list(connection.execute(query).scalars())


def count_stale(connection: Connection, agency: AgencyInfo, day: date, fingerprint: str) -> int:
    """How many there are of them."""
    query = select(func.count()).select_from(_stale(agency, day, fingerprint).subquery())
    return int(connection.execute(query).scalar_one())


def _stale(agency: AgencyInfo, day: date, fingerprint: str) -> Select[Any]:
    return (
        select(EPISODES.c.id)
        .join(STATES, STATES.c.episode_number == EPISODES.c.number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(
            EPISODES.c.agency_number == agency.number,
            EPISODES.c.deleted_at.is_(None),
            CLIENTS.c.deleted_at.is_(None),
            (STATES.c.revision != STATES.c.checked_revision) | (STATES.c.checked_for != basis(day, fingerprint)),
        )
    )


def findings(
    connection: Connection,
    agency: AgencyInfo,
    rule: str | None,
    severity: Severity | None,
    client_id: str | None,
    offset: int,
    limit: int,
) -> list[Finding]:
    """What was found, errors first, then by rule, in order of entry."""
    conditions: list[ColumnElement[bool]] = [FINDINGS.c.agency_number == agency.number]
    if rule is not None:
        conditions.append(FINDINGS.c.rule == rule)
    if severity is not None:
        conditions.append(FINDINGS.c.weight == _WEIGHTS[severity])
    if client_id is not None:
        client = select(CLIENTS.c.number).where(CLIENTS.c.id == client_id).scalar_subquery()
        own = select(EPISODES.c.number).where(EPISODES.c.client_number == client)
        conditions.append(FINDINGS.c.episode_number.in_(own))
    # Found in the index alone, however far down; only what is shown is looked up.
    order = (FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.number)
    shown = select(FINDINGS.c.number).where(*conditions).order_by(*order).offset(offset).limit(limit)
    query = (
        select(FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.told, EPISODES.c.id, CLIENTS.c.id.label("client_id"))
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(FINDINGS.c.number.in_(list(connection.execute(shown).scalars())))
        .order_by(*order)
    )
    return [_finding(row) for row in connection.execute(query)]


def counts(connection: Connection, agency: AgencyInfo) -> list[FindingCount]:
    """How many findings each rule has at each severity, errors first, then by rule."""
    query = (
        select(FINDINGS.c.weight, FINDINGS.c.rule, func.count().label("many"))
        .where(FINDINGS.c.agency_number == agency.number)
        .group_by(FINDINGS.c.weight, FINDINGS.c.rule)
        .order_by(FINDINGS.c.weight, FINDINGS.c.rule)
    )
    return [FindingCount(row.rule, _SEVERITIES[row.weight], row.many) for row in connection.execute(query)]


def forget(connection: Connection, row: Client | Episode) -> None:
    """Forget what was found in an episode, or in all of a client's: it is deleted."""
    own = EPISODES.c.number == row.number if isinstance(row, Episode) else EPISODES.c.client_number == row.number
    numbers = select(EPISODES.c.number).where(own)
    connection.execute(delete(FINDINGS).where(FINDINGS.c.episode_number.in_(numbers)))
    connection.execute(update(STATES).where(STATES.c.episode_number.in_(numbers)).values(**_NO_FINDINGS))


def has_state(connection: Connection, episode: int) -> bool:
    """Whether an episode has its row beside it already, which it gets at the end of the save that enters it."""
    return connection.execute(select(STATES.c.revision).where(STATES.c.episode_number == episode)).first() is not None


def annotate(connection: Connection, episode: int, field: str, new: str) -> str:
    """Set an episode's key worker or note; return what it was. Raises Problem for what cannot be stored."""
    try:
        new.encode()
    except UnicodeEncodeError:
        what = field.replace("_", " ")
        raise Problem(f"The {what} holds a character that cannot be stored: type it again.") from None
    mine = STATES.c.episode_number == episode
    if field == "note":
        old = str(connection.execute(select(STATES.c.note).where(mine)).scalar_one())
        connection.execute(update(STATES).where(mine).values(note=new))
        return old
    query = select(NAMES.c.name).join(STATES, STATES.c.worker == NAMES.c.number).where(mine)
    was = str(connection.execute(query).scalar_one_or_none() or "")
    connection.execute(update(STATES).where(mine).values(worker=lines.number_of(connection, new)))
    return was


def key_workers(connection: Connection, agency: AgencyInfo) -> list[str]:
    """The names of all who are key workers in an agency, by name."""
    at_work = select(STATES.c.worker).where(STATES.c.agency_number == agency.number).distinct()
    names = select(NAMES.c.name).where(NAMES.c.number.in_(at_work)).order_by(NAMES.c.name)
    return list(connection.execute(names).scalars())


def _row(state: Any, found: Finding) -> dict[str, Any]:
    told = {
        "field": found.field,
        "fields": found.fields,
        "message": found.message,
        "values": dict(found.values),
        "section": found.section,
        "episode": found.episode,
        "event_id": found.event_id,
    }
    return {
        "agency_number": state.agency_number,
        "episode_number": state.number,
        "weight": _WEIGHTS[found.severity],
        "rule": found.rule,
        "told": json.dumps(told, ensure_ascii=True, separators=(",", ":")),
    }


def _finding(row: Any) -> Finding:
    told = json.loads(row.told)
    told["fields"] = tuple(told["fields"])
    return Finding(_SEVERITIES[row.weight], row.rule, client_id=row.client_id, episode_id=row.id, **told)
