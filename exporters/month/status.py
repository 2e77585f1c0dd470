"""How the month stands: what is due, what is late, the percentages now and what moved them, the checklist.

Everything here is read from what the store keeps; nothing is checked. Today is an argument.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from exporters.extracts.readiness import Check, Reason
from exporters.month.checklist import (
    ELSEWHERE,
    Counted,
    Item,
    Situation,
    extract_of,
    is_sent,
    judge,
    progress,
    situation,
)
from exporters.work import Work, work_on
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

BESIDES_RULES: frozenset[Check] = frozenset({"outside", "mismatches", "rows", "drafts"})
"""What stands in the way of a return whatever the rules found in what would be sent."""


@dataclass(frozen=True, slots=True)
class Late:
    """A submission whose deadline passed; `begun` is the correction of it that was begun and not sent, "" for none."""

    entry: CalendarEntry
    begun: str = ""

    @property
    def told(self) -> str:
        """What is the matter, after "was due by ...": it is not marked as sent."""
        return f"is not marked as sent: {self.begun}" if self.begun else "is not marked as sent"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an agency's month stands on a day.

    `due` is the submission at hand, `silence` why there is none to make now ("" when there is). `lates` are those whose
    deadline passed: the one that was not sent, which is the one at hand, or the one before until the next window opens;
    then every correction that was begun and neither sent nor dropped. `missed` is the one before when it was never sent
    and its time is over. `before` are the figures of an earlier day's look. `is_ours` says that the one at hand is not
    one whose deadline passed before the agency's first from here.
    """

    agency: "AgencyInfo"
    today: date
    due: CalendarEntry
    silence: str
    is_sent: bool
    lates: tuple["Late", ...]
    missed: CalendarEntry | None
    figures: "CaseloadFigures"
    before: "DayFigures | None"
    items: tuple[Item, ...]
    situation: Situation
    is_ours: bool = True

    @property
    def late(self) -> CalendarEntry | None:
        """The first that is late."""
        return self.lates[0].entry if self.lates else None

    @property
    def told_of_first(self) -> str:
        """From which submission on the agency reports from here."""
        return f"the agency reports from here since {self.agency.reports_since}"

    @property
    def is_done(self) -> bool:
        """Whether nothing of the one at hand is still to be sent: it was, and nothing was begun after it."""
        return self.is_sent and not self.begun_anew

    @property
    def not_ready_because(self) -> list[str]:
        """Why the return at hand is not ready to be sent; nothing stands in the way of one that was."""
        return [] if self.is_done else self.situation.readiness.not_ready_because

    @property
    def besides_rules(self) -> list[Reason]:
        """What else stands in the way than what the rules found; of one that was sent, what is not known of it."""
        return [
            one
            for one in self.situation.readiness.reasons
            if one.check == "checked" or (one.check in BESIDES_RULES and not self.is_done)
        ]

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
        return _called(its)

    @property
    def progress(self) -> tuple[int, int]:
        """How many items of the checklist are done, of how many."""
        return progress(self.items)

    @property
    def in_the_way(self) -> list[str]:
        """What stands between the caseload and a return that can be sent, each in a few words."""
        # What a person still has to do after the upload stands in nobody's way.
        data = (item for item in self.items if item.by == "data" and item.state in ("open", "waits"))
        told = self.situation.reason("rows", "period") if self.situation.is_nil else ""
        return [*filter(None, [told]), *(item.told for item in data if item.told)]


def read_standing(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, today: date, mismatches: int | None = None
) -> Standing:
    """Read how the month stands; `mismatches` are counted apart, None when they were not. Raises Problem."""
    calendar: SubmissionCalendar = stored_calendar.of_agency(snapshot, agency)
    due = calendar.due(today)
    extracts, submissions = stored_extracts.listed(snapshot, agency), stored_submissions.listed(snapshot, agency)
    its_sent = was_sent(snapshot, standard, due.submission, extracts, submissions)
    previous = calendar.before(due)
    first = first_from_here(agency, due, extracts, submissions)
    lates, missed = [], None
    over = overdue(calendar, today, first)
    if over is not None and not was_sent(snapshot, standard, over.submission, extracts, submissions):
        lates.append(Late(over))
    if (
        due.opens <= today > previous.deadline
        and previous.submission >= first
        and not was_sent(snapshot, standard, previous.submission, extracts, submissions)
    ):
        missed = previous
    never = {one.entry.submission for one in lates}
    for month, begun in begun_again(snapshot, standard, extracts, submissions).items():
        entry = calendar.entry(month)
        if month not in never and today > entry.deadline:
            lates.append(Late(entry, begun))
    standard = work_on(snapshot, Work(agency, standard, today), due.period_end).standard
    counts = None if mismatches is None else Counted(mismatches)
    known = situation(snapshot, agency, standard, due.period, today, counts=counts)
    return Standing(
        agency=agency,
        today=today,
        due=due,
        silence=calendar.silence(today),
        is_sent=its_sent,
        lates=tuple(lates),
        missed=missed,
        figures=known.figures,
        before=stored_submissions.day_figures_before(snapshot, agency, due.submission, today),
        items=tuple(judge(standard, known)),
        situation=known,
        is_ours=due.submission >= first or today <= due.deadline,
    )


def first_from_here(
    agency: "AgencyInfo",
    due: CalendarEntry,
    extracts: Sequence["ExtractInfo"],
    submissions: Sequence["SubmissionInfo"],
) -> str:
    """The first submission that an agency makes from here: what was before it is never late, missed or not sent.

    Where nobody said, it is the first that this store knows of: of what was before it nothing can be said.
    """
    known = [one.month for one in submissions] + [one.submission for one in extracts]
    return agency.reports_since or min([*known, due.submission])


def overdue(calendar: SubmissionCalendar, today: date, first: str) -> CalendarEntry | None:
    """The submission that is late unless it was sent: the one at hand, or the one before until the next window opens.

    None where no deadline passed; what was before the `first` from here is never late.
    """
    due = calendar.due(today)
    entry = calendar.before(due) if today < due.opens else due
    return entry if today > entry.deadline and entry.submission >= first else None


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


def was_sent(
    snapshot: Snapshot,
    standard: Standard,
    month: str,
    extracts: Sequence["ExtractInfo"],
    submissions: Sequence["SubmissionInfo"],
) -> bool:
    """Whether any return of a month left the building, or was said to have been sent from elsewhere."""
    if any(one.submission == month and one.is_sent for one in extracts):
        return True
    return any(_has_left(snapshot, standard, one) for one in submissions if one.month == month)


def _has_left(snapshot: Snapshot, standard: Standard, attempt: "SubmissionInfo") -> bool:
    """Whether a person ticked that an attempt is made: a nil return, or one that was sent from elsewhere."""
    leaving = {one.id for one in standard.checklist if one.check == "uploaded" and one.is_needed(True)}
    ticked = {tick.item for tick in stored_submissions.ticks(snapshot, attempt.id) if tick.holds}
    return ELSEWHERE in ticked or (attempt.is_nil and bool(leaving & ticked))


def begun_again(
    snapshot: Snapshot, standard: Standard, extracts: Sequence["ExtractInfo"], submissions: Sequence["SubmissionInfo"]
) -> dict[str, str]:
    """The months of which a further attempt was begun and did not leave, each with what was begun."""
    attempts: dict[str, list[SubmissionInfo]] = {}
    for one in submissions:
        attempts.setdefault(one.month, []).append(one)
    found = {}
    for month, ones in attempts.items():
        last = ones[-1]
        if len(ones) == 1 or _has_left(snapshot, standard, last):
            continue
        extract = extract_of(extracts, ones, month, last.number)
        if last.is_nil or extract is None or not extract.is_sent:
            begun = _called(last)
            found[month] = f"{begun[0].lower()}{begun[1:]} was begun; send it, or drop it"
    return found


def _called(attempt: "SubmissionInfo") -> str:
    return "A nil return" if attempt.is_nil else f"Correction {attempt.attempt - 1}"
