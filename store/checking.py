"""What is kept beside an episode: findings of its last check, key worker and note. None of it is a value that is sent.

An episode's revision is the store's saved version at its last change, or when an extract that holds something of it was
marked as sent or taken back. A check holds for a revision, a day (rules look at today), the standard's rules, the
agency's settings and the period that is due; when one of them is another one, the episode is stale, due for a check.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, update

from store import kept_findings, lines, sqlite
from store.episode_figures import COUNTS, SEVERITIES, WEIGHTS
from store.kept_findings import basis
from store.reading import chosen, episode_query
from store.shapes import AgencyInfo, FindingCount
from store.tables import ACCEPTANCES, CLIENTS, EPISODES, FINDINGS, NAMES, STATES, Client, Episode
from store.typed import Deriver
from validators.problems import Problem
from validators.records import EpisodeRecord, Finding, Severity

_NO_FINDINGS = dict.fromkeys((*COUNTS, "checked_revision"), 0)
ACCEPTED = func.count(func.nullif(FINDINGS.c.acceptance, 0)).label("accepted")
"""How many findings of a group are accepted."""


def stamped(
    connection: Connection, deriver: Deriver, agency: AgencyInfo, ids: Collection[str] | None, day: date | None = None
) -> Iterator[tuple[str, EpisodeRecord]]:
    """Episodes as they stand, each with the stamp that saving wants back; all of one moment.

    With a `day` only those that are due for a check on it.
    """
    query = episode_query(agency, STATES.c.revision).join(STATES, STATES.c.episode_number == EPISODES.c.number)
    if day is not None:
        query = query.where(EPISODES.c.number.in_(_due(connection, deriver, agency, day)))
    for record, revision in chosen(connection, query, ids):
        yield f"{revision} {deriver.rows(record)}", record


def stale(
    connection: Connection, deriver: Deriver, agency: AgencyInfo, day: date, offset: int = 0, limit: int | None = None
) -> list[str]:
    """The ids of the episodes that were never checked, were changed since, or were checked by other rules or dates."""
    query = _stale(connection, deriver, agency, day).order_by(EPISODES.c.number).offset(offset).limit(limit)
    return list(connection.execute(query).scalars())


def count_stale(connection: Connection, deriver: Deriver, agency: AgencyInfo, day: date) -> int:
    """How many there are of them."""
    query = select(func.count()).select_from(_stale(connection, deriver, agency, day).subquery())
    return int(connection.execute(query).scalar_one())


def _stale(connection: Connection, deriver: Deriver, agency: AgencyInfo, day: date) -> Select[Any]:
    return (
        select(EPISODES.c.id)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(
            EPISODES.c.agency_number == agency.number,
            EPISODES.c.deleted_at.is_(None),
            CLIENTS.c.deleted_at.is_(None),
            EPISODES.c.number.in_(_due(connection, deriver, agency, day)),
        )
    )


def _due(connection: Connection, deriver: Deriver, agency: AgencyInfo, day: date) -> Select[Any]:
    """Found by a walk along the states alone, which are small: few are due, most of the time."""
    due = is_due(connection, deriver, agency, day)
    return select(STATES.c.episode_number).where(STATES.c.agency_number == agency.number, due)


def is_due(connection: Connection, deriver: Deriver, agency: AgencyInfo, day: date) -> ColumnElement[bool]:
    """Whether an episode was changed since its check, or was checked for another day or by other rules."""
    holds = basis(connection, deriver, agency.number, day)
    return (STATES.c.revision != STATES.c.checked_revision) | (STATES.c.checked_for != holds)


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
        conditions.append(FINDINGS.c.weight == WEIGHTS[severity])
    if client_id is not None:
        client = select(CLIENTS.c.number).where(CLIENTS.c.id == client_id).scalar_subquery()
        own = select(EPISODES.c.number).where(EPISODES.c.client_number == client)
        conditions.append(FINDINGS.c.episode_number.in_(own))
    # Found in the index alone, however far down; only what is shown is looked up.
    order = (FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.number)
    shown = select(FINDINGS.c.number).where(*conditions).order_by(*order).offset(offset).limit(limit)
    query = (
        select(
            FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.told, EPISODES.c.id, CLIENTS.c.id.label("client_id"),
            ACCEPTANCES.c.id.label("accepted"),
        )
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .outerjoin(ACCEPTANCES, ACCEPTANCES.c.number == FINDINGS.c.acceptance)
        .where(FINDINGS.c.number.in_(list(connection.execute(shown).scalars())))
        .order_by(*order)
    )  # fmt: skip
    return [kept_findings.finding(row) for row in connection.execute(query)]


def counts(connection: Connection, agency: AgencyInfo) -> list[FindingCount]:
    """How many findings each rule has at each severity, errors first, then by rule."""
    query = (
        select(FINDINGS.c.weight, FINDINGS.c.rule, func.count().label("many"), ACCEPTED)
        .where(sqlite.scanned(FINDINGS.c.agency_number) == agency.number)
        .group_by(FINDINGS.c.weight, FINDINGS.c.rule)
        .order_by(FINDINGS.c.weight, FINDINGS.c.rule)
    )
    return [FindingCount(row.rule, SEVERITIES[row.weight], row.many, row.accepted) for row in connection.execute(query)]


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


def note_who(connection: Connection, episode: int, person: str, at: str) -> None:
    """Keep who changed an episode's key worker or note last, and when: it counts as a change in lists."""
    values = {"annotated_at": at, "annotated_by": person}
    connection.execute(update(STATES).where(STATES.c.episode_number == episode).values(**values))


def key_workers(connection: Connection, agency: AgencyInfo) -> list[str]:
    """The names of all who are key workers in an agency, by name."""
    at_work = select(STATES.c.worker).where(STATES.c.agency_number == agency.number).distinct()
    names = select(NAMES.c.name).where(NAMES.c.number.in_(at_work)).order_by(NAMES.c.name)
    return list(connection.execute(names).scalars())
