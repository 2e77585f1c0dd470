"""How the caseload stands, from the results kept of its last check: sums in the database, nothing is checked here."""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from store.disk.tables import EPISODES, FINDINGS, GOING_OUT, STATES
from store.facts import AgencyInfo, FindingCount
from store.findings import due_part
from store.findings.acceptance_facts import CaseloadFigures
from store.findings.figures import COUNTS, IN_STORE, SEVERITIES, WEIGHTS, Fault, event_of
from store.findings.figures import figures as counted_as
from store.findings.going import live, sent_in
from store.findings.queries import ACCEPTED, is_due
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.records import Severity

_SUMS = ("rows", "error_rows", "warning_rows", "open_warning_rows", "errors", "warnings")


def figures(
    snapshot: Snapshot, agency: AgencyInfo, period: ReportingPeriod | None = None, *, day: date | None = None
) -> CaseloadFigures:
    """Sums over the episodes that a period's extract would take, or over all; as the last check left them.

    With a `day`, episodes not checked for that day and these rules count as stale; without one only those changed
    since their check. For the period that is due they are the extract's own figures, what waits or was sent already
    left out; for another period all that is known of an episode counts.
    """
    sent = sent_in(snapshot, agency, period) if period else live(agency)
    # Of what is sent otherwise than it stands, what was found in that counts.
    apart = GOING_OUT.c.episode_number.is_not(None)
    own = (GOING_OUT.c.episode_number == EPISODES.c.number) & (
        GOING_OUT.c.period == (due_part.key(period) if period else "")
    )
    due = is_due(snapshot, agency, day) if day else STATES.c.revision != STATES.c.checked_revision
    goes = case((apart & (GOING_OUT.c.rows == 0), 0), else_=1)
    counts = [
        goes,
        *(case((apart, GOING_OUT.c[name]), else_=STATES.c[name]) for name in _SUMS),
        case((due, 1), else_=0),
    ]
    sums: list[Any] = [func.coalesce(func.sum(one), 0) for one in counts]
    query = (
        select(*sums)
        .select_from(EPISODES)
        .join(STATES, STATES.c.episode_number == EPISODES.c.number)
        .outerjoin(GOING_OUT, own)
        .where(sent)
    )
    episodes, rows, error_rows, warning_rows, open_rows, errors, warnings, due_now = snapshot.connection.execute(
        query
    ).one()
    shown = due_part.shown_in(snapshot, agency, period) if period else IN_STORE
    counted, doubted = _causes(snapshot, agency, sent, own, shown)
    if doubted:
        more = _otherwise(snapshot, agency, sent, own, shown)
        error_rows, warning_rows, open_rows = error_rows + more[4], warning_rows + more[5], open_rows + more[6]
        errors, warnings = errors + more[0], warnings + more[1]
    ranked = sorted(counted.items(), key=lambda one: (one[0][0], -one[1][0], one[0][1]))
    causes = tuple(FindingCount(rule, SEVERITIES[weight], its[0], its[1]) for (weight, rule), its in ranked)
    return CaseloadFigures(
        episodes,
        rows,
        error_rows,
        warning_rows,
        open_rows,
        errors,
        warnings,
        sum(cause.accepted for cause in causes),
        due_now,
        causes,
    )


def _causes(
    snapshot: Snapshot,
    agency: AgencyInfo,
    sent: ColumnElement[bool],
    own: ColumnElement[bool],
    shown: Collection[int],
) -> tuple[dict[tuple[int, str], tuple[int, int]], bool]:
    """How many findings each rule has, by weight and rule, and how many of these are accepted.

    With these, whether an episode that goes as it stands has findings that are not `shown`, or not among all that is
    kept: its own figures are of the latter.
    """
    # Far fewer episodes have a finding, or go out otherwise than they stand: these are where it begins.
    mine = FINDINGS.c.agency_number == agency.number
    many = func.count().label("many")
    behind = (
        select(FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.beside, many, ACCEPTED)
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .outerjoin(GOING_OUT, own)
        .where(mine, sent, GOING_OUT.c.episode_number.is_(None), FINDINGS.c.weight <= WEIGHTS[Severity.WARNING])
        .group_by(FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.beside)
    )
    counted: dict[tuple[int, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    doubted = False
    for row in snapshot.connection.execute(behind):
        doubted = doubted or (row.beside in shown) != (row.beside in IN_STORE)
        if row.beside in shown:
            before = counted[row.weight, row.rule]
            counted[row.weight, row.rule] = before[0] + row.many, before[1] + row.accepted
    parts = select(GOING_OUT.c.causes).where(
        GOING_OUT.c.causes != "", select(1).select_from(EPISODES).where(own, sent).exists()
    )
    for causes_told in snapshot.connection.execute(parts).scalars():
        for weight, rule, more, accepted in json.loads(causes_told):
            before = counted[weight, rule]
            counted[weight, rule] = before[0] + more, before[1] + accepted
    return counted, doubted


def _otherwise(
    snapshot: Snapshot,
    agency: AgencyInfo,
    sent: ColumnElement[bool],
    own: ColumnElement[bool],
    shown: Collection[int],
) -> list[int]:
    """What the figures kept of episodes that go as they stand lack where others of their findings are `shown`.

    These are few: an identifier of theirs is also that of somebody who is held back.
    """
    doubted = (
        select(FINDINGS.c.episode_number)
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .outerjoin(GOING_OUT, own)
        .where(FINDINGS.c.agency_number == agency.number, sent, GOING_OUT.c.episode_number.is_(None))
        .where(FINDINGS.c.beside.in_(set(shown) ^ set(IN_STORE)))
    )
    query = (
        select(FINDINGS, STATES.c.rows)
        .join(STATES, STATES.c.episode_number == FINDINGS.c.episode_number)
        .where(FINDINGS.c.episode_number.in_(doubted))
    )
    rows: dict[int, int] = {}
    faults: dict[int, list[tuple[int, Fault]]] = defaultdict(list)
    for row in snapshot.connection.execute(query):
        rows[row.episode_number] = row.rows
        fault = (row.weight, event_of(row.told), row.acceptance)
        faults[row.episode_number].append((row.beside, fault))
    more = [0] * len(COUNTS)
    for number, its in faults.items():
        for sign, among in ((1, shown), (-1, IN_STORE)):
            counted = counted_as(rows[number], [fault for beside, fault in its if beside in among])
            more = [before + sign * count for before, count in zip(more, counted, strict=True)]
    return more
