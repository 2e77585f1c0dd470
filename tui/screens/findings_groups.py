"""The findings of a caseload as they are listed: read from the store, filtered, grouped. Knows no screen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from store.acceptance_shapes import By, CaseloadFigures, FindingGroup
from store.shapes import AgencyInfo
from tui.form.columns import WEIGHT
from tui.screens.history_lines import client_name
from validators.problems import Problem
from validators.records import Finding, Severity
from validators.standard import Standard
from validators.tally import quality_text

if TYPE_CHECKING:
    from store.opening import Store

WAYS: tuple[By, ...] = ("rule", "field", "client", "episode")
MOST = 5_000
"""Findings held at first. Errors come first; a group is read in full when it is opened."""
PAGE = 1000


@dataclass(frozen=True)
class Caseload:
    """What is known of a caseload: the findings read, clients' names by id, how many each rule has in the store.

    `worst` is the weightiest severity of each rule, `figures` how the rows of all episodes stand. Where not all is
    read, `groups` are those of all findings, for each way.
    """

    findings: tuple[Finding, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    severities: Mapping[Severity, int] = field(default_factory=dict)
    worst: Mapping[str, Severity] = field(default_factory=dict)
    figures: CaseloadFigures = field(default_factory=CaseloadFigures)
    groups: Mapping[By, Sequence[FindingGroup]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many findings there are."""
        return sum(self.counts.values())


@dataclass
class Group:
    """Findings that have something in common: `count` of the weight `worst` and less, of which some may not be read.

    `kept` is what the store counts where that is so.
    """

    key: str
    title: str
    findings: list[Finding]
    count: int
    worst: Severity
    kept: list[FindingGroup] = field(default_factory=list)

    def counted(self) -> str:
        """How many, by severity, in words."""
        if self.count > len(self.findings):
            told = count_text({one.severity: one.count for one in self.kept})
            accepted = sum(one.accepted for one in self.kept)
        else:
            told = count_text({one: sum(each.severity is one for each in self.findings) for one in Severity})
            accepted = sum(bool(one.accepted) for one in self.findings)
        return f"{told}, {accepted:,} accepted" if accepted else told

    def acceptable(self) -> list[Finding]:
        """The warnings in it that nobody accepted."""
        return [one for one in self.findings if one.severity is Severity.WARNING and not one.accepted]


def quality_line(figures: CaseloadFigures, word: str = "episode") -> str:
    """Load and data quality of the rows of all episodes, in words; and how far that is to be believed."""
    quality = quality_text(figures.data_quality_percent, figures.quality_without_accepted, figures.accepted)
    told = f"All {figures.rows:,} rows, sent or not, our estimate: load {figures.load_percent} %, quality {quality}"
    return f"{told}; {figures.stale:,} {word}s due for a check" if figures.stale else told


def count_text(counts: Mapping[Severity, int]) -> str:
    """`12 errors, 1 warning`; `nothing` when there is none."""
    parts = [f"{counts[one]:,} {one}{'' if counts[one] == 1 else 's'}" for one in Severity if counts.get(one)]
    return ", ".join(parts) or "nothing"


def read(store: "Store", agency: AgencyInfo, standard: Standard, known: Mapping[str, str]) -> Caseload:
    """Read what is kept of the caseload. In a thread. `known` are clients' names that were read before."""
    counts: dict[str, int] = {}
    severities: dict[Severity, int] = {}
    worst: dict[str, Severity] = {}
    for one in store.finding_counts(agency):
        worst.setdefault(one.rule, one.severity)  # errors come first
        counts[one.rule] = counts.get(one.rule, 0) + one.count
        severities[one.severity] = severities.get(one.severity, 0) + one.count
    found: list[Finding] = []
    while len(found) < MOST and (page := store.findings(agency, offset=len(found), limit=PAGE)):
        found += page
    names = names_of(store, standard, found, known)
    groups: dict[By, Sequence[FindingGroup]] = {}
    if len(found) < sum(counts.values()):
        groups = {by: store.finding_groups(agency, by) for by in WAYS}
        # By their references: to read the initials of thousands would take long.
        unnamed = dict.fromkeys(one.client_id for one in groups["client"] if one.client_id not in names)
        names.update(store.client_references(unnamed))
    return Caseload(tuple(found), names, counts, severities, worst, store.caseload_figures(agency), groups)


def read_group(
    store: "Store", agency: AgencyInfo, standard: Standard, by: By, key: str, known: Mapping[str, str]
) -> tuple[list[Finding], Mapping[str, str]]:
    """All findings of one group, and the names of their clients."""
    found: list[Finding] = []
    while page := store.findings_of(agency, by, key, offset=len(found), limit=PAGE):
        found += page
    return found, names_of(store, standard, found, known)


def names_of(
    store: "Store", standard: Standard, findings: Iterable[Finding], known: Mapping[str, str]
) -> dict[str, str]:
    """How the clients of some findings are called; those who are `known` are not asked for again."""
    names: dict[str, str] = {}
    for client_id in dict.fromkeys(one.client_id for one in findings):
        if client_id in known:
            names[client_id] = known[client_id]
            continue
        try:
            values = store.get("client", client_id).values
            names[client_id] = client_name(standard, values)
        except Problem:
            names[client_id] = ""
    return names


def matching(caseload: Caseload, standard: Standard, text: str) -> list[Finding]:
    """The findings that have all the words: in sentence, rule, field, values, client or episode."""
    words = text.casefold().split()
    if not words:
        return list(caseload.findings)

    def looked_through(one: Finding) -> str:
        parts = [one.severity, one.message, f"rule {one.rule}", one.episode, caseload.names.get(one.client_id, "")]
        for header in one.fields:
            parts += [header, field_label(standard, header), one.values.get(header, "")]
        return " ".join(parts).casefold()

    return [one for one in caseload.findings if all(word in text for text in (looked_through(one),) for word in words)]


def grouped(caseload: Caseload, standard: Standard, findings: Sequence[Finding], by: By) -> list[Group]:
    """Findings by what they have in common: the weightiest first, and of those the largest."""
    whole = len(findings) == len(caseload.findings)
    groups: dict[str, Group] = {}
    for one in findings:
        key = {"rule": one.rule, "field": one.field, "client": one.client_id, "episode": one.episode_id}[by]
        group = groups.get(key)
        if group is None:
            title = _title(caseload, standard, by, key, one.client_id, one.episode or one.episode_id)
            group = groups[key] = Group(key, title, [], 0, one.severity)
        group.findings.append(one)
        group.count += 1
        group.worst = min(group.worst, one.severity, key=WEIGHT.__getitem__)
    if whole and by in caseload.groups:
        for its in caseload.groups[by]:
            if its.key not in groups:
                title = _title(caseload, standard, by, its.key, its.client_id, its.episode or its.key)
                groups[its.key] = Group(its.key, title, [], 0, its.severity)
            group = groups[its.key]
            group.kept.append(its)
            group.count = max(len(group.findings), sum(one.count for one in group.kept))
    return sorted(groups.values(), key=lambda group: (WEIGHT[group.worst], -group.count, group.title))


def rule_title(standard: Standard, rule: str) -> str:
    """A rule's number and title."""
    known = standard.rule_by_id.get(rule)
    return f"Rule {rule}: {known.title}" if known else f"Rule {rule}"


def field_label(standard: Standard, header: str) -> str:
    """A field's label, else its header."""
    known = standard.by_header.get(header)
    return known.label if known else header


def identity(one: Finding) -> tuple[str, ...]:
    """What makes a finding the same one after it was found anew."""
    return one.rule, one.field, one.client_id, one.episode_id, one.event_id


def values_text(one: Finding) -> str:
    """The fields involved with their values; quotes show blanks at an end."""

    def shown(text: str) -> str:
        return f"'{text}'" if text != text.strip() else text or "empty"

    return ", ".join(f"{header}={shown(one.values.get(header, ''))}" for header in one.fields)


def _title(caseload: Caseload, standard: Standard, by: By, key: str, client_id: str, episode: str) -> str:
    if by == "rule":
        return rule_title(standard, key)
    if by == "field":
        return f"{field_label(standard, key)} ({key})"
    name = caseload.names.get(client_id, "") or "without a name"
    return name if by == "client" else f"{name}, {standard.words.get('episode', 'episode')} {episode}"
