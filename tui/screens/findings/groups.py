"""The findings of a caseload as they are listed: their order read from the store, the groups. Knows no screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from exporters.checks.caseload import told_of_letter
from exporters.checks.return_check import check_return
from exporters.extracts.submission_window import period_of
from exporters.month.checklist import figures_of
from exporters.work import Work
from store.findings import caseload, queries
from store.findings.acceptance_facts import By, CaseloadFigures
from store.findings.facts import FindingOrder, FindingWord, ListedFinding
from store.month import calendar
from store.snapshot import Snapshot
from tui.session.history_lines import client_name
from tui.session.wording import rule_title
from validators.calendar.periods import ReportingPeriod
from validators.quality import quality_text
from validators.records import Finding, Severity
from validators.standard.model import Standard
from validators.standard.terminology import USUAL, Terms, counted

WAYS: tuple[By, ...] = ("rule", "field", "client", "episode")
SEVERITIES = tuple(Severity)
_MARKS = {severity: at for at, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True)
class Listing:
    """What is to be listed: grouped by what, with which words, and of which submission's return alone.

    `submission` is a month, `submission_window.DUE`, or "" for all of the caseload.
    """

    by: By = "rule"
    text: str = ""
    submission: str = ""


@dataclass(frozen=True)
class Caseload:
    """What is known of a caseload: the order of the findings listed, how many there are, how the rows stand.

    With a `period` that is all of what its return would hold, and of nothing else.

    Of the findings themselves there are numbers only; who shows one reads it. `current` is the number that the finding
    asked for has now, 0 for none. The `figures` are None until they were summed up, which takes longer than the rest.
    `within` is what they are listed of, None for all that is kept.
    """

    order: FindingOrder = field(default_factory=FindingOrder)
    severities: Mapping[Severity, int] = field(default_factory=dict)
    accepted: int = 0
    figures: CaseloadFigures | None = None
    current: int = 0
    period: ReportingPeriod | None = None
    within: queries.Within | None = None

    @property
    def total(self) -> int:
        """How many findings there are, listed or not."""
        return sum(self.severities.values())


@dataclass(frozen=True)
class Group:
    """Findings that have something in common: the group at a place of an order."""

    order: FindingOrder
    index: int

    @property
    def key(self) -> str:
        """What they have in common: a rule, a header, the number of a client or episode."""
        return str(self.order.keys[self.index])

    @property
    def span(self) -> tuple[int, int]:
        """Where in the order its findings begin and end."""
        return self.order.span(self.index)

    @property
    def count(self) -> int:
        """How many findings it has."""
        start, end = self.span
        return end - start

    @property
    def worst(self) -> Severity:
        """The weightiest severity in it: that of its first finding."""
        return SEVERITIES[self.order.marks[self.span[0]] % FindingOrder.ACCEPTED]

    @property
    def open_warnings(self) -> int:
        """The warnings in it that nobody accepted."""
        return self.order.marks.count(_MARKS[Severity.WARNING], *self.span)

    def counted(self) -> str:
        """How many, by severity, in words."""
        marks = self.order.marks
        plain = {one: marks.count(mark, *self.span) for one, mark in _MARKS.items()}
        accepted = {one: marks.count(mark + FindingOrder.ACCEPTED, *self.span) for one, mark in _MARKS.items()}
        told = count_text({one: plain[one] + accepted[one] for one in SEVERITIES})
        total = sum(accepted.values())
        return f"{told}, {total:,} accepted" if total else told

    def numbers(self) -> list[int]:
        """The numbers of its findings."""
        start, end = self.span
        return list(self.order.numbers[start:end])

    def title(self, standard: Standard, first: ListedFinding | None) -> str:
        """What it is called; of a client or an episode its `first` finding tells."""
        by = self.order.by
        if by == "rule":
            return rule_title(standard, self.key)
        if by == "field":
            return f"{field_label(standard, self.key)} ({self.key})"
        if first is None:
            return "changed just now"
        name = client_name(standard, first.client) or "without a name"
        episode = first.finding.episode or first.finding.episode_id
        return name if by == "client" else f"{name}, {standard.word('episode')} {episode}"


def quality_line(figures: CaseloadFigures, terms: Terms = USUAL, period: ReportingPeriod | None = None) -> str:
    """Load and data quality of the rows of a period's return or of all episodes; how far that is to be believed."""
    quality = quality_text(figures.data_quality_percent, figures.quality_without_accepted, figures.accepted)
    whose, sent = (f"The return of {period.submission}:", "") if period else ("All", ", sent or not")
    rows = f"{whose} {terms.counted(figures.rows, 'row')}{sent}"
    line = f"{rows}, our estimate: load {figures.load_percent} %, quality {quality}"
    if not figures.stale:
        return line
    waits = f"{figures.stale:,} of {terms.counted(figures.episodes, 'episode')} due for a check"
    return f"{whose} {waits}" if figures.none_checked else f"{line}; {waits}"


def count_text(counts: Mapping[Severity, int]) -> str:
    """`12 errors, 1 warning`; `nothing` when there is none."""
    parts = [counted(counts[one], one) for one in Severity if counts.get(one)]
    return ", ".join(parts) or "nothing"


def read(
    snapshot: Snapshot,
    work: Work,
    listing: Listing,
    current: Finding | None = None,
    known: Caseload | None = None,
) -> Caseload:
    """Read how the findings with some words are listed. In a thread; `current` is the one whose place is wanted.

    What is `known` of all findings is not counted again: only the words or the groups are others.
    """
    agency, words = work.agency, words_of(work.standard, listing.text)
    if known is not None:
        order = queries.order(snapshot, agency, listing.by, words, known.within)
        return replace(known, order=order, current=queries.number_of(snapshot, current) if current is not None else 0)
    period = period_of(snapshot, agency, listing.submission, work.today) if listing.submission else None
    within = _within(snapshot, work, period)
    severities: dict[Severity, int] = {}
    accepted = 0
    for one in queries.counts(snapshot, agency, within):
        severities[one.severity] = severities.get(one.severity, 0) + one.count
        accepted += one.accepted
    order = queries.order(snapshot, agency, listing.by, words, within)
    number = queries.number_of(snapshot, current) if current is not None else 0
    return Caseload(order, severities, accepted, current=number, period=period, within=within)


def _within(snapshot: Snapshot, work: Work, period: ReportingPeriod | None) -> queries.Within | None:
    """What of a period's return is known by the last check; of one that is not due what is found in it anew."""
    if period is None or _is_due(snapshot, work, period):
        return period
    report = check_return(snapshot, work, period.submission)
    found: Iterable[Finding] = report.findings
    if report.standard.id != work.standard.id:
        found = (told_of_letter(report.standard, work.standard.by_header, one) for one in found)
    return queries.numbers_of(snapshot, work.agency, found)


def _is_due(snapshot: Snapshot, work: Work, period: ReportingPeriod) -> bool:
    return period == calendar.due_period(snapshot, work.agency, work.today)


def sums(snapshot: Snapshot, work: Work, period: ReportingPeriod | None = None) -> CaseloadFigures:
    """How the rows of a return, or of all episodes, stand. In a thread: of very many it takes some seconds."""
    if period is None or _is_due(snapshot, work, period):
        return caseload.figures(snapshot, work.agency, period)
    return figures_of(check_return(snapshot, work, period.submission).tally)


def words_of(standard: Standard, text: str) -> list[FindingWord]:
    """What a person wants to see, each word with the fields and severities that are called so."""
    found = []
    for word in text.casefold().split():
        if word in "rule":
            continue  # every finding is one of a rule
        header, told, value = word.partition("=")
        if told and header.upper() in standard.by_header:
            # What does not fit is no answer about consent, and leaves as none.
            is_unanswered = not value and header.upper() == standard.role("consent")
            longest = standard.by_header[header.upper()].layout.length if is_unanswered else 0
            found.append(FindingWord(value.upper(), field=header.upper(), longest=longest))
            continue
        called = (one.header for one in standard.fields if word in f"{one.header} {one.label}".casefold())
        severities = (one for one in Severity if word in one.value)
        found.append(FindingWord(word, frozenset(called), frozenset(severities)))
    return found


def field_label(standard: Standard, header: str) -> str:
    """A field's label, else its header."""
    known = standard.by_header.get(header)
    return known.label if known else header
