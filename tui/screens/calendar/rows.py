"""The calendar's lines: a year of submissions with state, days left and source; August in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

from exporters.month.status import begun_again, first_from_here, overdue, was_sent
from store.month import calendar as stored_calendar
from store.month import extracts, submissions
from store.snapshot import Snapshot
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, printable
from tui.widgets.text_line import Piece
from validators.calendar.calendar import LONG_MONTHS, CalendarEntry, SubmissionCalendar, in_words
from validators.calendar.kinds import MONTHS
from validators.calendar.periods import month_after
from validators.local_time import LONDON
from validators.problems import Problem
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.facts import AgencyInfo, ExtractInfo
    from store.month.facts import ClosedDayInfo, OverrideInfo, SubmissionInfo
    from validators.standard.model import Standard

FIRST_MONTH = 9
"""A page begins with what is due in September, where the base date rolls on."""
SENT, SENT_LATE, LATE = "sent", "sent late", "late"
AGAIN = "again"
"""A correction, or a nil return after another return, was begun and is not sent."""
SOURCES = {"rule": "rule", "published": "publ", "override": "own"}


@dataclass(frozen=True)
class YearLine:
    """A submission with its state; or, without an entry, why a month has none."""

    entry: CalendarEntry | None
    state: str = ""
    told: str = ""
    sent_late: int = 0
    """By how many days after the deadline it was sent first."""
    late: int = 0
    """By how many days it is late now."""


@dataclass(frozen=True)
class Year:
    """A page of the calendar: the deadlines from September of `year` to the August after it."""

    year: int
    calendar: SubmissionCalendar
    lines: tuple[YearLine, ...]
    due: CalendarEntry
    silence: str
    is_sent: bool
    """Whether what is due was sent."""
    begun: str
    """What was begun of it after it was sent, and is not sent; "" for nothing."""
    overrides: "tuple[OverrideInfo, ...]"
    closed_days: "tuple[ClosedDayInfo, ...]"
    today: date


def year_of(day: date) -> int:
    """The year whose page a day lies on."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def read_year(snapshot: Snapshot, agency: "AgencyInfo", standard: "Standard", year: int, today: date) -> Year:
    """What the page of a year says. Raises Problem where the calendar ends."""
    calendar = stored_calendar.of_agency(snapshot, agency)
    if not 1906 < year < 9990:
        raise Problem(f"The calendar does not reach to {year}: go back to this year.")
    entries = calendar.entries(date(year, FIRST_MONTH, 1), 12)
    due = calendar.due(today)
    every = extracts.listed(snapshot, agency), submissions.listed(snapshot, agency)
    sent = _first_sent(every[0])
    again = begun_again(snapshot, standard, *every)
    first = first_from_here(agency, due, *every)
    over = overdue(calendar, today, first)
    lines: list[YearLine] = []
    for entry in entries:
        late = max(0, (sent.get(entry.submission, entry.deadline) - entry.deadline).days)
        has_left = was_sent(snapshot, standard, entry.submission, *every)
        overdue_by = (today - entry.deadline).days if entry == over and not has_left else 0
        if entry.submission in again and not overdue_by:
            state = AGAIN
        elif has_left:
            state = _left(snapshot, standard, [one for one in every[1] if one.month == entry.submission])
            state = SENT_LATE if late and state == SENT else state
        elif overdue_by:
            state = LATE
        else:
            written = any(one.submission == entry.submission for one in every[0])
            state = "written" if written else _state(entry, due, today, first)
        lines.append(YearLine(entry, state, sent_late=late, late=overdue_by))
        after = calendar.after(entry)
        passed = month_after(entry.deadline)
        if passed.month < after.deadline.month and passed.year == after.deadline.year:
            lines.append(YearLine(None, told=_passed(entry, after, passed)))
    name, is_sent = calendar.kind.name, was_sent(snapshot, standard, due.submission, *every)
    return Year(
        year,
        calendar,
        tuple(lines),
        due,
        calendar.silence(today),
        is_sent,
        again.get(due.submission, "") if is_sent else "",
        tuple(stored_calendar.overrides(snapshot, name)),
        tuple(stored_calendar.closed_days(snapshot, name)),
        today,
    )


def _left(snapshot: Snapshot, standard: "Standard", attempts: "Sequence[SubmissionInfo]") -> str:
    """What became of a submission that has left, by its latest attempt."""
    if not attempts:
        return SENT
    last = attempts[-1]
    taken = {one.id for one in standard.checklist if one.check == "accepted"}
    if any(tick.holds and tick.item in taken for tick in submissions.ticks(snapshot, last.id)):
        return "accepted"
    return "nil" if last.is_nil else SENT


def _first_sent(known: "Sequence[ExtractInfo]") -> dict[str, date]:
    """The day each submission was first sent, by the clock on the wall."""
    found: dict[str, date] = {}
    for one in known:
        if one.is_sent and one.sent_at is not None:
            day = one.sent_at.astimezone(LONDON).date()
            found[one.submission] = min(day, found.get(one.submission, day))
    return found


def _state(entry: CalendarEntry, due: CalendarEntry, today: date, first: str) -> str:
    """Of one that nobody worked on. What was before the first from here was not ours to send."""
    if entry.submission < first and entry.deadline < today:
        return "-"
    if entry.last_day < today:
        return "missed"
    if entry.opens <= today:
        return "open"
    return "next" if entry.submission == due.submission else ""


def _passed(before: CalendarEntry, after: CalendarEntry, month: date) -> str:
    start = before.period_end + timedelta(days=1)
    return (
        f"{LONG_MONTHS[month.month - 1]} {month.year}: no submission. {after.title} covers {start.day} "
        f"{MONTHS[start.month - 1]} to {after.period_end.day} {MONTHS[after.period_end.month - 1]}."
    )


def short(day: date) -> str:
    """A day in few cells: `1 Jan 21`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year % 100:02d}"


def days_left(entry: CalendarEntry, today: date) -> str:
    """The days until the deadline, 0 on the day itself; nothing for what is over."""
    left = (entry.deadline - today).days
    return "" if left < 0 else str(left)


def detail(line: YearLine | None) -> str:
    """The chosen line in full."""
    if line is None:
        return ""
    if line.entry is None:
        return line.told
    one = line.entry
    closed = f" ({one.closed_day}: it is not moved)" if one.closed_day else ""
    told = one.told if one.source == "rule" else f"as stated by {one.told}"
    late = f" Sent late by {counted(line.sent_late, 'day')}." if line.sent_late else ""
    late = f" Not marked as sent, {counted(line.late, 'day')} late." if line.late else late
    return (
        f"{one.submission} covers {in_words(one.period_start)} to {in_words(one.period_end)}. Window "
        f"{in_words(one.opens)} to {in_words(one.closes)}, deadline {in_words(one.deadline)}{closed}."
        f"{late} Dates {told}."
    )


class YearList(LineList):
    """The lines of a year. `e` and `w` ask to enter and to withdraw dates."""

    head_lines = 1

    class LetterWanted(Message):
        """A letter was pressed."""

        def __init__(self, letter: str) -> None:
            super().__init__()
            self.letter = letter

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[YearLine, ...] = ()
        self.today = date.min

    @property
    def row_count(self) -> int:
        """How many lines."""
        return len(self.lines)

    @property
    def current(self) -> YearLine | None:
        """The chosen line."""
        return self.lines[self.cursor] if self.cursor < len(self.lines) else None

    def show(self, lines: Iterable[YearLine], today: date, wanted: str = "") -> None:
        """Show a year; the line of the `wanted` submission is chosen, else the one that was."""
        if not wanted and self.current is not None and self.current.entry is not None:
            wanted = self.current.entry.submission
        self.lines, self.today = tuple(lines), today
        places = (at for at, line in enumerate(self.lines) if line.entry and line.entry.submission == wanted)
        self.go(next(places, 0), quiet=True)
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def on_key(self, event: events.Key) -> None:
        """The letters; moving is the list's."""
        if (letter := event.key.lower()) in ("e", "w"):
            self.post_message(self.LetterWanted(letter))
            event.stop()
            event.prevent_default()

    def head_of(self, line: int) -> Sequence[Piece]:
        """Headings."""
        return [(f"{'Submission':18}{'Covers':20}{'Window':11}{'Deadline':13}{'Day':4}{'From':5}State", "heading")]

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """One line; a deadline on a day without work has a `!`."""
        line = self.lines[row]
        one = line.entry
        if one is None:
            return [(printable(line.told), "dim")]
        covers = f"{short(one.period_start)}-{short(one.period_end)}"
        month = MONTHS[one.closes.month - 1]
        same = (one.opens.year, one.opens.month) == (one.closes.year, one.closes.month)
        opens = str(one.opens.day) if same else f"{one.opens.day}/{one.opens.month}"
        window = f"{opens}-{one.closes.day} {month}"
        deadline = f"{one.deadline:%a} {one.deadline.day} {MONTHS[one.deadline.month - 1]}"
        mark = "!" if one.closed_day else ""
        cells = ((one.title, 18), (covers, 20), (window, 11), (deadline + mark, 13))
        text = "".join(fit(printable(cell), width - 1) + " " for cell, width in cells)
        left = days_left(one, self.today)
        return [(f"{text}{left:4}{SOURCES[one.source]:5}{line.state}", self.stripe_of(row))]

    def stripe_of(self, row: int) -> str:
        """Every second row has another ground."""
        return "stripe" if row & 1 else "text"
