"""The kinds of calendar a standard may name: when a submission is made by rule, what is published, which regions."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from validators.calendar.closed_days import ClosedDays
from validators.calendar.periods import ReportingPeriod, month_after

SHIPPED = Path(__file__).parent / "published"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
DATES = ("period_start", "period_end", "opens", "closes", "deadline")
COLUMNS = ("submission", "title", *DATES)
EXTRA_COLUMNS = ("region", "source", "stated_on")


@dataclass(frozen=True, slots=True)
class Override:
    """Dates of one submission as somebody states them: None where a date, empty where title or region is not stated.

    An empty `region` means all regions. `stated_on` is the day on which the source said so.
    """

    submission: str
    region: str = ""
    title: str = ""
    period_start: date | None = None
    period_end: date | None = None
    opens: date | None = None
    closes: date | None = None
    deadline: date | None = None
    source: str = ""
    stated_on: date | None = None

    @property
    def dates(self) -> dict[str, date]:
        """The dates that are stated, by name."""
        return {name: day for name in DATES if (day := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Made:
    """When a submission is made by the rule."""

    title: str
    opens: date
    deadline: date


@dataclass(frozen=True, slots=True)
class CalendarKind:
    """One kind of calendar. `nation` has the bank holidays; `rule` says in words where its dates come from.

    `bases_until` is the last base year that the owner has published; 0 where nothing rolls.
    """

    name: str
    nation: str
    made: Callable[[ReportingPeriod, ClosedDays], Made]
    rule: str
    silent_months: frozenset[int] = frozenset()
    bases_until: int = 0


def _ndtms(period: ReportingPeriod, closed: ClosedDays) -> Made:
    """NDTMS: the window opens on the 1st and ends on the 12th; the July one runs from the 14th to the 19th."""
    year, month = int(period.submission[:4]), int(period.submission[5:])
    short = f"{year % 100:02d}"
    if month == 6:
        return Made(f"June part July {short}", date(year, 7, 14), date(year, 7, 19))
    opens = month_after(date(year, month, 1))
    title = f"Part July Aug {short}" if month == 8 else f"{MONTHS[month - 1]} {short}"
    return Made(title, opens, opens.replace(day=12))


def _smds_wales(period: ReportingPeriod, closed: ClosedDays) -> Made:
    """SMDS: due by the 7th working day of the month after the one reported."""
    opens = month_after(period.start)
    title = f"{MONTHS[period.start.month - 1]} {period.start.year % 100:02d}"
    return Made(title, opens, closed.working_day(opens, 7))


KINDS: Mapping[str, CalendarKind] = {
    "ndtms": CalendarKind(
        "ndtms",
        "ENG",
        _ndtms,
        "by rule: the region sets its own deadline, between the 7th and the 15th; the 12th (July: the 19th) is assumed",
        frozenset({7}),
        2022,
    ),
    "smds-wales": CalendarKind(
        "smds-wales",
        "WLS",
        _smds_wales,
        "by rule: the 7th working day, Monday to Friday less the bank holidays of Wales",
    ),
}


@lru_cache(maxsize=8)
def published(calendar: str) -> tuple[Override, ...]:
    """The dates that the owner of a calendar has published, as they are shipped with the program."""
    path = SHIPPED / f"{calendar.replace('-', '_')}.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Override(
                submission=row["submission"],
                region=row["region"],
                title=row["title"],
                **{name: date.fromisoformat(row[name]) for name in DATES},
                source=row["source"],
                stated_on=date.fromisoformat(row["stated_on"]),
            )
            for row in csv.DictReader(lines)
        )


@lru_cache(maxsize=8)
def regions(calendar: str) -> Mapping[str, str]:
    """The regions of a calendar with their team's address; none where a calendar has no regions."""
    path = SHIPPED / f"{calendar.replace('-', '_')}_regions.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["region"]: row["team"] for row in csv.DictReader(lines)}
