"""How the caseload stands, from the results kept of its last check: sums in the database, nothing is checked here."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from store import agency_settings
from store.acceptance_shapes import CaseloadFigures
from store.checking import ACCEPTED, is_due
from store.episode_figures import SEVERITIES, WEIGHTS
from store.shapes import AgencyInfo, FindingCount
from store.tables import CLIENTS, EPISODES, FINDINGS, STATES
from store.typed import Deriver
from validators.periods import ReportingPeriod
from validators.records import Severity

_SUMS = ("rows", "error_rows", "warning_rows", "open_warning_rows", "errors", "warnings")


def sent_in(deriver: Deriver, agency: AgencyInfo, period: ReportingPeriod) -> ColumnElement[bool]:
    """Which episodes a period's extract takes, as far as their derived columns tell; joined with their clients.

    The same as `exporters.selection`, but that fields which no column is derived from are not asked whether an episode
    is extracted at all. What is no date lies before and after nothing.
    """
    start, end = period.start.isoformat(), period.end.isoformat()
    its = EPISODES.c
    within: ColumnElement[bool] = (
        _live(agency)
        & (its.closed.is_(None) | (its.closed >= start) | _no_date(its.closed))
        & (its.opened.is_(None) | (its.opened <= end) | _no_date(its.opened))
    )
    columns = deriver.extracted_columns()
    if not columns:
        return within
    # What lies after the period's end waits where the standard says so; then it is not there yet.
    there = [
        ((its[name] <= end) | _no_date(its[name])) if deriver.holds else its[name].is_not(None) for name in columns
    ]
    extracted = there[0]
    for one in there[1:]:
        extracted = extracted | one
    consented = deriver.consented
    if consented is None:
        return within & extracted
    return within & (extracted | its.consent.is_(None) | its.consent.not_in(sorted(consented)))


def _no_date(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether there is something that cannot be read as a date: it is kept as typed."""
    return column.is_not(None) & column.not_like("____-__-__")


def _live(agency: AgencyInfo) -> ColumnElement[bool]:
    there = EPISODES.c.deleted_at.is_(None) & CLIENTS.c.deleted_at.is_(None)
    return (EPISODES.c.agency_number == agency.number) & there


def figures(
    connection: Connection, deriver: Deriver, agency: AgencyInfo, period: ReportingPeriod | None, day: date | None
) -> CaseloadFigures:
    """Sums over the episodes that a period's extract would take, or over all; see `Store.caseload_figures`."""
    sent = sent_in(deriver, agency, period) if period else _live(agency)
    grounds = agency_settings.grounds(connection, deriver, agency.number)
    due = is_due(day, grounds) if day else STATES.c.revision != STATES.c.checked_revision
    stale = func.coalesce(func.sum(case((due, 1), else_=0)), 0)
    sums: list[Any] = [func.coalesce(func.sum(STATES.c[name]), 0) for name in _SUMS]
    query = (
        select(func.count(), *sums, stale)
        .select_from(EPISODES)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .join(STATES, STATES.c.episode_number == EPISODES.c.number)
        .where(sent)
    )
    episodes, rows, error_rows, warning_rows, open_rows, errors, warnings, due_now = connection.execute(query).one()
    many = func.count().label("many")
    behind = (
        select(FINDINGS.c.weight, FINDINGS.c.rule, many, ACCEPTED)
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(sent, FINDINGS.c.weight <= WEIGHTS[Severity.WARNING])
        .group_by(FINDINGS.c.weight, FINDINGS.c.rule)
        .order_by(FINDINGS.c.weight, many.desc(), FINDINGS.c.rule)
    )
    causes = tuple(
        FindingCount(row.rule, SEVERITIES[row.weight], row.many, row.accepted) for row in connection.execute(behind)
    )
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
