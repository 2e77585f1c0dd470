"""How the month stands: what is due, what is late, the percentages now and what moved them, the checklist.

Everything here is read from what the store keeps; nothing is checked. Today is an argument.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from exporters.month.checklist import Item, Situation, is_sent, judge, progress, situation
from store.month import calendar as stored_calendar
from store.month import extracts as stored_extracts
from store.month import submissions as stored_submissions
from store.snapshot import Snapshot
from validators.calendar.calendar import CalendarEntry, SubmissionCalendar
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo, ExtractInfo
    from store.findings.acceptance_facts import CaseloadFigures
    from store.month.facts import DayFigures, SubmissionInfo
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Standing:
    """How an agency's month stands on a day.

    `due` is the submission at hand, `silence` why there is none to make now ("" when there is). `late` is the one whose
    deadline passed and that was not sent: the one at hand, or the one before until the next window opens; `missed` the
    one before when it was never sent and its time is over. `before` are the figures of an earlier day's look.
    """

    agency: "AgencyInfo"
    today: date
    due: CalendarEntry
    silence: str
    is_sent: bool
    late: CalendarEntry | None
    missed: CalendarEntry | None
    figures: "CaseloadFigures"
    before: "DayFigures | None"
    items: tuple[Item, ...]
    situation: Situation

    @property
    def days_left(self) -> int:
        """Days to the deadline, 0 on its day, negative after it."""
        return (self.due.deadline - self.today).days

    @property
    def is_open(self) -> bool:
        """Whether the window of the submission at hand has opened."""
        return self.today >= self.due.opens

    @property
    def begun_anew(self) -> str:
        """What was begun after the one that was sent and is not sent, `Correction 1` or `A nil return`; else empty."""
        its = self.situation.submission
        if not self.is_sent or its is None or its.attempt == 1 or is_sent(self.items):
            return ""
        return "A nil return" if its.is_nil else f"Correction {its.attempt - 1}"

    @property
    def progress(self) -> tuple[int, int]:
        """How many items of the checklist are done, of how many."""
        return progress(self.items)

    @property
    def in_the_way(self) -> list[str]:
        """What stands between the caseload and a return that can be sent, each in a few words."""
        # What a person still has to do after the upload stands in nobody's way.
        data = (item for item in self.items if item.by == "data" and item.state in ("open", "waits"))
        return [item.told for item in data if item.told]


def read_standing(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, today: date, mismatches: int | None = None
) -> Standing:
    """Read how the month stands; `mismatches` are counted apart, None when they were not. Raises Problem."""
    calendar: SubmissionCalendar = stored_calendar.of_agency(snapshot, agency)
    due = calendar.due(today)
    extracts, submissions = stored_extracts.listed(snapshot, agency), stored_submissions.listed(snapshot, agency)
    its_sent = _was_sent(snapshot, standard, due.submission, extracts, submissions)
    previous = calendar.before(due)
    # Of what was before the first that this store knows of, it cannot say anything.
    earliest = min((one.month for one in submissions), default=due.submission)
    earliest = min((one.submission for one in extracts), default=earliest)
    not_before = not _was_sent(snapshot, standard, previous.submission, extracts, submissions)
    late = due if today > due.deadline and not its_sent else None
    missed = None
    if not_before and today > previous.deadline:
        if today < due.opens:
            late = late or previous
        elif previous.submission > earliest:
            missed = previous
    known = situation(snapshot, agency, standard, due.period, today, mismatches=mismatches)
    return Standing(
        agency=agency,
        today=today,
        due=due,
        silence=calendar.silence(today),
        is_sent=its_sent,
        late=late,
        missed=missed,
        figures=known.figures,
        before=stored_submissions.day_figures_before(snapshot, agency, due.submission, today),
        items=tuple(judge(standard, known)),
        situation=known,
    )


def keep_today(unit: "UnitOfWork", standing: Standing) -> bool:
    """Keep today's figures, to say tomorrow what moved; not while episodes are due for a check. False when not kept."""
    from store.month.facts import DayFigures

    now = standing.figures
    if now.stale:
        return False
    causes: dict[str, int] = {}
    for cause in now.causes:
        causes[cause.rule] = causes.get(cause.rule, 0) + cause.count
    figures = DayFigures(
        standing.today,
        now.load_percent,
        now.data_quality_percent,
        now.episodes,
        now.rows,
        now.errors,
        now.warnings,
        now.accepted,
        causes,
    )
    return stored_submissions.keep_figures(unit, standing.agency, standing.due.submission, figures)


def moves(standing: Standing) -> list[tuple[str, int]]:
    """Which rules have more or fewer findings than at the earlier look, by how many; the largest move first."""
    if standing.before is None:
        return []
    now: dict[str, int] = {}
    for cause in standing.figures.causes:
        now[cause.rule] = now.get(cause.rule, 0) + cause.count
    before = standing.before.causes
    found = [(rule, now.get(rule, 0) - before.get(rule, 0)) for rule in {**before, **now}]
    return sorted((one for one in found if one[1]), key=lambda one: (-abs(one[1]), one[0]))


def since(standing: Standing) -> str:
    """Since when: `yesterday`, or the day of the earlier look; "" when nobody looked before."""
    if standing.before is None:
        return ""
    day = standing.before.day
    if (standing.today - day).days == 1:
        return "yesterday"
    return f"{day.day} {day:%b}" + (f" {day.year}" if day.year != standing.today.year else "")


def day_text(day: date) -> str:
    """A day as people say it: `Tue 12 Jan 2021`."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def left_text(days: int) -> str:
    """How long there is, in words; what is over is said to be late."""
    if days == 0:
        return "today is the last day"
    count = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"{count} left" if days > 0 else f"{count} late"


def _was_sent(
    snapshot: Snapshot,
    standard: Standard,
    month: str,
    extracts: Sequence["ExtractInfo"],
    submissions: Sequence["SubmissionInfo"],
) -> bool:
    """Whether any return of a month left the building."""
    if any(one.submission == month and one.is_sent for one in extracts):
        return True
    leaving = {one.id for one in standard.checklist if one.check == "uploaded" and one.is_needed(True)}
    return any(
        tick.holds and tick.item in leaving
        for one in submissions
        if one.month == month and one.is_nil
        for tick in stored_submissions.ticks(snapshot, one.id)
    )
