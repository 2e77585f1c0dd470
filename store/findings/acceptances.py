"""Warnings that somebody accepted: kept with the values they were about, for as long as those stand.

A warning of an episode is another one as soon as a value it is about changes. Its acceptance then lapses, at the check
that finds it out, and never comes back. That the agency changed its letter since is no such change: what is found by
another edition says nothing of what was accepted by the one before. Whatever happens to an acceptance stands in the
audit of the record it is about: the event's where there is one, else the episode's.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from store.disk import sqlite
from store.disk.audit import Chain
from store.disk.tables import ACCEPTANCES, CLIENTS, EPISODES, EVENTS, FINDINGS, LETTERS
from store.facts import AgencyInfo, Kind
from store.findings import due_part
from store.findings.acceptance_facts import AcceptanceInfo, Key, kept_key, key_of, values_text
from store.findings.figures import WEIGHTS
from store.records.read import batches
from store.records.values import moment
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import Finding, Severity
from validators.standard.terminology import Sentence

LONGEST_REASON = 2000
_LIVE = (ACCEPTANCES.c.lapsed_at.is_(None), ACCEPTANCES.c.withdrawn_at.is_(None))
ACT_ACCEPT, ACT_LAPSE, ACT_WITHDRAW = "accept", "lapse", "take back"


@dataclass(frozen=True, slots=True)
class Live:
    """A live acceptance as a check meets it."""

    number: int
    id: str
    episode_id: str
    event_id: str
    rule: str
    reason: str


def live(connection: Connection, episodes: Collection[int]) -> dict[int, dict[Key, Live]]:
    """The live acceptances of some episodes, by episode and by what they are tied to."""
    columns = ("number", "id", "episode_number", "event_id", "rule", "told", "reason")
    query = (
        select(*(ACCEPTANCES.c[name] for name in columns), EPISODES.c.id.label("episode_id"))
        .join(EPISODES, EPISODES.c.number == ACCEPTANCES.c.episode_number)
        .where(*_LIVE)
    )
    found: dict[int, dict[Key, Live]] = {}
    for row in connection.execute(query.where(sqlite.among(ACCEPTANCES.c.episode_number, episodes))):
        one = Live(row.number, row.id, row.episode_id, row.event_id, row.rule, row.reason)
        found.setdefault(row.episode_number, {})[row.event_id, row.rule, row.told] = one
    return found


def _where(finding: Finding) -> Sentence:
    """Which warning is meant, within a sentence."""
    return Sentence("rule {rule}, {episode} {id}", rule=finding.rule, id=finding.episode or finding.episode_id)


def lapse(unit: UnitOfWork, gone: Collection[Live]) -> None:
    """Let acceptances lapse whose warning is not there any more; not those by an edition that the agency left since,
    or came back from, as long as their values stand."""
    stand = _of_other_letters(unit.connection, {one.number for one in gone})
    for one in gone:
        if one.number in stand:
            continue
        unit.connection.execute(update(ACCEPTANCES).where(ACCEPTANCES.c.number == one.number).values(lapsed_at=unit.at))
        _audit(unit.chain, ACT_LAPSE, one.episode_id, one.event_id, one.rule, one.reason, None)


def _of_other_letters(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Which acceptances were given before the agency last changed its letter, or undid that, and have all values still
    that they are about."""
    since = (LETTERS.c.changed_at >= ACCEPTANCES.c.accepted_at) | (LETTERS.c.undone_at >= ACCEPTANCES.c.accepted_at)
    changed = select(1).where(LETTERS.c.agency_number == ACCEPTANCES.c.agency_number, since).exists()
    typed = (CLIENTS.c.typed, EPISODES.c.typed, EVENTS.c.typed)
    query = (
        select(ACCEPTANCES.c.number, ACCEPTANCES.c.told, *(one.label(f"typed_{at}") for at, one in enumerate(typed)))
        .join(EPISODES, EPISODES.c.number == ACCEPTANCES.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .outerjoin(EVENTS, (EVENTS.c.id == ACCEPTANCES.c.event_id) & EVENTS.c.deleted_at.is_(None))
        .where(sqlite.among(ACCEPTANCES.c.number, numbers), changed)
    )
    stand: set[int] = set()
    for number, told, *records in connection.execute(query):
        values = {header: value for its in records if its for header, value in json.loads(its).items()}
        if all(values.get(header, "") == value for header, value in json.loads(told).items()):
            stand.add(number)
    return stand


def rename(unit: UnitOfWork, agency: AgencyInfo, renamed: Mapping[str, str]) -> None:
    """Keep what is accepted for values under the headers that these are kept under from now on."""
    its = (ACCEPTANCES.c.agency_number == agency.number, *_LIVE)
    for number, told in unit.connection.execute(select(ACCEPTANCES.c.number, ACCEPTANCES.c.told).where(*its)).all():
        values = json.loads(told)
        if not renamed.keys().isdisjoint(values):
            now = values_text({renamed.get(header, header): value for header, value in values.items()})
            unit.connection.execute(update(ACCEPTANCES).where(ACCEPTANCES.c.number == number).values(told=now))


def accept(
    unit: UnitOfWork,
    findings: Sequence[Finding],
    reason: str,
) -> list[AcceptanceInfo]:
    """Accept warnings for one reason. Those that are accepted already keep theirs and are not returned.

    Raises Problem for an error or a notice, a missing reason, and a warning that the last check did not find.
    """
    reason = _required(reason)
    for one in findings:
        if one.severity is not Severity.WARNING:
            what = "An error cannot be accepted" if one.severity is Severity.ERROR else "A notice counts for nothing"
            todo = "mend it" if one.severity is Severity.ERROR else "there is nothing to accept"
            raise Problem(Sentence("{what} ({where}): {todo}.", what=what, where=_where(one), todo=todo))
    made: list[str] = []
    for batch in batches(findings):
        made += _accept(unit, batch, reason)
    return _infos(unit.connection, made)


def _accept(
    unit: UnitOfWork,
    findings: Sequence[Finding],
    reason: str,
) -> list[str]:
    wanted = {one.episode_id for one in findings}
    query = select(EPISODES.c.id, EPISODES.c.number, EPISODES.c.agency_number).where(EPISODES.c.id.in_(wanted))
    episodes = {row.id: row for row in unit.connection.execute(query)}
    numbers = {row.number for row in episodes.values()}
    # A letter that was left may say the same of the same values.
    kept: dict[tuple[int, Key], list[Any]] = defaultdict(list)
    weighed = FINDINGS.c.weight == WEIGHTS[Severity.WARNING]
    columns = ("number", "episode_number", "rule", "told", "acceptance")
    rows = select(*(FINDINGS.c[name] for name in columns)).where(FINDINGS.c.episode_number.in_(numbers), weighed)
    for row in unit.connection.execute(rows):
        kept[row.episode_number, kept_key(row.rule, row.told)].append(row)
    made: list[str] = []
    done: set[int] = set()
    for one in findings:
        episode, key = episodes.get(one.episode_id), key_of(one)
        its = kept.get((episode.number, key)) if episode is not None else None
        if episode is None or not its:
            told = "The last check found no such warning ({where}): look at the findings again."
            raise Problem(Sentence(told, where=_where(one)))
        if its[0].acceptance or its[0].number in done:
            continue
        own_id = str(uuid.uuid4())
        columns_made = {
            "id": own_id, "agency_number": episode.agency_number, "episode_number": episode.number,
            "event_id": one.event_id, "rule": one.rule, "told": key[2], "reason": reason,
            "accepted_at": unit.at, "accepted_by": unit.person,
        }  # fmt: skip
        unit.connection.execute(insert(ACCEPTANCES).values(**columns_made))
        number = select(ACCEPTANCES.c.number).where(ACCEPTANCES.c.id == own_id).scalar_subquery()
        these = FINDINGS.c.number.in_([each.number for each in its])
        unit.connection.execute(update(FINDINGS).where(these).values(acceptance=number))
        _audit(unit.chain, ACT_ACCEPT, one.episode_id, one.event_id, one.rule, None, reason)
        made.append(own_id)
        done.add(its[0].number)
    due_part.refigure(unit.connection, numbers)
    return made


def withdraw(
    unit: UnitOfWork,
    acceptance_id: str,
) -> AcceptanceInfo:
    """Take an acceptance back. Raises Problem when there is none, or it lapsed or was taken back before."""
    row = unit.connection.execute(select(ACCEPTANCES).where(ACCEPTANCES.c.id == acceptance_id)).one_or_none()
    if row is None:
        raise Problem(f"There is no acceptance {acceptance_id} in the store: list them to see which there are.")
    if row.withdrawn_at is not None or row.lapsed_at is not None:
        did = "was taken back already" if row.withdrawn_at is not None else "has lapsed, a value of it changed"
        raise Problem(f"The acceptance {acceptance_id} {did}: there is nothing to take back.")
    mine = ACCEPTANCES.c.number == row.number
    unit.connection.execute(update(ACCEPTANCES).where(mine).values(withdrawn_at=unit.at, withdrawn_by=unit.person))
    own = FINDINGS.c.episode_number == row.episode_number
    unit.connection.execute(update(FINDINGS).where(own, FINDINGS.c.acceptance == row.number).values(acceptance=0))
    (info,) = _infos(unit.connection, [acceptance_id])
    _audit(unit.chain, ACT_WITHDRAW, info.episode_id, row.event_id, row.rule, row.reason, None)
    due_part.refigure(unit.connection, [row.episode_number])
    return info


def listed(
    snapshot: Snapshot,
    agency: AgencyInfo,
    *,
    lapsed: bool = False,
    withdrawn: bool = False,
    client_id: str | None = None,
) -> list[AcceptanceInfo]:
    """The live acceptances of an agency or of one client, on demand with those that ended; the latest first."""
    query = _query().where(
        ACCEPTANCES.c.agency_number == agency.number, EPISODES.c.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None)
    )
    if not lapsed:
        query = query.where(ACCEPTANCES.c.lapsed_at.is_(None))
    if not withdrawn:
        query = query.where(ACCEPTANCES.c.withdrawn_at.is_(None))
    if client_id is not None:
        query = query.where(CLIENTS.c.id == client_id)
    return [_info(row) for row in snapshot.connection.execute(query.order_by(ACCEPTANCES.c.number.desc()))]


def _query() -> Select[Any]:
    return (
        select(
            ACCEPTANCES,
            CLIENTS.c.id.label("client_id"),
            CLIENTS.c.reference,
            EPISODES.c.id.label("episode_id"),
            EPISODES.c.external_id,
        )
        .join(EPISODES, EPISODES.c.number == ACCEPTANCES.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
    )


def _infos(connection: Connection, ids: Sequence[str]) -> list[AcceptanceInfo]:
    found: list[AcceptanceInfo] = []
    for some in batches(ids):
        rows = connection.execute(_query().where(ACCEPTANCES.c.id.in_(some)).order_by(ACCEPTANCES.c.number))
        found += [_info(row) for row in rows]
    return found


def _info(row: Row[Any]) -> AcceptanceInfo:
    return AcceptanceInfo(
        row.id,
        row.client_id,
        row.episode_id,
        row.event_id,
        row.rule,
        json.loads(row.told),
        row.reason,
        moment(row.accepted_at),
        row.accepted_by,
        row.reference or "",
        row.external_id or "",
        moment(row.lapsed_at) if row.lapsed_at else None,
        moment(row.withdrawn_at) if row.withdrawn_at else None,
        row.withdrawn_by or "",
    )


def _audit(chain: Chain, act: str, episode: str, event: str, rule: str, old: str | None, new: str | None) -> None:
    kind: Kind = "event" if event else "episode"
    chain.add(act, kind, event or episode, f"rule {rule}", old, new)


def _required(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise Problem("An acceptance needs a reason: say in a few words why the warning is right as it is.")
    if len(reason) > LONGEST_REASON:
        raise Problem(f"The reason has {len(reason)} characters: say it in {LONGEST_REASON} at most.")
    try:
        reason.encode()
    except UnicodeEncodeError:
        raise Problem("The reason holds a character that cannot be stored: type it again.") from None
    return reason
