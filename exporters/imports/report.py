"""What an import did, or would do: the facts, and the lines that tell them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from store.facts import Counts
from validators.standard.terminology import USUAL, Terms, counted

if TYPE_CHECKING:
    from exporters.imports.judged import Judged


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was not stored: its physical line, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class ValueDifference:
    """A value that the file and the store (or an earlier row of the file) tell differently."""

    line: int
    episode: str
    header: str
    kept: str
    told: str


@dataclass
class ImportReport:
    """What an import did, or would do.

    `refused` are values that cannot be read where the stored ones can, or that have lost their zeros, `withheld`
    consents that would undo a No, `again` counts rows that were the very same as an earlier one, `blank` values of
    blanks and nothing else, `back` deleted events that are there again; `before` and `after` are what `check` says of
    the episodes that were touched.
    """

    path: Path
    rows: int = 0
    episodes: int = 0
    new: Counts = field(default_factory=Counts)
    unchanged: int = 0
    updated: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    disagreements: list[ValueDifference] = field(default_factory=list)
    differences: list[ValueDifference] = field(default_factory=list)
    refused: list[ValueDifference] = field(default_factory=list)
    withheld: list[ValueDifference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    again: int = 0
    blank: int = 0
    back: int = 0
    before: "Judged | None" = None
    after: "Judged | None" = None
    unit: str = "row"

    @property
    def rows_left_out(self) -> int:
        """How many rows are left out: of one that is for two reasons both are listed."""
        return len({one.line for one in self.left_out})


def told_as_text(report: ImportReport, *, dry_run: bool, update: bool, terms: Terms = USUAL) -> Iterator[str]:
    """The report in lines, in these terms.

    Values are written so that no terminal can be steered by them.
    """
    would = "would be " if dry_run else ""
    units = terms.counted(report.rows, "row") if report.unit == "row" else counted(report.rows, report.unit)
    yield f"{report.path}: {units}, {terms.counted(report.episodes, 'episode')}"
    for note in report.notes:
        yield f"  note: {note}"
    if report.left_out:
        yield f"Left out, {counted(report.rows_left_out, report.unit)}:"
        yield from (f"  line {item.line}: {item.why}" for item in report.left_out)
    if report.disagreements:
        yield "Rows that disagree with an earlier one, which wins:"
        yield from _told(report.disagreements, "kept", "this row")
    if report.again:
        yield f"Stored once, being the very same as an earlier {report.unit}: {report.again}"
    if report.refused:
        yield "Values that cannot be read, or lost leading zeros, not taken where the store has a better one:"
        yield from _told(report.refused, "store", "file")
    if report.withheld:
        yield "Consent that is refused or withdrawn here, not taken from a file (keywork client consent records it):"
        yield from _told(report.withheld, "store", "file")
    if report.differences:
        taken = f"{would}taken" if update else "not taken (--update takes them)"
        yield f"Values that differ from the store, {taken}:"
        yield from _told(report.differences, "store", "file")
    new = report.new
    unwritten = " (nothing was written)" if dry_run else ""
    numbers = (("client", new.clients), ("episode", new.episodes), ("event", new.events))
    yield f"New: {', '.join(terms.counted(number, kind) for kind, number in numbers)}{unwritten}"
    if report.back:
        yield f"Brought back, deleted before: {terms.counted(report.back, 'event')}{unwritten}"
    if report.updated:
        yield f"Records {would}changed: {report.updated}"
    yield terms.say("{Episodes} as known before: {many}", many=report.unchanged)
    if not (new.clients or new.episodes or new.events or report.updated or report.back):
        yield "Nothing to change."
    yield from judged_as_text(report, dry_run=dry_run, terms=terms)


def judged_as_text(report: ImportReport, *, dry_run: bool, terms: Terms = USUAL) -> Iterator[str]:
    """What `check` says of the episodes that the file is about, before and after; nothing where it was not asked."""
    before, after = report.before, report.after
    if before is None or after is None:
        return
    would = "would have" if dry_run else "have"
    yield (
        f"Check, of this file's {terms.say('{episodes}')} in the store: {before.wrong:,} of "
        f"{before.rows:,} {terms.say('{rows}')} had errors before, "
        f"{after.wrong:,} of {after.rows:,} {would} errors now (load {before.load_percent} % before, "
        f"{after.load_percent} % now)"
    )


def printed(text: str) -> str:
    """A text from a file as it may be shown: nothing in it can steer a terminal."""
    return ascii(text)[1:-1]


def _told(differences: Iterable[ValueDifference], kept: str, told: str) -> Iterator[str]:
    for item in differences:
        yield f"  line {item.line}: {item.header}: {kept} {item.kept!a}, {told} {item.told!a}"
