"""Counting rows: the load and data quality percentages, by our own estimate (the portal publishes no formula)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from validators.records import EpisodeRecord, Finding, Severity
from validators.standard.model import Standard


def percent(good: int, of: int) -> float:
    """`good` of `of` in percent, rounded down to one decimal; 100.0 only when none is left, and for no rows at all."""
    return (1000 * good // of) / 10 if of else 100.0


def quality_text(quality: float, without: float, accepted: int) -> str:
    """A data quality in words, with what it would be without the accepted warnings beside it."""
    told = f"{quality} %"
    return f"{told} ({without:g} % without {accepted:,} accepted)" if accepted else told


@dataclass
class Tally:
    """Rows, episodes and findings counted as they pass by.

    A finding about client or episode columns spoils every row of the episode, one about an event its own row, one
    about a row of the file that row. Accepted warnings count like any other; how it would be without them is told too.
    """

    standard: Standard
    rows: int = 0
    episodes: int = 0
    no_consent: int = 0
    counts: dict[Severity, int] = field(default_factory=lambda: dict.fromkeys(Severity, 0))
    spoilt: dict[Severity, int] = field(default_factory=lambda: dict.fromkeys(Severity, 0))
    unloadable: bool = False
    accepted: int = 0
    open_rows: int = 0

    @property
    def size(self) -> str:
        """How many rows and episodes there were, in the standard's words."""
        return f"{self.standard.counted(self.rows, 'row')}, {self.standard.counted(self.episodes, 'episode')}"

    def add(self, record: EpisodeRecord, findings: Sequence[Finding]) -> None:
        """Count an episode with its findings."""
        withheld = self.standard.withholds(record.episode)
        # Without consent one row is sent, however much the store knows.
        self.rows += 1 if withheld and not record.lines else record.rows
        self.episodes += 1
        # Nor more than its identifiers of one whose consent is missing.
        self.no_consent += not self.standard.has_consent(record.episode)
        if not findings:
            return
        rows: dict[Severity, set[object]] = {}
        still_open: set[object] = set()
        for finding in findings:
            self.counts[finding.severity] += 1
            its_rows = self._rows(record, finding)
            rows.setdefault(finding.severity, set()).update(its_rows)
            if finding.severity is Severity.WARNING:
                if finding.accepted:
                    self.accepted += 1
                else:
                    still_open.update(its_rows)
        for severity, spoilt in rows.items():
            self.spoilt[severity] += len(spoilt)
        self.open_rows += len(still_open)

    def add_sound(self, episodes: int, rows: int) -> None:
        """Count episodes that are sent in full and have no finding."""
        self.episodes += episodes
        self.rows += rows

    def _rows(self, record: EpisodeRecord, finding: Finding) -> Iterable[object]:
        if record.opens:
            # What is wrong with something around the rows is wrong with all of them.
            return set(record.row_lines).intersection(finding.lines) or record.row_lines
        if record.lines:
            return finding.lines
        if self.standard.withholds(record.episode):
            return ("",)
        if finding.event_id:
            return (finding.event_id,)
        return [event.id for event in record.events] or ("",)

    def add_row(self, finding: Finding) -> None:
        """Count a row that belongs to no episode, with what is wrong with it."""
        self.rows += 1
        self.counts[finding.severity] += 1
        self.spoilt[finding.severity] += 1
        self.open_rows += finding.severity is Severity.WARNING

    def add_about_file(self, finding: Finding) -> None:
        """Count a finding about the whole file; an error there means nothing of it would load."""
        self.counts[finding.severity] += 1
        self.unloadable |= finding.severity is Severity.ERROR

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return self.counts[Severity.ERROR]

    @property
    def warnings(self) -> int:
        """How many findings are warnings."""
        return self.counts[Severity.WARNING]

    @property
    def load_percent(self) -> float:
        """Rows without an error; 0 when the heading itself is wrong."""
        return 0.0 if self.unloadable else percent(self.rows - self.spoilt[Severity.ERROR], self.rows)

    @property
    def data_quality_percent(self) -> float:
        """Rows without a warning, accepted or not: the receiving system knows no acceptance."""
        return percent(self.rows - self.spoilt[Severity.WARNING], self.rows)

    @property
    def quality_without_accepted(self) -> float:
        """Rows without a warning that nobody accepted."""
        return percent(self.rows - self.open_rows, self.rows)

    @property
    def open_warnings(self) -> int:
        """How many warnings nobody accepted."""
        return self.warnings - self.accepted

    @property
    def quality_text(self) -> str:
        """The data quality in words: `98.4 % (100 % without 3 accepted)`."""
        return quality_text(self.data_quality_percent, self.quality_without_accepted, self.accepted)
