"""What the manager's page says: the last submissions and how they stood, the caseload in and out, the causes.

Counts alone; nothing on it names a client. Everything is read from what the store keeps, and nothing is checked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exporters.month.checklist import ELSEWHERE, open_mismatches
from exporters.month.status import first_from_here, read_standing
from exporters.work import Work, work_on
from store.clients import movement
from store.clients.movement import Movement
from store.facts import ExtractInfo
from store.findings.acceptance_facts import CaseloadFigures
from store.month import calendar as stored_calendar
from store.month import extracts as stored_extracts
from store.month import submissions as stored_submissions
from store.month.facts import SubmissionInfo
from store.snapshot import Snapshot
from validators.calendar.calendar import CalendarEntry
from validators.local_time import LONDON
from validators.standard.caveats import caveats
from validators.standard.model import Standard
from validators.standard.terminology import counted

MONTHS = 12
"""How many submissions the page looks back, unless another number is asked for."""
MOST_CAUSES = 8
NOTHING = "Nothing: no rule has an open finding in what would be sent."
NIL, FROM_ELSEWHERE = "nil return", "sent from elsewhere"
STATUS_WORDS = {"unverified": "unverified", "unknown": "not known"}


@dataclass(frozen=True, slots=True)
class SubmissionLine:
    """One submission: when it was due, whether and when it was sent, and how it stood then by our own estimate.

    `state` is `sent`, `nil return`, `sent from elsewhere` (said on that day), `due` (its deadline is to come), `not
    sent`, or `before Keywork`: of a month before the first that this store knows of, nothing can be said. `late_days`
    are the days after the deadline on which it was sent, 0 when it was in time. The percentages are None where no
    extract was sent.
    """

    month: str
    title: str
    deadline: date
    state: str
    sent_on: date | None = None
    late_days: int = 0
    load_percent: float | None = None
    data_quality_percent: float | None = None
    rows: int = 0
    episodes: int = 0

    @property
    def told(self) -> str:
        """What became of it, in words."""
        if self.sent_on is None or self.state == FROM_ELSEWHERE:
            return self.state
        days = f"{self.late_days} day{'' if self.late_days == 1 else 's'} late" if self.late_days else "in time"
        return f"{self.state} {self.sent_on:%d %b %Y}, {days}"


@dataclass(frozen=True, slots=True)
class Cause:
    """A rule with open findings: its number, its title, the severity, and how many there are."""

    rule: str
    title: str
    severity: str
    count: int


@dataclass(frozen=True)
class ManagerPage:
    """The page of an agency on a day. `movements` are month by month, oldest first, as are `submissions`.

    `causes` are the largest, `more_causes` how many others there are. `besides` is what else stands in the way of the
    return at hand, `to_compare` whether that is still to be compared with what was sent before. `unverified` names what
    stands behind codes and rules without anybody vouching for it.
    """

    agency: str
    standard: Standard
    made_on: date
    submissions: tuple[SubmissionLine, ...]
    movements: tuple[Movement, ...]
    figures: CaseloadFigures
    causes: tuple[Cause, ...]
    unverified: tuple[str, ...]
    name: str = ""
    more_causes: int = 0
    besides: tuple[str, ...] = ()
    to_compare: bool = False

    @property
    def whose(self) -> str:
        """The agency's code, and its name where it has one."""
        return f"{self.agency} {self.name}".strip()

    @property
    def caseload(self) -> str:
        """How many are open, how that moved, and what came and went in these months; "" where nothing is known."""
        if not self.movements:
            return ""
        last, episode = self.movements[-1], self.standard.word("episode")
        told = f"Caseload: {counted(last.open_at_end, episode)} open"
        if len(self.movements) > 1:
            more = last.open_at_end - self.movements[-2].open_at_end
            told += f", {abs(more):,} {'more' if more > 0 else 'fewer'} than a month before" if more else ", as before"
        opened, closed = (sum(getattr(one, what) for one in self.movements) for what in ("opened", "closed"))
        return f"{told}; in {counted(len(self.movements), 'month')} {opened:,} opened and {closed:,} closed."

    @property
    def and_more(self) -> str:
        """That more rules have open findings than the largest that are listed; "" where there are none."""
        return f"and {counted(self.more_causes, 'more rule')}" if self.more_causes else ""

    @property
    def in_the_way(self) -> tuple[str, ...]:
        """What stands in the way besides what the causes tell, each a sentence; that nothing does, where that is so."""
        told = tuple(f"{one[0].upper()}{one[1:]}." for one in self.besides)
        return told or (() if self.causes else (NOTHING,))

    @property
    def now(self) -> str:
        """How the caseload stands, in a sentence; of what was not checked since it changed, that it was not."""
        figures, episode = self.figures, self.standard.word("episode")
        waiting = f"{counted(figures.stale, episode)} changed since the last check"
        if figures.none_checked:
            return f"Now: not known, {waiting}."
        told = f"Now: load {figures.load_percent:.1f} %, data quality {figures.data_quality_percent:.1f} %, "
        told += f"{counted(figures.rows, self.standard.word('row'))} of {counted(figures.episodes, episode)}"
        return f"{told}; {waiting}." if figures.stale else f"{told}."

    @property
    def deadlines(self) -> tuple[int, int]:
        """How many deadlines were kept, of how many that are past and that this store knows of."""
        known = [one for one in self.submissions if one.state in ("sent", NIL, "not sent")]
        past = [one for one in known if one.deadline < self.made_on or one.sent_on is not None]
        return sum(one.sent_on is not None and not one.late_days for one in past), len(past)


def read_page(snapshot: Snapshot, work: Work, months: int = MONTHS, mismatches: int | None = None) -> ManagerPage:
    """The page of an agency; `months` is how many submissions it looks back. Raises Problem.

    `mismatches` are counted apart, None when they were not: see `exporters.month.checklist.open_mismatches`.
    """
    calendar = stored_calendar.of_agency(snapshot, work.agency)
    entry = calendar.due(work.today)
    entries = [entry]
    while len(entries) < months:
        entries.append(calendar.before(entries[-1]))
    entries.reverse()
    extracts = stored_extracts.listed(snapshot, work.agency)
    submissions = stored_submissions.listed(snapshot, work.agency)
    first = first_from_here(work.agency, entry, extracts, submissions)
    told = _told_otherwise(snapshot, work.standard, submissions)
    lines = tuple(_line(one, extracts, told, first, work.today) for one in entries)
    standing = read_standing(snapshot, work.agency, work.standard, work.today, mismatches)
    figures = standing.figures
    # What ends before the agency changed its letter goes out in the old one.
    standard = work_on(snapshot, work, entry.period.end).standard
    causes = [
        Cause(one.rule, _title(standard, one.rule), one.severity.value, one.count - one.accepted)
        for one in figures.causes
        if one.count > one.accepted
    ]
    return ManagerPage(
        work.agency.code,
        standard,
        work.today,
        lines,
        tuple(movement.by_month(snapshot, work.agency, _months(entries[0].submission, work.today))),
        figures,
        tuple(causes[:MOST_CAUSES]),
        tuple(unverified(standard)),
        work.agency.name,
        max(0, len(causes) - MOST_CAUSES),
        tuple(one.told for one in standing.besides_rules),
        any(one.check == "mismatches" for one in standing.besides_rules) and mismatches is None,
    )


def count_mismatches(snapshot: Snapshot, work: Work) -> int:
    """What the return at hand denies of the one sent before; that takes as long as to write one. Raises Problem."""
    due = stored_calendar.of_agency(snapshot, work.agency).due(work.today)
    return open_mismatches(snapshot, work.agency, work.standard, due.period, work.today)


def _months(first: str, today: date) -> list[str]:
    """Every month from one to that of a day; there is a submission in fewer of them."""
    year, month = int(first[:4]), int(first[5:])
    months = []
    while (year, month) <= (today.year, today.month):
        months.append(f"{year}-{month:02}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return months


def _line(
    entry: CalendarEntry,
    extracts: Sequence[ExtractInfo],
    otherwise: Mapping[str, tuple[str, date]],
    first: str,
    today: date,
) -> SubmissionLine:
    sent = [one for one in extracts if one.submission == entry.submission and one.is_sent]
    known = (entry.submission, entry.title, entry.deadline)
    if sent:
        # The first that left in time keeps the deadline; what stood at the end is the last one's.
        earliest = min(_day(one.sent_at) for one in sent if one.sent_at is not None)
        last = sent[-1]  # the one written last, whatever a clock said of it, or of when it was sent
        told = last.receipt
        return SubmissionLine(
            *known,
            "sent",
            earliest,
            max(0, (earliest - entry.deadline).days),
            _percent(told, "load_percent"),
            _percent(told, "data_quality_percent"),
            last.rows,
            int(str(told.get("episodes", 0))),
        )
    if entry.submission in otherwise:
        state, day = otherwise[entry.submission]
        return SubmissionLine(*known, state, day, max(0, (day - entry.deadline).days) if state == NIL else 0)
    if entry.deadline >= today:
        return SubmissionLine(*known, "due")
    return SubmissionLine(*known, "not sent" if entry.submission >= first else "before Keywork")


def _percent(told: Mapping[str, object], key: str) -> float | None:
    value = told.get(key)
    return float(value) if isinstance(value, int | float) else None


def _told_otherwise(
    snapshot: Snapshot, standard: Standard, submissions: Sequence[SubmissionInfo]
) -> dict[str, tuple[str, date]]:
    """The months for which there was nobody to report or whose return was sent from elsewhere; when that was said."""
    leaving = {one.id for one in standard.checklist if one.check == "uploaded" and one.is_needed(True)}
    said: dict[str, tuple[str, date]] = {}
    for one in submissions:
        for tick in stored_submissions.ticks(snapshot, one.id):
            if tick.holds and tick.item == ELSEWHERE:
                said[one.month] = FROM_ELSEWHERE, _day(tick.ticked_at)
            elif tick.holds and one.is_nil and tick.item in leaving:
                said[one.month] = NIL, _day(tick.ticked_at)
    return said


def _day(moment: datetime) -> date:
    """The day it was where the returns go to."""
    return moment.astimezone(LONDON).date()


def _title(standard: Standard, rule: str) -> str:
    known = standard.rule_by_id.get(rule)
    return known.title if known else rule


def unverified(standard: Standard) -> list[str]:
    """What nobody vouches for: code lists by their state, and what is to be said of the edition; each in one line."""
    told = []
    for status, words in STATUS_WORDS.items():
        lists = sorted(name for name, codes in standard.code_lists.items() if codes.status == status)
        if lists:
            told.append(
                f"{counted(len(lists), 'code list')} {words}: {', '.join(name.replace('_', ' ') for name in lists)}"
            )
    return [*told, *caveats(standard)]
