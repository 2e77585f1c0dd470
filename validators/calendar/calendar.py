"""The calendar of submissions: which is due, its window and deadline, why none is, when the period rolls on.

Every year follows the rule of the calendar's kind; what the owner published goes before it, then what was stated for
all regions, then for the agency's own. A deadline on a day without work is marked and stays where it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from validators.calendar.closed_days import ClosedDays
from validators.calendar.kinds import KINDS, Override, published, regions
from validators.calendar.periods import FIRST_YEAR, LAST_YEAR, ReportingPeriod, month_after, reporting_period
from validators.problems import Problem
from validators.standard.model import Standard

LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One submission: what it covers and when it is made. All days are inclusive.

    `source` is `rule`, `published` or `override`, and `told` says where its dates come from. `closed_day` says what
    kind of day the deadline falls on when nobody works then (`a Saturday`, `Good Friday`), empty otherwise.
    """

    submission: str
    title: str
    period_start: date
    period_end: date
    opens: date
    closes: date
    deadline: date
    source: str
    told: str
    region: str = ""
    closed_day: str = ""

    @property
    def period(self) -> ReportingPeriod:
        """The days it covers."""
        return ReportingPeriod(self.submission, self.period_start, self.period_end)

    @property
    def last_day(self) -> date:
        """The last day on which it can be made: the later of the window's end and the deadline."""
        return max(self.closes, self.deadline)


def in_words(day: date) -> str:
    """A day as a person says it: `14 July 2023`, whatever the locale."""
    return f"{day.day} {LONG_MONTHS[day.month - 1]} {day.year}"


class SubmissionCalendar:
    """The submissions of one standard in one region."""

    def __init__(
        self,
        standard: Standard,
        region: str = "",
        overrides: Iterable[Override] = (),
        closed_days: Mapping[date, str] | None = None,
    ) -> None:
        """Take the standard, whose data names the calendar; the region; what was stated, the latest last; closed days.

        Raises Problem for a region that the calendar does not have.
        """
        self.kind = KINDS[standard.submission.calendar]
        refuse_unknown_region(self.kind.name, region)
        self.region, self.enquiries = region, standard.enquiries
        self.closed_days = ClosedDays(self.kind.nation, closed_days)
        self._stated: dict[str, list[tuple[str, Override]]] = {}
        stated = sorted((one for one in overrides if one.region in ("", region)), key=lambda one: one.region != "")
        for source, ones in (("published", published(self.kind.name)), ("override", stated)):
            for one in ones:
                if one.region in ("", region):
                    self._stated.setdefault(one.submission, []).append((source, one))
        self._made: dict[str, CalendarEntry] = {}

    def entry(self, submission: str) -> CalendarEntry:
        """A submission by the month it reports. Raises Problem for what is no submission; 2023-07 is none of NDTMS."""
        if submission not in self._made:
            self._made[submission] = self._make(submission)
        return self._made[submission]

    def entries(self, first_deadline: date, months: int) -> list[CalendarEntry]:
        """The submissions whose deadlines fall in so many months from a day on, in order. Raises Problem."""
        end = first_deadline
        for _ in range(months):
            end = _same_day_next_month(end, first_deadline.day)
        found: list[CalendarEntry] = []
        entry = self._from(first_deadline)
        while entry.deadline < first_deadline:
            entry = self.after(entry)
        while entry.deadline < end:
            found.append(entry)
            entry = self.after(entry)
        return found

    def due(self, today: date) -> CalendarEntry:
        """The earliest submission whose last day is today or later, its window open or not. Raises Problem."""
        entry = self._from(today)
        while entry.last_day < today:
            entry = self.after(entry)
        return entry

    def first_in_time(self, today: date) -> str:
        """The first submission whose deadline is not past on a day. Raises Problem."""
        due = self.due(today)
        return due.submission if today <= due.deadline else self.after(due).submission

    def before(self, entry: CalendarEntry) -> CalendarEntry:
        """The submission before one. Raises Problem where the calendar ends."""
        return self._step(entry, -1)

    def after(self, entry: CalendarEntry) -> CalendarEntry:
        """The submission after one. Raises Problem where the calendar ends."""
        return self._step(entry, 1)

    def silence(self, today: date) -> str:
        """Why nothing can be made now because a month is passed over, and what the next covers; empty otherwise."""
        due = self.due(today)
        month = _month(due.submission)
        passed = (month - timedelta(days=1)).replace(day=1)
        # From the last day of the submission before to the opening of the one that takes the month along.
        if passed.month not in self.kind.silent_months or today >= due.opens:
            return ""
        last = self.before(due)
        new = last.period_end + timedelta(days=1)
        names = LONG_MONTHS[month.month - 1], LONG_MONTHS[due.opens.month - 1]
        rolls = f" The period then starts on {in_words(due.period_start)}." if self._rolls(last, due) else ""
        return (
            f"Nothing is due now: no submission is made in {names[0]}. {names[1]}'s, {due.title}, covers "
            f"{in_words(new)} to {in_words(due.period_end)} as well; its window opens on {in_words(due.opens)}, its "
            f"deadline is {in_words(due.deadline)}.{rolls}"
        )

    def next_roll(self, today: date) -> CalendarEntry:
        """The next submission yet to open whose period starts later than that of the one before. Raises Problem.

        In August that is the one due, which waits for September.
        """
        due = self.due(today)
        entry = due if today < due.opens else self.after(due)
        while not self._rolls(self.before(entry), entry):
            entry = self.after(entry)
        return entry

    def base_before(self, entry: CalendarEntry) -> date:
        """The first day of the period of the submission before one. Raises Problem where the calendar ends."""
        return self.before(entry).period_start

    @property
    def rolls(self) -> bool:
        """Whether this calendar has a base date that rolls on once a year."""
        return bool(self.kind.bases_until)

    def _rolls(self, before: CalendarEntry, entry: CalendarEntry) -> bool:
        return self.rolls and entry.period_start > before.period_start

    def _from(self, day: date) -> CalendarEntry:
        """A submission early enough that none before it matters on a day."""
        if not FIRST_YEAR < day.year < LAST_YEAR:
            raise Problem(f"The calendar does not reach to {day}: name a day from {FIRST_YEAR + 1} to {LAST_YEAR - 1}.")
        month = day.replace(day=1)
        for _ in range(4):
            month = (month - timedelta(days=1)).replace(day=1)
        if month.month in self.kind.silent_months:
            month = (month - timedelta(days=1)).replace(day=1)
        return self.entry(f"{month:%Y-%m}")

    def _step(self, entry: CalendarEntry, way: int) -> CalendarEntry:
        month = _month(entry.submission)
        while True:
            month = month_after(month) if way > 0 else (month - timedelta(days=1)).replace(day=1)
            if month.month not in self.kind.silent_months:
                return self.entry(f"{month:%Y-%m}")

    def _make(self, submission: str) -> CalendarEntry:
        period = reporting_period(self.kind.name, submission)
        made = self.kind.made(period, self.closed_days)
        told = self.kind.rule
        if self.kind.bases_until and period.start.year > self.kind.bases_until:
            told += (
                f"; base date {in_words(period.start)}: the published rule carried on, not confirmed (published: "
                f"base years to {self.kind.bases_until})"
            )
        entry = CalendarEntry(
            submission=submission,
            title=made.title,
            period_start=period.start,
            period_end=period.end,
            opens=made.opens,
            closes=made.deadline,
            deadline=made.deadline,
            source="rule",
            told=told,
            region=self.region,
        )
        for source, stated in self._stated.get(submission, ()):
            entry = apply(entry, stated, source)
        return replace(entry, closed_day=self.closed_days.why(entry.deadline))


def apply(entry: CalendarEntry, stated: Override, source: str) -> CalendarEntry:
    """An entry with the dates that were stated for it; a deadline stated without an end of the window ends it, too."""
    dates = stated.dates
    if "deadline" in dates:
        dates.setdefault("closes", dates["deadline"])
    on = f", stated on {in_words(stated.stated_on)}" if stated.stated_on else ""
    told = f"{stated.source}{on}"
    title = stated.title or entry.title
    changed = replace(entry, title=title, source=source, told=told)
    return replace(
        changed,
        period_start=dates.get("period_start", entry.period_start),
        period_end=dates.get("period_end", entry.period_end),
        opens=dates.get("opens", entry.opens),
        closes=dates.get("closes", entry.closes),
        deadline=dates.get("deadline", entry.deadline),
    )


def refuse_unknown_region(calendar: str, region: str) -> None:
    """Raise Problem when a calendar does not have a region; an empty one means none in particular."""
    known = regions(calendar)
    if not region or region in known:
        return
    if not known:
        raise Problem(f"The calendar {calendar} has no regions, so '{region}' is none of them: leave the region out.")
    raise Problem(f"There is no region '{region}': there are {', '.join(known)}.")


def refuse_misfit(calendar: SubmissionCalendar, submission: str, today: date | None = None) -> None:
    """Raise Problem when a submission's dates contradict themselves, its neighbours or, where given, the day.

    `calendar` is the one in which everything stated has been applied already.
    """
    entry = calendar.entry(submission)
    if entry.period_start > entry.period_end:
        raise Problem(f"The period of {submission} would end before it starts ({entry.period_end}): check the dates.")
    if entry.opens > entry.closes:
        raise Problem(
            f"The window of {submission} would close ({entry.closes}) before it opens ({entry.opens}): check the dates."
        )
    if entry.deadline < entry.opens:
        raise Problem(
            f"The deadline of {submission} ({entry.deadline}) lies before its window opens ({entry.opens}): check the "
            "dates."
        )
    if entry.period_end > entry.last_day:
        raise Problem(
            f"The period of {submission} would end ({entry.period_end}) after its last day ({entry.last_day}): check "
            "the dates."
        )
    for first, second in ((calendar.before(entry), entry), (entry, calendar.after(entry))):
        if second.opens <= first.last_day:
            raise Problem(
                f"The windows of {first.submission} (to {first.last_day}) and {second.submission} (from {second.opens})"
                " would overlap: check the dates."
            )
    if today is not None and entry.last_day < today:
        raise Problem(
            f"The submission {submission} would have been over since {entry.last_day}, which is past: state dates for "
            "a submission that is still to be made."
        )


def _month(submission: str) -> date:
    return date(int(submission[:4]), int(submission[5:]), 1)


def _same_day_next_month(day: date, number: int) -> date:
    """The day of that number in the month after, or its last one where it is shorter."""
    last = month_after(month_after(day)) - timedelta(days=1)
    return last.replace(day=min(number, last.day))
