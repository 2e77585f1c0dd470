"""Checking many episodes: a whole file, or all that an agency keeps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.formats import choose
from exporters.formats.base import Progress
from validators.quality import Tally
from validators.records import EpisodeRecord, Finding
from validators.rules.checker import Checker
from validators.rules.file_rules import FileRules, undecided_lists
from validators.rules.registry import Context
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.findings.acceptance_facts import Accepted


@dataclass
class Report:
    """What was found, in the order of the file's lines, and the counts; `stored` says that it was no file."""

    standard: Standard
    tally: Tally
    findings: list[Finding] = field(default_factory=list)
    stored: bool = False


class Examination:
    """Applies all rules, those about one record and those between records, to episodes one after another."""

    def __init__(
        self,
        standard: Standard,
        context: Context,
        repeated: frozenset[str] | None = None,
        accepted: "Accepted | None" = None,
    ) -> None:
        """Compile the standard's rules; every rule judges by `context`. For `repeated` see `FileRules`.

        Warnings that somebody `accepted` are marked as such.
        """
        self.accepted = accepted
        self.checker = Checker(standard)
        self.file_rules = FileRules(standard, repeated, context.agency)
        self.tally = Tally(standard)
        self.context = context

    def examine(
        self,
        record: EpisodeRecord,
        extra: Iterable[Finding] = (),
        missing: frozenset[str] = frozenset(),
        judged: EpisodeRecord | None = None,
    ) -> list[Finding]:
        """Check one episode and count it; `extra` are findings that its reader already has.

        Where the record is only a part of an episode, `judged` is all of it: what is found there of an event that the
        part does not have counts for nothing.

        Columns that are `missing` from a file are the heading's fault, told once: no finding names them here. What a
        finding says of other columns stays.
        """
        whole = judged or record
        self.checker.missing = missing
        found = self.checker.check(whole, self.context)
        found += self.file_rules.check(whole, found)
        if judged is not None:
            part = {event.id for event in record.events} | {""}
            found = [finding for finding in found if finding.event_id in part]
        found += extra
        if missing:
            found = [finding for finding in found if missing.isdisjoint(finding.fields)]
        if self.accepted is not None:
            found = self.accepted.mark(found)
        self.tally.add(record, found)
        return found


def check_file(
    path: Path, standard: Standard, context: Context, progress: Progress | None = None, dates: str = ""
) -> Report:
    """Check an extract; for `dates` see `Format.read`. Raises Problem when the file cannot be read as one."""
    extract = choose.of(standard).read(path, progress, dates)
    examination = Examination(standard, context)
    report = Report(standard, examination.tally)
    found: list[Finding] = []
    examination.file_rules.expect(extract.repeats(examination.file_rules.alike))
    for record, extra in extract.episodes():
        found += examination.examine(record, extra, extract.missing)
    # What is wrong with the file and its rows is known only now: it is read as its episodes are asked for.
    _tell(report, [*extract.about_file, *filter(None, (undecided_lists(standard),))])
    for finding in extract.bad_rows:
        examination.tally.add_row(finding)
        report.findings.append(finding)
    report.findings += found
    _tell(report, examination.file_rules.at_end())
    order = {rule.id: number for number, rule in enumerate(standard.rules)}
    report.findings.sort(key=lambda finding: (finding.line or 0, order[finding.rule]))
    return report


def check_episodes(
    records: Iterable[EpisodeRecord],
    standard: Standard,
    context: Context,
    repeated: frozenset[str] | None = None,
    accepted: "Accepted | None" = None,
) -> Report:
    """Check episodes from the store; for `repeated` and `accepted` see `Examination`."""
    examination = Examination(standard, context, repeated, accepted)
    report = of_store(examination)
    for record in records:
        report.findings += examination.examine(record)
    return report


def of_store(examination: Examination) -> Report:
    """A report on what a store keeps, before any episode: what is said of the standard's code lists."""
    standard = examination.checker.standard
    report = Report(standard, examination.tally, stored=True)
    _tell(report, filter(None, (undecided_lists(standard),)))
    return report


def _tell(report: Report, findings: Iterable[Finding]) -> None:
    for finding in findings:
        report.tally.add_about_file(finding)
        report.findings.append(finding)


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
