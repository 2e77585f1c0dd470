"""Which submission is due, and what is to be said of the day on which an extract is written.

It is said; nothing is refused for it. The days are the calendar's of the agency's region.
"""

from datetime import date

from store.facts import AgencyInfo
from store.month import calendar as stored_calendar
from store.snapshot import Snapshot
from validators.calendar.calendar import SubmissionCalendar, in_words
from validators.calendar.kinds import regions
from validators.calendar.periods import ReportingPeriod

DUE = "due"
"""Stands for the submission that is due."""


def due_submission(snapshot: Snapshot, agency: AgencyInfo, today: date) -> str:
    """The submission that is due, or the next one where none is. Raises Problem when the store fails."""
    return stored_calendar.of_agency(snapshot, agency).due(today).submission


def period_of(snapshot: Snapshot, agency: AgencyInfo, submission: str, today: date) -> ReportingPeriod:
    """The period of a submission, or, for `DUE`, of the one that is due. Raises Problem for one there is not."""
    calendar = stored_calendar.of_agency(snapshot, agency)
    return (calendar.due(today) if submission == DUE else calendar.entry(submission)).period


def who_is_asked(calendar: SubmissionCalendar) -> str:
    """Who is asked about dates: the region's team by its address, where the region is known and has one."""
    team = regions(calendar.kind.name).get(calendar.region, "")
    if team:
        return f"the region ({team})"
    asked = next((one.address for one in calendar.enquiries if not one.kind), "")
    if not regions(calendar.kind.name):
        return asked or "who receives it"
    return f"the region, or {asked} where you do not know it" if asked else "the region"


def said_of_window(calendar: SubmissionCalendar, submission: str, today: date) -> list[str]:
    """Sentences for a day before the end of the period, before or after the window, or in a month without submissions.

    None when all is well. Raises Problem when there is no such submission.
    """
    entry = calendar.entry(submission)
    if today <= entry.period_end:
        end = in_words(entry.period_end)
        return [f"The reporting period is not over: it ends on {end}, and what comes in until then is missing."]
    said = [silence] if (silence := calendar.silence(today)) else []
    if today < entry.opens:
        said.append(f"The window for {entry.title} is not open yet: it opens on {in_words(entry.opens)}.")
    elif today > entry.last_day:
        said.append(
            f"The window for {entry.title} is over: it closed on {in_words(entry.closes)}, and the deadline was "
            f"{in_words(entry.deadline)}; ask {who_is_asked(calendar)} before sending it."
        )
    return said
