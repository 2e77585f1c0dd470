"""The calendar's overrides and closed days as people state them, and what a roll-over drops."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row, Table, case, func, insert, select, update

from store.disk import sqlite
from store.disk.tables import AGENCIES, CLIENTS, CLOSED_DAYS, EPISODES, OVERRIDES, STATES
from store.facts import AgencyInfo
from store.month.facts import ClosedDayInfo, Dropped, OverrideInfo, RollOver, plain
from store.records import agencies
from store.records.values import moment, pack
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.calendar.calendar import SubmissionCalendar, refuse_misfit, refuse_unknown_region
from validators.calendar.kinds import DATES, Override, regions
from validators.calendar.periods import ReportingPeriod
from validators.problems import Problem
from validators.standard.model import Standard


def calendar_of(snapshot: Snapshot, standard: Standard, region: str) -> SubmissionCalendar:
    """A standard's calendar in a region, with all that was stated. A region it does not have counts as none."""
    name = standard.submission.calendar
    stated = [one.override for one in overrides(snapshot, name)]
    closed = {one.day: one.name for one in closed_days(snapshot, name)}
    return SubmissionCalendar(standard, region if region in regions(name) else "", stated, closed)


def of_agency(snapshot: Snapshot, agency: AgencyInfo) -> SubmissionCalendar:
    """The calendar of an agency's standard, with what was stated for its region and for all, and closed days."""
    return calendar_of(snapshot, snapshot.derivers[agency.standard].standard, agency.region)


def due_period(snapshot: Snapshot, agency: AgencyInfo, day: date) -> ReportingPeriod:
    """The period of the submission that is due on a day, in the agency's region as it is now. Raises Problem."""
    query = select(AGENCIES.c.region).where(AGENCIES.c.number == agency.number)
    region = snapshot.connection.execute(query).scalar_one_or_none()
    if region is None:
        raise agencies.taken_out(agency)
    return calendar_of(snapshot, snapshot.derivers[agency.standard].standard, region).due(day).period


def overrides(snapshot: Snapshot, calendar: str, *, withdrawn: bool = False) -> list[OverrideInfo]:
    """What was stated for a calendar, in the order it was entered."""
    query = select(OVERRIDES).where(OVERRIDES.c.calendar == calendar).order_by(OVERRIDES.c.number)
    if not withdrawn:
        query = query.where(OVERRIDES.c.withdrawn_at.is_(None))
    return [_override(row) for row in snapshot.connection.execute(query)]


def closed_days(snapshot: Snapshot, calendar: str, *, withdrawn: bool = False) -> list[ClosedDayInfo]:
    """A calendar's own closed days, by day."""
    query = select(CLOSED_DAYS).where(CLOSED_DAYS.c.calendar == calendar)
    if not withdrawn:
        query = query.where(CLOSED_DAYS.c.withdrawn_at.is_(None))
    return [
        _closed_day(row) for row in snapshot.connection.execute(query.order_by(CLOSED_DAYS.c.day, CLOSED_DAYS.c.number))
    ]


def add_overrides(
    unit: UnitOfWork,
    agency: AgencyInfo,
    stated: Sequence[Override],
    today: date,
    seen: Collection[str] | None = None,
) -> list[OverrideInfo]:
    """Enter overrides, all or none. What they replace, of the same submission and region, is withdrawn by them.

    `seen` are the ids of those that whoever states these looked at, None where nobody did. Raises Problem when one does
    not fit (see `validators.calendar.calendar.refuse_misfit`), and where one would be replaced that was not seen.
    """
    standard = unit.derivers[agency.standard].standard
    calendar = standard.submission.calendar
    for one in stated:
        refuse_unknown_region(calendar, one.region)
        if not one.dates:
            raise Problem(f"Nothing is stated for {one.submission}: give at least one date.")
        if not one.source.strip() or one.stated_on is None:
            raise Problem(f"The dates of {one.submission} need their source, and the day it stated them: give both.")
        if one.stated_on > today:
            raise Problem(f"The dates of {one.submission} are said to be stated on {one.stated_on}, which is to come.")
    made: list[str] = []
    for one in stated:
        for old in overrides(unit, calendar):
            if (old.override.submission, old.override.region) == (one.submission, one.region):
                if seen is not None and old.id not in seen:
                    raise Problem(stated_meanwhile(old))
                withdraw(unit, "override", old.id)
        own_id = str(uuid.uuid4())
        values: dict[str, Any] = {"calendar": calendar, "region": one.region, "submission": one.submission}
        values |= {"title": one.title.strip(), "source": one.source.strip(), "stated_on": one.stated_on.isoformat()}  # type: ignore[union-attr]
        values |= {name: one.dates[name].isoformat() if name in one.dates else "" for name in DATES}
        unit.chain.add("create", "override", own_id, "", None, pack(plain(values), "override"))
        unit.connection.execute(
            insert(OVERRIDES).values(id=own_id, entered_at=unit.at, entered_by=unit.person, **values)
        )
        made.append(own_id)
    # Judged when all are in, so that a whole year can be stated at once.
    for one in stated:
        for region in (one.region,) if one.region else ("", *_regions_stated(unit, calendar)):
            refuse_misfit(calendar_of(unit, standard, region), one.submission, today)
    known = {one.id: one for one in overrides(unit, calendar)}
    return [known[own_id] for own_id in made if own_id in known]


def stated_meanwhile(other: OverrideInfo) -> str:
    """That somebody stated dates while another person typed theirs."""
    dates = ", ".join(f"{name.replace('_', ' ')} {day}" for name, day in other.override.dates.items())
    return (
        f"{other.entered_by} stated dates of {other.override.submission} meanwhile"
        f" ({dates}; by {other.override.source}): look at them first."
    )


def add_closed_day(unit: UnitOfWork, agency: AgencyInfo, day: date, name: str, source: str) -> ClosedDayInfo:
    """Enter a day without work in the calendar of an agency's standard.

    Raises Problem when it is there, or its name or source is empty.
    """
    calendar = unit.derivers[agency.standard].standard.submission.calendar
    if not name.strip() or not source.strip():
        raise Problem(f"The closed day {day} needs a name and who said so: give both.")
    if any(one.day == day for one in closed_days(unit, calendar)):
        raise Problem(f"{day} is a closed day already: withdraw it to name it anew.")
    own_id = str(uuid.uuid4())
    values = {"calendar": calendar, "day": day.isoformat(), "name": name.strip(), "source": source.strip()}
    unit.connection.execute(insert(CLOSED_DAYS).values(id=own_id, entered_at=unit.at, entered_by=unit.person, **values))
    unit.chain.add("create", "closed_day", own_id, "", None, pack(values, "closed day"))
    return _closed_day(unit.connection.execute(select(CLOSED_DAYS).where(CLOSED_DAYS.c.id == own_id)).one())


def withdraw(unit: UnitOfWork, kind: str, own_id: str) -> None:
    """Take an override (`kind` "override") or a closed day ("closed_day") back; it is kept. Raises Problem."""
    table: Table = {"override": OVERRIDES, "closed_day": CLOSED_DAYS}[kind]
    done = unit.connection.execute(
        update(table)
        .where(table.c.id == own_id, table.c.withdrawn_at.is_(None))
        .values(withdrawn_at=unit.at, withdrawn_by=unit.person)
    )
    if not done.rowcount:
        raise Problem(f"There is no {kind.replace('_', ' ')} {own_id} to take back: somebody may have done it already.")
    unit.chain.add("withdraw", kind, own_id, "", None, None)


def set_region(unit: UnitOfWork, agency: AgencyInfo, region: str) -> AgencyInfo:
    """Say which region an agency belongs to, empty for none. Raises Problem for one the calendar does not have, and
    where somebody named another one since the agency was looked at."""
    refuse_unknown_region(unit.derivers[agency.standard].standard.submission.calendar, region)
    agencies.require_as_seen(unit, agency, "standard", "region")
    if agency.region != region:
        unit.connection.execute(update(AGENCIES).where(AGENCIES.c.number == agency.number).values(region=region))
        unit.chain.add("change", "agency", agency.id, "region", agency.region, region)
    return replace(agency, region=region)


def roll_over(
    snapshot: Snapshot,
    agency: AgencyInfo,
    base: date,
    *,
    since: date | None = None,
    offset: int = 0,
    limit: int = 100,
) -> RollOver:
    """The episodes that leave the period when it starts on `base`: closed before it, and on or after `since`.

    `since` is the base date before, a year earlier when it is not given. At most `limit` of them from `offset` on,
    those with errors first, then those with warnings; the counts are of all, by the last check's findings.
    """
    since = since or base.replace(year=base.year - 1)
    its = EPISODES.c
    errors, warnings = func.coalesce(STATES.c.errors, 0), func.coalesce(STATES.c.warnings, 0)
    source = EPISODES.join(CLIENTS, CLIENTS.c.number == its.client_number).outerjoin(
        STATES, STATES.c.episode_number == its.number
    )
    dropped = (
        (its.agency_number == agency.number)
        & its.deleted_at.is_(None)
        & CLIENTS.c.deleted_at.is_(None)
        & (its.closed >= since.isoformat())
        & (its.closed < base.isoformat())
        # What is no date is in every period.
        & sqlite.is_day(its.closed)
    )
    weight = case((errors > 0, 0), (warnings > 0, 1), else_=2)
    counted = select(
        func.count(),
        func.coalesce(func.sum(case((weight == 0, 1), else_=0)), 0),
        func.coalesce(func.sum(case((weight == 1, 1), else_=0)), 0),
    )
    episodes, with_errors, with_warnings = snapshot.connection.execute(counted.select_from(source).where(dropped)).one()
    page = (
        select(
            its.id,
            CLIENTS.c.id.label("client_id"),
            CLIENTS.c.reference,
            CLIENTS.c.given_initial,
            CLIENTS.c.family_initial,
            its.closed,
            errors.label("errors"),
            warnings.label("warnings"),
        )
        .select_from(source)
        .where(dropped)
        .order_by(weight, its.closed, its.number)
        .offset(offset)
        .limit(limit)
    )
    items = tuple(_dropped(row) for row in snapshot.connection.execute(page))
    return RollOver(base, since, episodes, with_errors, with_warnings, items)


def undated(snapshot: Snapshot, agency: AgencyInfo, limit: int = 100) -> tuple[Dropped, ...]:
    """The episodes without consent that have neither an opening nor a closure, in order of entry, at most so many.

    They are in every period for good, so that somebody has to look at them now and then: a roll-over tells them.
    """
    consented = snapshot.derivers[agency.standard].consented
    if consented is None:
        return ()
    its = EPISODES.c
    rows = snapshot.connection.execute(
        select(its.id, CLIENTS.c.id.label("client_id"), CLIENTS.c.reference)
        .add_columns(CLIENTS.c.given_initial, CLIENTS.c.family_initial)
        .join(CLIENTS, CLIENTS.c.number == its.client_number)
        .where(its.agency_number == agency.number, its.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None))
        .where(its.consent.is_not(None), its.consent.not_in(sorted(consented)))
        .where(its.opened.is_(None), its.closed.is_(None))
        .order_by(its.number)
        .limit(limit)
    )
    return tuple(
        Dropped(
            row.id,
            row.client_id,
            row.reference or "",
            (row.given_initial or "") + (row.family_initial or ""),
            None,
            0,
            0,
        )
        for row in rows
    )


def _dropped(row: Any) -> Dropped:
    return Dropped(
        row.id,
        row.client_id,
        row.reference or "",
        (row.given_initial or "") + (row.family_initial or ""),
        date.fromisoformat(row.closed),
        row.errors,
        row.warnings,
    )


def _regions_stated(snapshot: Snapshot, calendar: str) -> list[str]:
    """The regions that have dates of their own, which a date for all regions has to fit as well."""
    return sorted({one.override.region for one in overrides(snapshot, calendar)} - {""})


def _override(row: Row[Any]) -> OverrideInfo:
    days = {name: date.fromisoformat(text) if (text := getattr(row, name)) else None for name in DATES}
    told = Override(
        submission=row.submission,
        region=row.region,
        title=row.title,
        **days,
        source=row.source,
        stated_on=date.fromisoformat(row.stated_on),
    )
    return OverrideInfo(
        row.id,
        row.calendar,
        told,
        moment(row.entered_at),
        row.entered_by,
        moment(row.withdrawn_at) if row.withdrawn_at else None,
        row.withdrawn_by or "",
    )


def _closed_day(row: Row[Any]) -> ClosedDayInfo:
    return ClosedDayInfo(
        row.id,
        row.calendar,
        date.fromisoformat(row.day),
        row.name,
        row.source,
        moment(row.entered_at),
        row.entered_by,
        moment(row.withdrawn_at) if row.withdrawn_at else None,
        row.withdrawn_by or "",
    )
