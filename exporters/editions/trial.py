"""Trying a draft: what its rules would find in the records of a store or in a file, before anything is installed;
and what an edition that is ready would change of that.

Nothing is written. A store's records are judged by what their agency reports by now, and by the draft, one by one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from exporters.checks.file_check import check_file
from exporters.editions.compare import compare
from exporters.editions.compare import told as difference
from exporters.editions.install import Candidate, read_edition, refuse_unfit
from store.facts import AgencyInfo
from store.month import agency_settings
from store.records import agencies, read
from store.snapshot import Snapshot
from validators.problems import Problem
from validators.records import Finding
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import edition_of, load
from validators.standard.caveats import caveats
from validators.standard.model import Standard


@dataclass(slots=True)
class Effect:
    """How many episodes of an agency gain or lose findings, and by which rules.

    One that does both counts on both sides; `gained` and `lost` count episodes by rule, `word` is what the standard
    calls one.
    """

    agency: str
    word: str
    episodes: int = 0
    gaining: int = 0
    losing: int = 0
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)

    @property
    def told(self) -> str:
        """In a sentence."""
        of = f"{self.agency}: of {self.episodes:,} {self.word}s"
        if not self.gaining and not self.losing:
            return f"{of} none gains or loses findings"
        by = "; ".join(
            f"{sign} rule {rule} in {many:,}"
            for sign, counts in (("+", self.gained), ("-", self.lost))
            for rule, many in counts.most_common(6)
        )
        many = f"{self.gaining:,} gain and {self.losing:,} lose findings"
        return f"{of} {many} ({by})"


def effect(snapshot: Snapshot, agency: AgencyInfo, old: Standard | None, new: Standard, today: date) -> Effect:
    """What becomes of an agency's findings when `new` takes the place of `old` (None: nothing was found by anything).

    Each record is looked at by itself; what compares records with each other is not asked. Raises Problem.
    """
    found = Effect(agency.code, new.word("episode"))
    settings = agency_settings.settings(snapshot, agency)
    context = Context(today, "store", settings=settings, agency=agency.code)
    before, after = Checker(old) if old is not None else None, Checker(new)
    for record in read.episodes(snapshot, agency):
        was = set(_marks(before.check(record, context))) if before else set()
        now = set(_marks(after.check(record, context)))
        found.episodes += 1
        found.gaining += bool(now - was)
        found.losing += bool(was - now)
        found.gained.update({rule for rule, *_ in now - was})
        found.lost.update({rule for rule, *_ in was - now})
    return found


def _marks(findings: list[Finding]) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    for one in findings:
        yield one.rule, one.severity.value, one.event_id, one.fields


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a trial: of so many records, how many gain or lose findings, and by which rules.

    `of` says whose records they are, `word` what the standard calls one. A file has nothing to lose: it is judged by
    the draft alone.
    """

    of: str
    standard: Standard
    word: str
    records: int
    gaining: int
    losing: int = 0
    gained: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)

    def sentence(self, rule: str = "") -> str:
        """In a sentence: of one rule, or of all."""
        many = self.gained.get(rule, 0) if rule else self.gaining
        what = f"findings of rule {rule}" if rule else "findings"
        told = f"{self.of}: {many:,} of {self.records:,} {self.word}s would gain {what}"
        if rule or not self.losing:
            return told
        return f"{told}, {self.losing:,} would lose some"


def counterpart(standards: Sequence[Standard], reported: str) -> Standard | None:
    """Which of an edition's standards an agency would report by instead: the one of that id, else the same data set.

    The first of `standards` is the edition whole, the others are its data sets; None where none is the same.
    """
    whole, *variants = standards
    if not variants:
        return whole
    variant = edition_of(reported)[1]
    return next((one for one in variants if one.id == reported or one.id == f"{whole.id}-{variant}"), None)


def data_set_of(folder: Path, reported: str, wanted: str = "") -> Standard:
    """The data set of the edition in a folder that takes the place of the one reported, or the one called `wanted`.

    Raises Problem where there is none such, and where the edition cannot be used.
    """
    standards = read_edition(folder)
    named = {one.whole.variant.id: one for one in standards[1:] if one.whole.variant}
    found = named.get(wanted.lower()) if wanted else counterpart(standards, reported)
    if found is None:
        raise Problem(f"{standards[0].id} has the data sets {', '.join(named) or '(none)'}: say which it is tried by.")
    return found


def try_store(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, today: date) -> Trial:
    """Try an edition's data set on an agency's records. Raises Problem."""
    its = effect(snapshot, agency, _in_force(agency.standard), standard, today)
    return Trial(
        agency.code, standard, its.word, its.episodes, its.gaining, its.losing, dict(its.gained), dict(its.lost)
    )


def try_file(path: Path, standard: Standard, today: date) -> Trial:
    """Try it on an extract. Raises Problem when the file cannot be read as one."""
    report = check_file(path, standard, Context(today))
    by_rule: dict[str, set[object]] = {}
    for finding in report.findings:
        by_rule.setdefault(finding.rule, set()).add(finding.episode or finding.lines)
    gained = {rule: len(of) for rule, of in by_rule.items()}
    concerned = len(set[object]().union(*by_rule.values()))
    many = report.tally.episodes
    return Trial(path.name, standard, standard.word("episode"), many, min(concerned, many), 0, gained)


def _in_force(standard_id: str) -> Standard | None:
    try:
        return load(standard_id)
    except Problem:  # what cannot be used finds nothing
        return None


def told_of_trial(its: Trial, rule: str = "") -> Iterator[str]:
    """What came of it, in lines: the rule that is looked at first, then all that find something."""
    yield ""
    yield f"  By {its.standard.id}, nothing is changed by trying."
    yield f"  {its.sentence()}."
    if rule:
        yield f"  {its.sentence(rule)}."
    yield ""
    for title, counts in (("# Findings that would be new", its.gained), ("# Findings that would go", its.lost)):
        if counts:
            yield title
            yield ""
            ordered = sorted(counts.items(), key=lambda one: (one[0] != rule, -one[1], one[0]))
            width = max(len(number) for number in counts)
            for number, many in ordered:
                found = its.standard.rule_by_id.get(number)
                yield f"  {many:>7,}  rule {number:<{width}}  {found.title if found else ''}".rstrip()
            yield ""


def told_before(snapshot: Snapshot, its: Candidate, like: str, today: date) -> list[str]:
    """What installing would bring, in lines: what is added, gone and renamed, what of the records, what is not sure.

    `like` is the edition to compare with where nothing of the candidate's id is in force. Raises Problem where it
    cannot take the place of what is.
    """
    refuse_unfit(its, snapshot)
    before = its.before or (_in_force(like) if like else None)
    lines = ["", f"  {its.whole.title} ({its.standard_id}), from {its.name}", ""]
    lines += ["# What it does to the records here", ""]
    found = agencies.listed(snapshot)
    for agency in found:
        standard = counterpart(its.standards, agency.standard)
        if standard is None or _differs_in_kind(agency, standard):
            lines.append(f"  {agency.code} reports {agency.standard}: nothing changes for it.")
            continue
        tried = try_store(snapshot, agency, standard, today)
        at_once = agency.standard == standard.id
        lines.append(f"  {tried.sentence()}{' at once.' if at_once else f', once it goes over to {standard.id}.'}")
        lines += [
            f"    {sign} rule {rule}: {many:,}"
            for sign, counts in (("+", tried.gained), ("-", tried.lost))
            for rule, many in sorted(counts.items(), key=lambda one: -one[1])[:6]
        ]
    if not found:
        lines.append("  There is no agency yet.")
    lines += ["", f"# What differs from {before.id}" if before else "# What it is", ""]
    if before is not None:
        lines += [f"  {line}" for line in difference(compare(before, its.whole), before, its.whole)]
    else:
        whole = its.whole
        lines.append(f"  {len(whole.fields)} fields, {len(whole.code_lists)} code lists, {len(whole.rules)} rules")
    if unsure := list(caveats(its.whole)):
        lines += ["", "# What is not sure", "", *(f"  {line}" for line in unsure)]
    return lines


def _differs_in_kind(agency: AgencyInfo, standard: Standard) -> bool:
    now = _in_force(agency.standard)
    if now is None:
        return False
    return (now.submission.format, now.submission.calendar) != (
        standard.submission.format,
        standard.submission.calendar,
    )
