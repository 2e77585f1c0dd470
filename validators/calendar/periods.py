"""Reporting periods: which days a submission covers, in each kind of calendar that a standard may name.

A submission is named after the month it reports (`2020-12`). NDTMS: core data set R requirements specification, 3.2
and 3.3; that the CJIT return follows the same calendar is assumed. SMDS: every calendar month. When a submission is
made is told by `validators.calendar.calendar`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from validators.problems import Problem

FIRST_YEAR, LAST_YEAR = 1904, 9998


@dataclass(frozen=True, slots=True)
class ReportingPeriod:
    """The days a submission covers, both inclusive. `start` is the base date."""

    submission: str
    start: date
    end: date


def reporting_period(calendar: str, submission: str) -> ReportingPeriod:
    """The reporting period of a submission (`YYYY-MM`) in a named calendar.

    Raises Problem when the text is no submission, or the calendar has none of that name.
    """
    match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", submission)
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise Problem(f"'{submission}' is not a submission: write the month that is reported, such as 2020-12.")
    return CALENDARS[calendar](submission, int(match[1]), int(match[2]))


def month_after(day: date) -> date:
    """The first day of the month after the one that a day lies in."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _ndtms(submission: str, year: int, month: int) -> ReportingPeriod:
    """NDTMS: from 1 January of the base year to the end of the month reported.

    Made in September to December of year Y the base year is Y-1, made in January to July it is Y-2. None is made in
    August: the July one covers to the 14th, the September one the rest of July and August.
    """
    if month == 7:
        raise Problem(
            f"There is no submission {submission}: its first half is in {year}-06, which runs to 14 July, and the rest "
            f"in {year}-08."
        )
    if month == 6:
        return ReportingPeriod(submission, date(year - 2, 1, 1), date(year, 7, 14))
    made = month_after(date(year, month, 1))
    base_year = made.year - 1 if made.month >= 9 else made.year - 2
    return ReportingPeriod(submission, date(base_year, 1, 1), made - timedelta(days=1))


def _smds_wales(submission: str, year: int, month: int) -> ReportingPeriod:
    """SMDS: the calendar month reported."""
    first = date(year, month, 1)
    return ReportingPeriod(submission, first, month_after(first) - timedelta(days=1))


CALENDARS: dict[str, Callable[[str, int, int], ReportingPeriod]] = {"ndtms": _ndtms, "smds-wales": _smds_wales}
