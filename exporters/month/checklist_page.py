"""A submission's checklist with what stands around it: its dates, its attempts, the others there are to look at."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from exporters.month.checklist import Counted, Item, judge, progress, situation
from exporters.month.checklist_acts import Seen
from exporters.month.status import day_text, first_from_here, left_text
from exporters.work import Work, work_on
from store.month import calendar as stored_calendar
from store.month import extracts as stored_extracts
from store.month import submissions
from store.snapshot import Snapshot
from validators.calendar.calendar import CalendarEntry
from validators.problems import Problem
from validators.standard.model import Standard
from validators.standard.terminology import USUAL, Terms

if TYPE_CHECKING:
    from store.facts import AgencyInfo, ExtractInfo
    from store.month.facts import SubmissionInfo

BACK = 12
"""How many submissions before the one at hand can be looked at, whether begun or not."""


@dataclass(frozen=True, slots=True)
class ChecklistPage:
    """The checklist of one attempt of a submission. `others` are all that can be looked at: month and attempt.

    `first` is the first submission that the agency makes from here, `extract` the latest one written for this attempt.
    For `waits_for_count` see `Situation`.
    """

    entry: CalendarEntry
    submission: "SubmissionInfo | None"
    attempts: tuple["SubmissionInfo", ...]
    items: tuple[Item, ...]
    today: date
    silence: str = ""
    others: tuple[tuple[str, int], ...] = ()
    terms: Terms = USUAL
    first: str = ""
    extract: "ExtractInfo | None" = None
    waits_for_count: bool = False

    @property
    def attempt(self) -> int:
        """Which attempt this is; 1 for a submission that was not begun."""
        return self.submission.attempt if self.submission else 1

    @property
    def seen(self) -> Seen:
        """What whoever acts on this page has in sight."""
        latest = self.attempts[-1].id if self.attempts else ""
        return Seen(self.submission.id if self.submission else "", latest, self.extract.id if self.extract else "")

    @property
    def place(self) -> int:
        """Where among the others this one stands."""
        return self.others.index((self.entry.submission, self.attempt))

    @property
    def kind(self) -> str:
        """What kind of return it is, in words; "" for a first one that is no nil return."""
        if self.submission is None:
            return "not begun"
        its = self.submission
        what = "nil return" if its.is_nil else f"correction {its.attempt - 1}" if its.attempt > 1 else ""
        return f"{what}: {its.reason}" if what and its.reason else what

    @property
    def told(self) -> str:
        """What is to be said of it before anything else: its window is not open, or is over; nothing is due."""
        if self.today < self.entry.opens:
            return f"The window of {self.entry.submission} opens on {day_text(self.entry.opens)}."
        last = max(self.entry.closes, self.entry.deadline)
        if self.today > last and not self.is_over:
            return self.terms.say("Its window closed on {day}: the {region} decides.", day=day_text(last))
        return ""

    @property
    def is_ours(self) -> bool:
        """Whether it is due from here: it, or a correction of it, and no deadline that passed before the first."""
        return self.attempt > 1 or self.entry.submission >= self.first or self.today <= self.entry.deadline

    @property
    def is_over(self) -> bool:
        """Whether the return has left the building."""
        return any(item.check == "uploaded" and item.state == "done" for item in self.items)

    @property
    def done(self) -> str:
        """`9 of 12`."""
        return "{} of {}".format(*progress(self.items))

    @property
    def when(self) -> str:
        """The deadline, and how long there is when that still matters."""
        days = (self.entry.deadline - self.today).days
        told = f"deadline {day_text(self.entry.deadline)}"
        if self.entry.closed_day and not self.entry.closed_day.startswith("a S"):  # the day's name says that already
            told += f" ({self.entry.closed_day})"
        if self.is_over:
            return told
        return f"{told}, {left_text(days)}" if self.is_ours else f"{told}, not due from here"

    def as_mapping(self) -> dict[str, object]:
        """As the checklist command's JSON tells it."""
        its = self.submission
        done, needed = progress(self.items)
        return {
            "submission": self.entry.submission,
            "title": self.entry.title,
            "period_start": self.entry.period_start.isoformat(),
            "period_end": self.entry.period_end.isoformat(),
            "deadline": self.entry.deadline.isoformat(),
            "attempt": self.attempt,
            "begun": its is not None,
            "nil": its is not None and its.is_nil,
            "reason": its.reason if its else "",
            "done": done,
            "of": needed,
            "note": self.told,
            "items": [item.as_mapping() for item in self.items],
        }


def read_page(
    snapshot: Snapshot,
    agency: "AgencyInfo",
    standard: Standard,
    today: date,
    month: str = "",
    attempt: int | None = None,
    counts: Counted | None = None,
) -> ChecklistPage:
    """The checklist of a submission, the one at hand unless a month is named, its latest attempt unless one is.

    The `counts` are made apart, None when they were not: see `exporters.month.checklist.counted_apart`.

    Raises Problem when there is no such submission or attempt.
    """
    calendar = stored_calendar.of_agency(snapshot, agency)
    due = calendar.due(today)
    entry = calendar.entry(month) if month else due
    every = submissions.listed(snapshot, agency)
    attempts = [one for one in every if one.month == entry.submission]
    chosen = attempts[-1] if attempts else None
    if attempt is not None:
        chosen = next((one for one in attempts if one.attempt == attempt), None)
        if chosen is None and (attempts or attempt != 1):
            raise Problem(f"The submission {entry.submission} has no attempt {attempt}: it has {len(attempts)}.")
    known = {(one.month, one.attempt) for one in every}
    begun = {one.month for one in every}
    one = calendar.after(due)
    reachable = {one.submission, entry.submission}
    for _ in range(BACK + 2):
        reachable.add(one.submission)
        one = calendar.before(one)
    others = sorted(known | {(name, 1) for name in reachable - begun})
    standard = work_on(snapshot, Work(agency, standard, today), entry.period_end).standard
    its = situation(snapshot, agency, standard, entry.period, today, chosen, counts)
    return ChecklistPage(
        entry=entry,
        submission=chosen,
        attempts=tuple(attempts),
        items=tuple(judge(standard, its)),
        today=today,
        silence=calendar.silence(today),
        extract=its.extract,
        waits_for_count=its.waits_for_count,
        others=tuple(others),
        terms=standard.terms,
        first=first_from_here(agency, due, stored_extracts.listed(snapshot, agency), every),
    )
