"""The arithmetic of measures: each episode is put into a line of a measure, or into none; the rest is counting."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from validators.calendar.closed_days import ClosedDays
from validators.dates import parse_date
from validators.records import EpisodeRecord
from validators.standard.measures import Measure
from validators.standard.model import Standard
from validators.standard.settings import classes_told

WITHIN, OVER, INVALID, NO_REFERRAL = "within", "over", "invalid", "no_referral"
COUNTED, OTHERS, LEFT_OUT, NO_REASON, UNCLASSED = "counted", "others", "left_out", "no_reason", "unclassed"
FIRST_YEAR = 1900
Sorter = Callable[[EpisodeRecord], str]
"""Gives the line of an episode; "" where the measure does not look at it."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days looked at, both ends among them."""

    first: date
    last: date

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A line of a measure: how many episodes, and in which share of the measure's whole (None: not part of it)."""

    key: str
    label: str
    count: int
    of: int | None = None

    @property
    def percent(self) -> float | None:
        """The share in per cent, rounded down to one decimal."""
        return percent(self.count, self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Result:
    """A measure worked out: `headline` of `whole`; `why` says why that is not computable.

    `asks` is the setting of the agency that is to be said, or said in full, for it to be.
    """

    measure: Measure
    lines: tuple[MeasureLine, ...]
    headline: int = 0
    whole: int = 0
    why: str = ""
    asks: str = ""

    @property
    def percent(self) -> float | None:
        """The measure in per cent, rounded down to one decimal; None where it cannot be computed."""
        return None if self.why or not self.whole else percent(self.headline, self.whole)

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None without a target or a percentage."""
        if self.percent is None or not self.measure.target:
            return None
        return self.headline * 100 >= self.measure.target * self.whole


def percent(part: int, whole: int) -> float:
    """A share in per cent, rounded down to one decimal."""
    return part * 1000 // whole / 10


def quarter(day: date, step: int = 0) -> Span:
    """The quarter of a year in which a day lies, or so many quarters after it (before it, negative)."""
    number = day.year * 4 + (day.month - 1) // 3 + step
    year, place = divmod(number, 4)
    last = place * 3 + 3
    return Span(date(year, last - 2, 1), date(year, last, monthrange(year, last)[1]))


def sorter(measure: Measure, standard: Standard, span: Span, closed: ClosedDays, settings: Mapping[str, str]) -> Sorter:
    """What puts an episode into a line of a measure."""
    if measure.kind == "waiting":
        return _waiting(measure, standard, span, closed)
    if measure.kind in ("share", "classes"):
        return _closures(measure, standard, span, classes_told(settings.get(measure.setting, "")))
    return lambda record: ""


def result(measure: Measure, counts: Mapping[str, int], settings: Mapping[str, str]) -> Result:
    """A measure from the number of episodes in each of its lines."""
    if measure.kind == "unpublished":
        return Result(measure, (), why=measure.why)
    if measure.kind == "waiting":
        keys = [key for key, _ in _bands(measure)]
        whole = sum(counts.get(key, 0) for key in keys)
        lines = [MeasureLine(key, label, counts.get(key, 0), whole) for key, label in _bands(measure)]
        lines.append(MeasureLine(INVALID, "Start before the referral: left out", counts.get(INVALID, 0)))
        if lost := counts.get(NO_REFERRAL, 0):
            lines.append(MeasureLine(NO_REFERRAL, "No day of referral that can be read: left out", lost))
        none = "" if whole else "no treatment started in these days"
        return Result(measure, tuple(lines), counts.get(WITHIN, 0), whole, none)
    unclassed, no_reason = counts.get(UNCLASSED, 0), counts.get(NO_REASON, 0)
    loose = [
        MeasureLine(UNCLASSED, "A reason the agency has put into no class", unclassed),
        MeasureLine(NO_REASON, "No reason given: left out", no_reason),
    ]
    why = ""
    if not settings.get(measure.setting):
        # Zeros beside the classes would look like an answer.
        why = f"the agency has not said what the reasons mean (setting {measure.setting}); no national list is public"
        return Result(measure, tuple(loose), why=why, asks=measure.setting)
    asks = ""
    if unclassed:
        asks = measure.setting
        why = f"{unclassed} of the closures have a reason that is in no class (setting {measure.setting})"
    if measure.kind == "share":
        whole = counts.get(COUNTED, 0) + counts.get(OTHERS, 0)
        if not why and not whole:
            why = "nobody's contact ended after treatment in these days"
        lines = [
            MeasureLine(COUNTED, f"Counted: {', '.join(measure.counted)}", counts.get(COUNTED, 0), whole),
            MeasureLine(OTHERS, "Other reasons", counts.get(OTHERS, 0), whole),
            MeasureLine(LEFT_OUT, f"Left out: {', '.join(measure.left_out)}", counts.get(LEFT_OUT, 0)),
        ]
        return Result(measure, (*lines, *loose), counts.get(COUNTED, 0), whole, why, asks)
    whole = sum(counts.get(name, 0) for name in (*measure.shown, OTHERS))
    lines = [MeasureLine(name, label, counts.get(name, 0), whole) for name, label in measure.shown.items()]
    lines.append(MeasureLine(OTHERS, "Other reasons", counts.get(OTHERS, 0), whole))
    shown = sum(counts.get(name, 0) for name in measure.shown)
    if not why and not whole:
        why = "nobody's contact ended in these days"
    return Result(measure, (*lines, *loose), shown, whole, why, asks)


def first_start(record: EpisodeRecord, header: str) -> date | None:
    """The earliest start of treatment of an episode; None where there is none that can be read."""
    return min(filter(None, (parse_date(event.values.get(header, "")) for event in record.events)), default=None)


def _waiting(measure: Measure, standard: Standard, span: Span, closed: ClosedDays) -> Sorter:
    opened, keys = standard.role("opened"), [key for key, _ in _bands(measure)]

    @lru_cache(maxsize=4096)
    def limits(referred: date) -> tuple[date, ...]:
        # A year that is a slip of the keys has no bank holidays to look up, and was long ago in any case.
        late = referred.year < FIRST_YEAR
        within = referred if late else closed.working_day(referred + timedelta(days=1), measure.limit)
        return (within, *(_later(referred, number, unit) for number, unit in measure.bands))

    def line(record: EpisodeRecord) -> str:
        start = first_start(record, measure.started)
        if start not in span or start is None:
            return ""
        referred = parse_date(record.episode.get(opened, ""))
        if referred is None:
            return NO_REFERRAL
        if start < referred:
            return INVALID
        return next((key for key, last in zip(keys, limits(referred), strict=False) if start <= last), OVER)

    return line


def _closures(measure: Measure, standard: Standard, span: Span, classes: Mapping[str, str]) -> Sorter:
    closed, reason = standard.role("closed"), standard.role("closure_reason")

    def line(record: EpisodeRecord) -> str:
        if parse_date(record.episode.get(closed, "")) not in span:
            return ""
        if measure.kind == "share" and first_start(record, measure.started) is None:
            return ""
        code = record.episode.get(reason, "")
        if not code:
            return NO_REASON
        name = classes.get(code)
        if name is None:
            return UNCLASSED
        if measure.kind == "classes":
            return name if name in measure.shown else OTHERS
        return COUNTED if name in measure.counted else LEFT_OUT if name in measure.left_out else OTHERS

    return line


def _bands(measure: Measure) -> Iterator[tuple[str, str]]:
    """Key and label of each band, the shortest first."""
    yield WITHIN, f"Within {measure.limit} working days"
    before = f"{measure.limit} working days"
    for number, unit in measure.bands:
        upper = f"{number} {unit}"
        yield upper.replace(" ", "_"), f"Over {before} to {upper}"
        before = upper
    yield OVER, f"Over {before}"


def _later(day: date, number: int, unit: str) -> date:
    """A day some weeks or months later; where a month is too short, its last day."""
    if unit == "weeks":
        return day + timedelta(weeks=number)
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
