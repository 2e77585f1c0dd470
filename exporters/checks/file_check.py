"""Checking many episodes: a whole file, or all that an agency keeps."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from exporters.formats import choose
from exporters.formats.base import EpisodesTogether, Progress
from store.disk.overflow import Overflow
from validators.quality import Tally
from validators.records import EpisodeRecord, Finding, Severity
from validators.rules.checker import Checker
from validators.rules.columns import ColumnCheck
from validators.rules.file_rules import Broken, FileRules, undecided_lists
from validators.rules.registry import Context
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.findings.acceptance_facts import Accepted, Waits


class Findings(Sequence[Finding]):
    """Findings in order, of which only some are in memory: there may be more of them than rows in the file."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: Overflow[Finding] = Overflow(_packed, _unpacked)

    def add(self, finding: Finding, *place: int) -> None:
        """Add a finding at a place in the order; of two at the same place the one added first comes first."""
        self._kept.add((*place, len(self._kept)), finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add findings behind all others."""
        for finding in findings:
            self.add(finding)

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._kept)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | list[Finding]:
        return list(self)[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


def _packed(finding: Finding) -> object:
    """A finding as JSON holds it."""
    told = finding
    return (
        *(told.severity.value, told.rule, told.field, told.fields, told.message, dict(told.values), told.section),
        *(told.episode, told.lines, told.client_id, told.episode_id, told.event_id, told.accepted, told.anonymous),
    )


def _unpacked(packed: list[Any]) -> Finding:
    severity, rule, field, fields, message, values, section, episode, lines, *ids = packed
    return Finding(
        Severity(severity), rule, field, tuple(fields), message, values, section, episode, tuple(lines), *ids
    )


@dataclass
class Report:
    """What was found, in the order of the file's lines, and the counts; `stored` says that it was no file."""

    standard: Standard
    tally: Tally
    findings: Findings
    stored: bool = False


class Examination:
    """Applies all rules, those about one record and those between records, to episodes one after another."""

    def __init__(
        self,
        standard: Standard,
        context: Context,
        repeated: frozenset[str] | None = None,
        accepted: "Accepted | None" = None,
        alike: frozenset[str] | None = None,
    ) -> None:
        """Compile the standard's rules; every rule judges by `context`. For `repeated` and `alike` see `FileRules`.

        Warnings that somebody `accepted` are marked as such.
        """
        self.accepted = accepted
        self.checker = Checker(standard)
        self.file_rules = FileRules(standard, repeated, context.agency, alike)
        self.tally = Tally(standard)
        self.context = context
        self._columns = ColumnCheck(self.checker, context)

    def sift(self, some: EpisodesTogether) -> Iterator[tuple[int, list[Broken] | None]]:
        """Count those of some episodes that are sound; give the numbers of the rest, which are still to be examined.

        With each stands what it contradicts among those before it, where that is known already: nothing else is
        wrong with it then.
        """
        episodes, rules = some.columns(), self.file_rules
        concerned, in_event = rules.concerned(episodes)
        doubtful = {*some.misshapen, *self._columns.doubtful_of(episodes), *in_event}
        rules.pass_by(episodes, doubtful)
        rest = doubtful.copy()
        columns = [(header, episodes.base[header]) for header in rules.compared]
        for number in sorted(doubtful | concerned):
            if number in doubtful:
                yield number, None
            elif broken := rules.contradicted({header: cells[number] for header, cells in columns},
                                              some.line_of(number)):  # fmt: skip
                rest.add(number)
                yield number, broken
        sound = [number for number in range(episodes.count) if number not in rest]
        self.tally.add_sound(len(sound), some.rows_of(sound))

    def sound(self, records: Sequence[EpisodeRecord]) -> list[bool]:
        """Of which of some episodes the checker has nothing to say; where that takes too long to tell, of none."""
        doubtful = self._columns.doubtful(records)
        return [number not in doubtful for number in range(len(records))]

    def examine(
        self,
        record: EpisodeRecord,
        extra: Collection[Finding] = (),
        missing: frozenset[str] = frozenset(),
        judged: EpisodeRecord | None = None,
        contradicted: list[Broken] | None = None,
        is_sound: bool = False,
        waits: "Waits | None" = None,
    ) -> list[Finding]:
        """Check one episode and count it; `extra` are findings that its reader already has.

        Where the record is only a part of an episode, `judged` is all of it: what is found there of an event that the
        part does not have counts for nothing.

        Columns that are `missing` from a file are the heading's fault, told once: no finding names them here. What a
        finding says of other columns stays. For what is `contradicted` see `sift`. Of
        one that `is_sound` the checker is known to have nothing to say (see `sound`). For what `waits` see `Accepted`.
        """
        whole = judged or record
        if is_sound and not extra and not record.lines and self.file_rules.leaves_out(whole):
            self.tally.add_sound(1, record.rows)
            return []
        self.checker.missing = missing
        if contradicted is None:
            found = [] if is_sound else self.checker.check(whole, self.context)
            found += self.file_rules.check(whole, found)
        else:
            found = self.file_rules.told(contradicted, whole)
        if judged is not None:
            part = {event.id for event in record.events} | {""}
            found = [finding for finding in found if finding.event_id in part]
        found += extra
        if missing:
            found = [finding for finding in found if missing.isdisjoint(finding.fields)]
        if self.accepted is not None:
            found = self.accepted.mark(found, waits or {})
        self.tally.add(record, found)
        return found


def check_file(
    path: Path, standard: Standard, context: Context, progress: Progress | None = None, dates: str = ""
) -> Report:
    """Check an extract; for `dates` see `Format.read`. Raises Problem when the file cannot be read as one."""
    extract = choose.of(standard).read(path, progress, dates)
    examination = Examination(standard, replace(context, in_parts=_is_in_parts(path, standard)))
    tally, findings = examination.tally, Findings()
    order = {rule.id: number for number, rule in enumerate(standard.rules)}

    def tell(finding: Finding, part: int) -> None:
        findings.add(finding, finding.line or 0, order[finding.rule], part)

    def tell_about_file(found: Iterable[Finding], part: int) -> None:
        for finding in found:
            tally.add_about_file(finding)
            tell(finding, part)

    def tell_rows() -> None:
        """What is wrong with rows so far, which is known as they are read."""
        for finding in extract.bad_rows:
            tally.add_row(finding)
            tell(finding, _ROWS)
        extract.bad_rows.clear()

    examination.file_rules.expect(extract.repeats(examination.file_rules.alike))

    together = extract.together()
    if together is None:
        for record, extra in extract.episodes():
            for finding in examination.examine(record, extra, extract.missing):
                tell(finding, _EPISODES)
            if extract.bad_rows:
                tell_rows()
    for some in together or ():
        for number, contradicted in examination.sift(some):
            record, extra = some.given(number)
            for finding in examination.examine(record, extra, contradicted=contradicted):
                tell(finding, _EPISODES)
        if extract.bad_rows:
            tell_rows()
    tell_rows()
    # What is wrong with the file is known only now, too.
    tell_about_file([*extract.about_file, *filter(None, (undecided_lists(standard),))], _FILE)
    for finding in examination.file_rules.at_end():
        # Of what shows only in all values each is told and counted by itself, as in the store such a file comes from.
        tell(finding, _END)
    return Report(standard, tally, findings)


def _is_in_parts(path: Path, standard: Standard) -> bool:
    """Whether a file may hold only what is new of its episodes: a full one, where there are others, is named so."""
    return bool(standard.submission.kinds) and "full" not in re.findall("[a-z]+", path.stem.lower())


HELD_AT_ONCE = 100
"""Records that are judged together: as many as are well held in memory at once. Twice as many take longer to read, for
then they are no longer at hand for the processor when they are judged."""

# In this order findings of the same line and rule are told.
_FILE, _ROWS, _EPISODES, _END = range(4)


def check_episodes(
    records: Iterable[EpisodeRecord],
    examination: Examination,
    more: Callable[[EpisodeRecord], Iterable[Finding]] = lambda _: (),
) -> Report:
    """Check episodes from the store by what an examination is of; `more` is known of each."""
    report, rest = of_store(examination), iter(records)
    while some := list(islice(rest, HELD_AT_ONCE)):
        for record, is_sound in zip(some, examination.sound(some), strict=True):
            report.findings.extend(examination.examine(record, [*more(record)], is_sound=is_sound))
    return report


def of_store(examination: Examination) -> Report:
    """A report on what a store keeps, before any episode: what is said of the standard's code lists."""
    standard = examination.checker.standard
    report = Report(standard, examination.tally, Findings(), stored=True)
    for finding in filter(None, (undecided_lists(standard),)):
        report.tally.add_about_file(finding)
        report.findings.add(finding)
    return report


def as_json(report: Report) -> Iterator[str]:
    """The report as pieces of one JSON text, one finding a line."""
    import json

    tally = report.tally
    head = {
        "standard": report.standard.id,
        "rows": tally.rows,
        "episodes": tally.episodes,
        "errors": tally.errors,
        "warnings": tally.warnings,
        **({"accepted": tally.accepted} if report.stored else {}),
        "notices": sum(tally.counts.values()) - tally.errors - tally.warnings,
        "load_percent": tally.load_percent,
        "data_quality_percent": tally.data_quality_percent,
    }
    yield json.dumps(head)[:-1] + ',\n"findings": ['
    separator = "\n"
    for finding in report.findings:
        yield separator + json.dumps(finding_as_mapping(finding))
        separator = ",\n"
    yield "]}\n"


def finding_as_mapping(finding: Finding) -> dict[str, object]:
    """A finding as the check command's JSON tells it; ids of the store only where it comes from there."""
    told: dict[str, object] = {
        "severity": finding.severity.value,
        "rule": finding.rule,
        "field": finding.field,
        "fields": list(finding.fields),
        "line": finding.line,
        "lines": list(finding.lines),
        "episode": finding.episode,
        "message": finding.message,
        "values": dict(finding.values),
    }
    if finding.accepted:
        told["accepted"] = finding.accepted
    if finding.episode_id:
        told |= {"client_id": finding.client_id, "episode_id": finding.episode_id, "event_id": finding.event_id}
    return told
