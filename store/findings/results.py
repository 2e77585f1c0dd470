"""Saving what a check found: of an episode by itself, and of episodes beside each other.

Both kinds are kept beside the episode they are about. A check of an episode replaces the first kind, a comparison of
the whole agency the second; the figures of the episode and its acceptances always follow both.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, delete, insert, select, update

from store.clients import index
from store.disk import sqlite
from store.disk.tables import AGENCIES, BESIDE_CHECKS, CLIENTS, EPISODES, EVENTS, FINDINGS, STATES
from store.facts import AgencyInfo, Kind
from store.findings import acceptances, due_part, figures
from store.findings.acceptance_facts import Going, Key, key_of
from store.findings.acceptances import Live
from store.findings.figures import (
    EARLIER,
    EARLIER_BESIDE,
    GOES,
    KEPT,
    LATE,
    LATE_BESIDE,
    OUTSIDE,
    RETURNED,
    SEVERITIES,
    WEIGHTS,
    Fault,
    event_of,
)
from store.month import agency_settings
from store.records import agencies
from store.records.read import batches
from store.records.values import Derivers
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.records import Finding, Severity


class _State(NamedTuple):
    """What is known of an episode when its findings are saved."""

    id: str
    number: int
    client: int
    agency: int
    standard: str
    revision: int
    errors: int
    warnings: int


Checked = tuple[str, str, list[Finding]]
"""An episode's id, the stamp it was read with, and what its check found."""
Shown = tuple[Finding, int]
"""What shows beside others, and where: see `figures.KEPT`."""


class LeftLetters(NamedTuple):
    """What letters that were left find in their last returns before the one that is due.

    Those of the returns that are `late`, not sent yet, and of the `earlier` ones, which somebody may correct.
    """

    late: tuple[Finding, ...] = ()
    earlier: tuple[Finding, ...] = ()


NOTHING_LEFT = LeftLetters()


class Beside(NamedTuple):
    """What shows only beside other records: among all that is `kept`, among what the return that is due holds, and
    among what those hold that go out in a letter which was `left`."""

    kept: Sequence[Finding]
    returned: Sequence[Finding]
    left: LeftLetters = NOTHING_LEFT


CHECKER = "keywork"
"""Who lets acceptances lapse, in the audit: nobody decides that."""
SAVED_AT_ONCE = 2000
_BESIDE = (KEPT, RETURNED, KEPT | RETURNED, LATE_BESIDE, EARLIER_BESIDE)
"""The marks of what shows only beside others: a comparison of the whole agency replaces it."""
_NONE: Mapping[Key, Live] = {}
NOTHING_GOES: Mapping[str, Going] = {}


_NO_LETTER_LEFT: Mapping[str, LeftLetters] = {}


def basis(
    snapshot: Snapshot,
    agency: AgencyInfo,
    day: date,
    grounds: str = "",
    period: str = "",
) -> str:
    """What a check on a day depends on besides the episode: rules, the agency's settings, and what is to be sent then.

    `grounds` are those it was made by, "" for those of now; `period` is the key of the one that is due, if known.
    """
    its = grounds or agency_settings.grounds(snapshot, agency)
    return f"{day.isoformat()} {its} {period or due_part.due(snapshot, agency, day)}"


def save(
    unit: UnitOfWork,
    items: Iterable[Checked],
    day: date,
    grounds: str = "",
    going: Mapping[str, Going] = NOTHING_GOES,
    left: Mapping[str, LeftLetters] = _NO_LETTER_LEFT,
) -> int:
    """Keep what was found, by the grounds given, in place of what was found before; return for how many episodes.

    `going` is what would be sent of those, by id, of which that is not all as it stands; `left` what letters that were
    left find in their last returns. An episode that was changed since it was read is passed over: it stays stale.
    """
    done, known = 0, {one.number: one for one in agencies.listed(unit)}
    for batch in batches(items, SAVED_AT_ONCE):
        states = _states(unit.connection, [one[0] for one in batch])
        fresh: dict[int, tuple[_State, int, list[Finding]]] = {}
        for its_id, stamp, found in batch:
            state = states.get(its_id)
            revision, _, rows = stamp.partition(" ")
            if state is not None and str(state.revision) == revision:
                fresh[state.number] = state, int(rows or 1), found
        if not fresh:
            continue
        beside = _clear(unit.connection, fresh)
        live = acceptances.live(unit.connection, fresh)
        made: list[dict[str, Any]] = []
        counted: dict[int, figures.Figures] = {}
        gone: list[Live] = []
        for number, (state, count, found) in fresh.items():
            alone = _in_return_alone(going.get(state.id), found, left.get(state.id, NOTHING_LEFT))
            if not found and not alone and number not in beside and number not in live:
                counted[number] = 0, 0, 0, count, 0, 0, 0
                continue
            mine, stays = live.get(number, _NONE), beside.get(number, ())
            own = [_row(state.agency, number, one, mine) for one in found]
            goes = [_row(state.agency, number, one, mine, where) for one, where in alone]
            both = zip(own, found, strict=True)
            faults: list[Fault] = [(row["weight"], one.event_id, row["acceptance"]) for row, one in both]
            faults += [(row.weight, event_of(row.told), row.acceptance) for row in stays if row.beside & KEPT]
            counted[number] = figures.figures(count, faults)
            made += own + goes
            if mine:
                gone += _lost(mine, {row["acceptance"] for row in own + goes} | {row.acceptance for row in stays})
        if made:
            unit.connection.execute(insert(FINDINGS), made)
        _lapse(unit, gone)
        by_agency: dict[int, dict[int, figures.Figures]] = defaultdict(dict)
        for number, its in counted.items():
            by_agency[fresh[number][0].agency][number] = its
        for number, theirs in by_agency.items():
            apart = {
                one: (going[state.id], found)
                for one, (state, _, found) in fresh.items()
                if one in theirs and state.id in going
            }
            _keep_figures(unit, known[number], theirs, apart, day, grounds)
        _show(unit.connection, unit.derivers, [state for state, _, _ in fresh.values()], counted)
        done += len(fresh)
    return done


def _in_return_alone(its: Going | None, kept: Sequence[Finding], left: LeftLetters) -> list[Shown]:
    """What is found in what goes of an episode and is not `kept` of all of it, and what a letter that was left finds in
    what it keeps out, said of all of it or not; and what such letters find in their last returns."""
    before = [*((one, LATE) for one in left.late), *((one, EARLIER) for one in left.earlier)]
    if its is None:
        return before
    return [*before, *((one, GOES) for one in due_part.told_apart(its, kept)), *((one, OUTSIDE) for one in its.outside)]


def _keep_figures(
    unit: UnitOfWork,
    agency: AgencyInfo,
    theirs: Mapping[int, figures.Figures],
    apart: Mapping[int, tuple[Going, Sequence[Finding]]],
    day: date,
    grounds: str,
) -> None:
    """Keep what was counted of an agency's episodes; `apart` are those of which not all goes as it stands."""
    period = due_part.due(unit, agency, day)
    told = {"checked_for": basis(unit, agency, day, grounds, period), "checked_at": unit.at}
    figures.keep(unit.connection, theirs, {**told, "checked_revision": STATES.c.revision})
    due_part.keep(unit.connection, theirs, apart, period)


def save_beside(
    unit: UnitOfWork,
    agency: AgencyInfo,
    found: Beside,
    revision: int,
    day: date,
    grounds: str = "",
) -> None:
    """Keep what shows between an agency's episodes, in place of what was found so before.

    `revision` is the store's saved version when they were read.
    """
    before: dict[int, list[Any]] = defaultdict(list)
    its = (FINDINGS.c.agency_number == agency.number, FINDINGS.c.beside.in_(_BESIDE))
    for row in unit.connection.execute(select(FINDINGS).where(*its).order_by(FINDINGS.c.number)):
        before[row.episode_number].append(row)
    wanted = _by_episode(found)
    numbers = dict.fromkeys(before)
    after: dict[int, list[Shown]] = {}
    for its_id, state in _states(unit.connection, wanted).items():
        after[state.number] = wanted[its_id]
        numbers[state.number] = None
    plain = {number: [(one.rule, _told(one), where) for one, where in ones] for number, ones in after.items()}
    other = [n for n in numbers if [(row.rule, row.told, row.beside) for row in before.get(n, ())] != plain.get(n, [])]
    if other:
        _renew_beside(unit, agency, other, after)
    its_basis = basis(unit, agency, day, grounds)
    mark = {"revision": revision, "checked_for": its_basis}
    mine = BESIDE_CHECKS.c.agency_number == agency.number
    if not unit.connection.execute(update(BESIDE_CHECKS).where(mine).values(mark)).rowcount:
        unit.connection.execute(insert(BESIDE_CHECKS).values(agency_number=agency.number, **mark))


def _by_episode(found: Beside) -> dict[str, list[Shown]]:
    """What was found of each episode, by its id, and where it shows; what shows in both stands there once."""
    both: dict[str, dict[tuple[str, str], Shown]] = defaultdict(dict)
    everywhere = (
        (KEPT, found.kept), (RETURNED, found.returned),
        (EARLIER_BESIDE, found.left.earlier), (LATE_BESIDE, found.left.late),
    )  # fmt: skip
    for where, findings in everywhere:
        for one in findings:
            its = both[one.episode_id]
            told, before = (one.rule, _told(one)), its.get((one.rule, _told(one)), (one, 0))
            its[told] = before[0], where if where > RETURNED else before[1] | where
    return {its_id: list(its.values()) for its_id, its in both.items()}


def withdraw(unit: UnitOfWork, kind: Kind, record_id: str, pattern: str, headers: Collection[str]) -> None:
    """Take back what rules of a pattern say of an episode's or event's fields, which stand: somebody passed them."""
    below = select(EVENTS.c.episode_number).where(EVENTS.c.id == record_id)
    own = EPISODES.c.number.in_(below) if kind == "event" else EPISODES.c.id == record_id
    query = select(EPISODES.c.number, AGENCIES.c.standard)
    one = unit.connection.execute(query.join(AGENCIES, AGENCIES.c.number == EPISODES.c.agency_number).where(own)).one()
    rules = [
        rule.id
        for rule in unit.derivers[one.standard].standard.rules
        if any(row.pattern == pattern for row in rule.rows)
    ]
    its = (
        FINDINGS.c.episode_number == one.number,
        FINDINGS.c.rule.in_(rules),
        sqlite.json_text(FINDINGS.c.told, "event_id") == (record_id if kind == "event" else ""),
        sqlite.json_text(FINDINGS.c.told, "field").in_(headers),
    )
    if unit.connection.execute(delete(FINDINGS).where(*its)).rowcount:
        due_part.refigure(unit.connection, [one.number])


def forget_places(unit: UnitOfWork) -> None:
    """Take out of what shows between records which other record it is: that may be one that goes for good.

    The next comparison, which is due when anything was saved, tells anew of those that stay.
    """
    anonymous = sqlite.json_text(FINDINGS.c.told, "anonymous")
    told = sqlite.json_with(FINDINGS.c.told, "message", anonymous)
    unit.connection.execute(update(FINDINGS).where(FINDINGS.c.beside != 0, anonymous.is_not(None)).values(told=told))


def beside_is_due(snapshot: Snapshot, agency: AgencyInfo, day: date) -> bool:
    """Whether anything was saved, or the day or the rules became others, since the episodes were compared."""
    query = select(BESIDE_CHECKS).where(BESIDE_CHECKS.c.agency_number == agency.number)
    row = snapshot.connection.execute(query).one_or_none()
    holds = basis(snapshot, agency, day)
    return row is None or (row.revision, row.checked_for) != (index.saved_version(snapshot), holds)


def finding(row: Any) -> Finding:
    """A finding as it was, of a row with its weight, rule and `told`, its episode's `id`, `client_id`, `accepted`."""
    told = json.loads(row.told)
    told["fields"] = tuple(told["fields"])
    accepted = row.accepted or ""
    return Finding(
        SEVERITIES[row.weight], row.rule, client_id=row.client_id, episode_id=row.id, accepted=accepted, **told
    )


def forget_beside(unit: UnitOfWork, client_ids: Collection[str]) -> None:
    """Forget what showed between episodes of these clients and others: they are other people's episodes by now, or one
    person's. The next comparison finds what stands; what was accepted of it stays accepted."""
    query = select(EPISODES.c.number).join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
    numbers = list(unit.connection.execute(query.where(CLIENTS.c.id.in_(client_ids))).scalars())
    these = sqlite.among(FINDINGS.c.episode_number, numbers)
    unit.connection.execute(delete(FINDINGS).where(these, FINDINGS.c.beside.in_(_BESIDE)))
    due_part.refigure(unit.connection, numbers)


def _renew_beside(
    unit: UnitOfWork,
    agency: AgencyInfo,
    episodes: Collection[int],
    after: Mapping[int, list[Shown]],
) -> None:
    these = sqlite.among(FINDINGS.c.episode_number, episodes)
    unit.connection.execute(delete(FINDINGS).where(these, FINDINGS.c.beside.in_(_BESIDE)))
    live = acceptances.live(unit.connection, episodes)
    made = [
        _row(agency.number, number, one, live.get(number, _NONE), where)
        for number in episodes
        for one, where in after.get(number, ())
    ]
    if made:
        unit.connection.execute(insert(FINDINGS), made)
    held: dict[int, set[int]] = defaultdict(set)
    for row in unit.connection.execute(select(FINDINGS).where(these, FINDINGS.c.acceptance != 0)):
        held[row.episode_number].add(row.acceptance)
    # An episode that is due for a check may have other warnings in a moment: that check decides.
    due = (STATES.c.revision != STATES.c.checked_revision) & sqlite.among(STATES.c.episode_number, episodes)
    waiting = set(unit.connection.execute(select(STATES.c.episode_number).where(due)).scalars())
    gone = [one for number in live if number not in waiting for one in _lost(live[number], held[number])]
    _lapse(unit, gone)
    due_part.refigure(unit.connection, episodes)
    query = select(EPISODES.c.client_number).where(sqlite.among(EPISODES.c.number, episodes)).distinct()
    index.refresh(unit.connection, unit.derivers, sorted(unit.connection.execute(query).scalars()), None)


def _states(connection: Connection, ids: Collection[str]) -> dict[str, _State]:
    """What is needed of some episodes to save their findings; none of those that are deleted."""
    query = (
        select(
            EPISODES.c.id, EPISODES.c.number, EPISODES.c.client_number, EPISODES.c.agency_number,
            AGENCIES.c.standard, STATES.c.revision, STATES.c.errors, STATES.c.warnings,
        )
        .join(STATES, STATES.c.episode_number == EPISODES.c.number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .join(AGENCIES, AGENCIES.c.number == EPISODES.c.agency_number)
        .where(sqlite.among(EPISODES.c.id, ids), EPISODES.c.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None))
    )  # fmt: skip
    # The driver's own rows: SQLAlchemy's would cost more than the rest of a save.
    return {row[0]: _State(*row) for row in cast(Any, connection.execute(query).cursor)}


def _clear(connection: Connection, episodes: Collection[int]) -> dict[int, list[Any]]:
    """Delete what was found in some episodes by themselves; give what shows beside others, which stays."""
    stays: dict[int, list[Any]] = defaultdict(list)
    old: list[int] = []
    for row in connection.execute(select(FINDINGS).where(sqlite.among(FINDINGS.c.episode_number, episodes))):
        if row.beside in _BESIDE:
            stays[row.episode_number].append(row)
        else:
            old.append(row.number)
    if old:
        connection.execute(delete(FINDINGS).where(sqlite.among(FINDINGS.c.number, old)))
    return stays


def _lost(live: Mapping[Key, Live], held: Collection[int]) -> list[Live]:
    """The acceptances of an episode that none of its findings has any more; `held` are the numbers that they have."""
    return [one for one in live.values() if one.number not in held]


def _lapse(unit: UnitOfWork, gone: Collection[Live]) -> None:
    if gone:
        acceptances.lapse(unit, gone)


def _show(
    connection: Connection,
    derivers: Derivers,
    states: Iterable[_State],
    counted: Mapping[int, figures.Figures],
) -> None:
    """Write the lines of those clients anew whose counts are others now."""
    other = {
        state.client
        for state in states
        if (state.errors, state.warnings) != (counted[state.number][0], counted[state.number][1])
    }
    index.refresh(connection, derivers, sorted(other), None)


def _told(found: Finding) -> str:
    told = {
        "field": found.field,
        "fields": found.fields,
        "message": found.message,
        "values": dict(found.values),
        "section": found.section,
        "episode": found.episode,
        "event_id": found.event_id,
    }
    if found.anonymous:
        told["anonymous"] = found.anonymous
    return json.dumps(told, ensure_ascii=True, separators=(",", ":"))


def _row(agency: int, episode: int, found: Finding, live: Mapping[Key, Live], beside: int = 0) -> dict[str, Any]:
    accepted = live.get(key_of(found)) if live and found.severity is Severity.WARNING else None
    return {
        "agency_number": agency,
        "episode_number": episode,
        "weight": WEIGHTS[found.severity],
        "rule": found.rule,
        "told": _told(found),
        "acceptance": accepted.number if accepted else 0,
        "beside": beside,
    }
