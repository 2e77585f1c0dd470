"""The month in words: what is due, how it stands, what moved, what the next roll-over drops. Knows no screen."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from exporters.month.status import Standing, day_text, left_text, moves, read_standing, since
from store.month import calendar as stored_calendar
from store.snapshot import Snapshot
from validators.calendar.calendar import CalendarEntry, in_words
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.month.facts import RollOver

MOVES = 3
"""How many of the rules that moved are named."""


@dataclass(frozen=True, slots=True)
class MonthView:
    """How the month stands, with what lies ahead: the next roll-over, and the gap before a silent month."""

    standing: Standing
    roll_entry: CalendarEntry | None = None
    roll: "RollOver | None" = None
    gap: str = ""


def read_month(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, today: date, mismatches: int | None = None
) -> MonthView:
    """Read all the Month screen shows, from what is kept; nothing is checked. Raises Problem."""
    standing = read_standing(snapshot, agency, standard, today, mismatches)
    calendar = stored_calendar.of_agency(snapshot, agency)
    roll_entry = calendar.next_roll(today) if calendar.rolls else None
    roll = None
    if roll_entry is not None:
        roll = stored_calendar.roll_over(
            snapshot, agency, roll_entry.period_start, since=calendar.base_before(roll_entry), limit=0
        )
    due, gap = standing.due, ""
    if not standing.silence and calendar.silence(due.last_day + timedelta(days=1)):
        after = calendar.after(due)
        opens = f"{after.opens.day} {after.opens:%b}"
        gap = f"What is dated after {in_words(due.period_end)} waits for {after.title} (from {opens})"
    return MonthView(standing, roll_entry, roll, gap)


def when_lines(one: Standing) -> list[tuple[str, str]]:
    """What is due and when, each sentence with the weight it has: `error`, `warning`, `ok`, `notice` or "" ."""
    due = one.due
    period = f"{in_words(due.period_start)} to {in_words(due.period_end)}"
    lines: list[tuple[str, str]] = []
    for late in one.lates:
        its = late.entry
        days = left_text((its.deadline - one.today).days)
        told = f"Late: {its.title} ({its.submission}) was due by {day_text(its.deadline)}, {days}."
        lines.append((f"{told} It {late.told}.", "error"))
    if one.silence:
        lines.append((one.silence, "notice"))
        return lines
    if not one.is_ours:
        lines.append((f"{due.title} ({due.submission}) is not made here: {one.told_of_first}.", "notice"))
    elif one.late != due:
        closed = f" ({due.closed_day})" if due.closed_day and not due.closed_day.startswith("a S") else ""
        left = f"{left_text(one.days_left).capitalize()}."
        if one.begun_anew:
            left = f"It is sent. {one.begun_anew} is begun, and not sent: {left_text(one.days_left)}."
        elif one.is_sent:
            left = "The nil return is made." if one.situation.is_nil else "It is sent."
            left = "It is stated as sent from elsewhere." if one.situation.elsewhere is not None else left
        by = f"Due by {day_text(due.deadline)}{closed}: {due.title} ({due.submission}). {left}"
        near = not one.is_done and one.days_left <= 3
        lines.append((by, "ok" if one.is_done else "warning" if near else "heading"))
    opens = "is open" if one.is_open else "opens"
    window = f"{day_text(due.opens)} to {day_text(due.closes)}"
    lines.append((f"It covers {period}; its window {opens} {window}.", "text"))
    if one.missed is not None and one.late is None:
        lines.append((f"{one.missed.title} ({one.missed.submission}) was not marked as sent.", "dim"))
    return lines


def figure_lines(one: Standing) -> list[str]:
    """The percentages now, what they rest on, and what moved them."""
    now = one.figures
    load, quality = f"Load {now.load_percent} %", f"data quality {now.data_quality_percent} %"
    if one.before is not None:
        moved = round(now.load_percent - one.before.load_percent, 1)
        load += f" ({moved:+.1f})" if moved else ""
        moved = round(now.data_quality_percent - one.before.data_quality_percent, 1)
        quality += f" ({moved:+.1f})" if moved else ""
    if now.accepted:
        quality += f" ({now.quality_without_accepted} % without {now.accepted:,} accepted)"
    all_of_them, row_word = counted(now.episodes, one.situation.word), one.situation.row_word
    if not now.stale:
        rows = f"{all_of_them}, {counted(now.rows, row_word)} would be sent"
        faults = f"{counted(now.errors, 'error')}, {counted(now.warnings, 'warning')} in them"
        return [f"{load}, {quality}, by our own estimate.", f"{rows}: {faults}.", moves_text(one)]
    if now.none_checked:
        return [
            "Load and data quality are told once there is a check.",
            f"{all_of_them}, all due for a check.",
            moves_text(one),
        ]
    # Of the rest nothing is known: these are no figures of the return.
    rows = f"{now.stale:,} of {all_of_them} due for a check; in the rest {counted(now.rows, row_word)}"
    faults = f"{counted(now.errors, 'error')}, {counted(now.warnings, 'warning')}"
    return [f"Of what is checked: {load}, {quality}, by our own estimate.", f"{rows}: {faults}.", moves_text(one)]


def moves_text(one: Standing) -> str:
    """What moved the percentages, and since when."""
    if one.figures.stale:
        return "What moved since the last look is told when all are checked."
    if one.before is None:
        return "This is the first look at this submission: tomorrow says what moved."
    found = moves(one)
    if not found:
        return f"Nothing moved since {since(one)}."
    named = ", ".join(f"rule {rule} {many:+d}" for rule, many in found[:MOVES])
    more = f", {len(found) - MOVES} more" if len(found) > MOVES else ""
    return f"Since {since(one)}: {named}{more}."


def roll_text(view: MonthView) -> str:
    """What the next roll-over drops; "" where the calendar has none."""
    if view.roll is None or view.roll_entry is None:
        return ""
    roll, entry = view.roll, view.roll_entry
    faulty = f", {roll.faulty:,} still faulty" if roll.faulty else ""
    drops = f"drops {counted(roll.episodes, view.standing.situation.word)}{faulty}"
    return f"Roll-over {short(entry.opens)}, base {short(roll.base)}: {drops}"


def short(day: date) -> str:
    """A day in little room: `1 Sep 2021`."""
    return f"{day.day} {day:%b %Y}"
