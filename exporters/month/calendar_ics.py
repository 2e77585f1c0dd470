"""The calendar as an iCalendar file (RFC 5545): windows and deadlines as all-day events with reminders."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from validators.calendar.calendar import CalendarEntry, in_words
from validators.version import VERSION

LINE = 75
"""The most octets a line may have, its line break not counted."""


def as_ics(
    entries: Iterable[CalendarEntry],
    calendar: str,
    title: str,
    stamp: datetime,
    whose: str = "",
    left: Iterable[tuple[date, str]] = (),
) -> str:
    """The text of the file, lines ended by CRLF.

    An event keeps its UID for ever, whichever region's dates it has, so that a file imported again replaces dates that
    changed. `whose` tells the agency from others with the same calendar, whose events are others. `title` names the
    data set for whoever reads it, `left` those of data sets that were left, each with the first day of the next, in
    their order: what ends before that goes out in it. `stamp` is when the file was made. Raises ValueError
    for a stamp without a zone.
    """
    if stamp.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    at = f"{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Keywork//Keywork {VERSION}//EN", "CALSCALE:GREGORIAN"]
    titles = tuple(left)
    for entry in entries:
        its = next((told for first_day, told in titles if entry.period_end < first_day), title)
        lines += _events(entry, f"{calendar}-{whose}" if whose else calendar, its, at)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _events(entry: CalendarEntry, calendar: str, title: str, at: str) -> Iterator[str]:
    covers = f"Covers {in_words(entry.period_start)} to {in_words(entry.period_end)}."
    until = f"Window to {in_words(entry.closes)}, deadline {in_words(entry.deadline)}."
    closed = f" The deadline is {entry.closed_day}." if entry.closed_day else ""
    told = f"{covers}\n{until}{closed}\nDates: {entry.told}."
    # Neither the region nor a date is in it: an agency that says where it belongs gets the same events, moved.
    name = f"{calendar}-{entry.submission}"
    for own in (
        _Day("opens", entry.opens, f"{title}: {entry.title} can be sent", ("PT9H",)),
        _Day("deadline", entry.deadline, f"{title}: {entry.title} is due", ("-P7D", "-P2D", "PT9H")),
    ):
        yield from _event(own, f"{name}-{own.what}", told, at)


@dataclass(frozen=True, slots=True)
class _Day:
    """A day of a submission that becomes an event: what it is, in words as well, and when one is reminded of it."""

    what: str
    day: date
    summary: str
    reminders: tuple[str, ...]


def _event(own: _Day, name: str, told: str, at: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{name}@keywork.invalid"
    yield f"DTSTAMP:{at}"
    yield f"DTSTART;VALUE=DATE:{_plain(own.day)}"
    yield f"DTEND;VALUE=DATE:{_plain(own.day + timedelta(days=1))}"
    yield f"SUMMARY:{escaped(own.summary)}"
    yield f"DESCRIPTION:{escaped(told)}"
    yield "TRANSP:TRANSPARENT"
    for reminder in own.reminders:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escaped(own.summary)}", f"TRIGGER:{reminder}")
        yield "END:VALARM"
    yield "END:VEVENT"


def _plain(day: date) -> str:
    return day.isoformat().replace("-", "")


def escaped(text: str) -> str:
    """A text as a value: backslash, semicolon, comma and line break escaped, other control characters left out."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    text = text.replace("\r\n", "\n").replace("\n", "\\n")
    return "".join(sign for sign in text if sign.isprintable())


def _folded(line: str) -> Iterator[str]:
    """A line cut so that no piece has more than 75 octets and no character is cut in two."""
    piece, size = "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > LINE:
            yield piece
            piece, size = " ", 1
        piece, size = piece + sign, size + octets
    yield piece
