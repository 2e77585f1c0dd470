"""All findings of a caseload as a list to hand on: as CSV, text or JSON, the case reference first.

The anonymous form is for a helpdesk: it counts the lines instead of naming anybody. It has no reference, identifier,
initials, birth date or value at all, only which rule speaks, of which fields, in which words; no wording holds a value.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from exporters.checks.return_check import check_return
from exporters.csv_text import csv_line, shown
from exporters.work import Work
from store.disk.files import write_new
from store.findings import queries
from store.records import read
from store.snapshot import Snapshot
from validators.records import Finding, Severity

Form = Literal["csv", "text", "json"]
PAGE = 1000


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """A finding as it is handed on. `reference`, `episode` and `values` are empty in the anonymous form."""

    row: int
    severity: str
    rule: str
    field: str
    fields: tuple[str, ...]
    message: str
    accepted: bool
    reference: str = ""
    episode: str = ""
    values: str = ""


def told_findings(
    snapshot: Snapshot, work: Work, *, submission: str = "", anonymous: bool = False
) -> Iterator[ToldFinding]:
    """Every finding the store keeps of an agency, errors first, then by rule, in order of entry; numbered from 1.

    With a `submission` those in what its extract would hold, found anew. Raises Problem when there is none.
    """
    references: dict[str, str] = {}
    offset = 0
    for page in _pages(snapshot, work, submission):
        if not anonymous:
            missing = dict.fromkeys(one.client_id for one in page if one.client_id not in references)
            references.update(read.client_references(snapshot, missing))
        for row, one in enumerate(page, offset + 1):
            yield _told(row, one, "" if anonymous else references.get(one.client_id, ""), anonymous)
        offset += len(page)


def _pages(snapshot: Snapshot, work: Work, submission: str) -> Iterator[Sequence[Finding]]:
    """The findings, some at a time."""
    if not submission:
        offset = 0
        while page := queries.findings(snapshot, work.agency, offset=offset, limit=PAGE):
            yield page
            offset += len(page)
        return
    weights = {severity: weight for weight, severity in enumerate(Severity)}
    found = [one for one in check_return(snapshot, work, submission).findings if one.episode_id]
    found.sort(key=lambda one: (weights[one.severity], one.rule))
    for at in range(0, len(found), PAGE):
        yield found[at : at + PAGE]


def _told(row: int, one: Finding, reference: str, anonymous: bool) -> ToldFinding:
    message = one.for_others if anonymous else one.message
    about = (one.severity.value, one.rule, one.field, one.fields, message, bool(one.accepted))
    if anonymous:
        return ToldFinding(row, *about)
    values = "; ".join(f"{header}={shown(one.values.get(header, ''))}" for header in one.fields)
    return ToldFinding(row, *about, reference, one.episode, values)


def as_csv(findings: Iterable[ToldFinding], *, anonymous: bool = False) -> Iterator[str]:
    """The list as CSV, a line at a time. What a spreadsheet would take for a formula begins with an apostrophe."""
    named = () if anonymous else ("reference", "episode")
    head = (*named, "row", "severity", "rule", "field", "fields", "message", "accepted")
    yield csv_line(head if anonymous else (*head, "values"))
    for one in findings:
        names = () if anonymous else (one.reference, one.episode)
        about = (str(one.row), one.severity, one.rule, one.field, " ".join(one.fields), one.message)
        cells = (*names, *about, "yes" if one.accepted else "")
        yield csv_line(cells if anonymous else (*cells, one.values))


def as_text(findings: Iterable[ToldFinding], *, anonymous: bool = False) -> Iterator[str]:
    """The list in lines, for people."""
    for one in findings:
        who = f"{one.row}." if anonymous else shown(one.reference) or "(no reference)"
        rule = f"rule {one.rule}" if one.rule.isdigit() else one.rule
        accepted = ", accepted" if one.accepted else ""
        values = f" ({one.values})" if one.values else ""
        fields = f" [{' '.join(one.fields)}]" if anonymous else ""
        yield f"{who}  {one.severity}, {rule}{accepted}: {one.message}{fields}{values}\n"


def as_json(findings: Iterable[ToldFinding], *, anonymous: bool = False) -> Iterator[str]:
    """The list as JSON, one finding a line."""
    yield "["
    separator = "\n"
    for one in findings:
        told: dict[str, object] = {} if anonymous else {"reference": one.reference, "episode": one.episode}
        told |= {"row": one.row, "severity": one.severity, "rule": one.rule, "field": one.field}
        told |= {"fields": list(one.fields), "message": one.message, "accepted": one.accepted}
        if not anonymous:
            told["values"] = one.values
        yield separator + json.dumps(told)
        separator = ",\n"
    yield "]\n"


FORMS: dict[Form, Callable[..., Iterator[str]]] = {"csv": as_csv, "text": as_text, "json": as_json}


def write_findings(findings: Iterable[ToldFinding], target: Path, form: Form, *, anonymous: bool = False) -> int:
    """Write the list to a new file, private to the person; return how many findings it holds.

    Raises Problem when there is a file of that name, or it cannot be written, and what the findings raise.
    """
    many = 0

    def counted() -> Iterator[ToldFinding]:
        nonlocal many
        for many, one in enumerate(findings, 1):  # noqa: B007
            yield one

    def fill(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(FORMS[form](counted(), anonymous=anonymous))

    write_new(target, fill)
    return many
