"""The measures of an agency from its own records: worked out in one streaming pass, and the cases behind a number."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from store.month import agency_settings, calendar
from store.records import read
from store.snapshot import Snapshot
from validators.measures import Result, Span, first_start, result, sorter
from validators.problems import Problem
from validators.records import EpisodeRecord
from validators.standard.measures import Measure
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo

BAR = 24
MOST_CASES = 1000
"""Cases read at a stroke: nobody looks through more."""


@dataclass(frozen=True, slots=True)
class MeasureCase:
    """An episode behind a number: whom it is about, and the dates that decide, as typed; `started` as ISO or empty."""

    client_id: str
    episode_id: str
    reference: str
    initials: str
    opened: str
    started: str
    closed: str
    reason: str


def measured(
    snapshot: Snapshot,
    agency: "AgencyInfo",
    standard: Standard,
    span: Span,
    progress: Callable[[int], object] | None = None,
) -> list[Result]:
    """Every measure of the standard over some days, in the standard's order. Raises Problem without any measure."""
    if not standard.measures:
        raise Problem(f"The data set {standard.id} names no measures: choose another agency or --standard.")
    settings, closed = agency_settings.settings(snapshot, agency), calendar.of_agency(snapshot, agency).closed_days
    sorters = [(measure.id, sorter(measure, standard, span, closed, settings)) for measure in standard.measures]
    counts: dict[str, Counter[str]] = {measure.id: Counter() for measure in standard.measures}
    for number, record in enumerate(read.episodes(snapshot, agency), 1):
        for name, line_of in sorters:
            if key := line_of(record):
                counts[name][key] += 1
        if progress is not None:
            progress(number)
    return [result(measure, counts[measure.id], settings) for measure in standard.measures]


def cases(
    snapshot: Snapshot,
    agency: "AgencyInfo",
    standard: Standard,
    span: Span,
    name: str,
    line: str,
    most: int = MOST_CASES,
) -> list[MeasureCase]:
    """The episodes in a line of a measure, at most so many, in order of entry. Raises Problem for no such measure."""
    measure = measure_named(standard, name)
    line_of = sorter(
        measure,
        standard,
        span,
        calendar.of_agency(snapshot, agency).closed_days,
        agency_settings.settings(snapshot, agency),
    )
    found = (_case(standard, measure, record) for record in read.episodes(snapshot, agency) if line_of(record) == line)
    return list(islice(found, most))


def measure_named(standard: Standard, name: str) -> Measure:
    """The measure of that id. Raises Problem, naming those there are."""
    for measure in standard.measures:
        if measure.id == name:
            return measure
    known = ", ".join(one.id for one in standard.measures) or "none"
    raise Problem(f"There is no measure {name!a} in {standard.id}: there are {known}.")


def headline(found: Result) -> str:
    """What a measure comes to, in a sentence."""
    if found.percent is None:
        return f"not computable: {found.why}"
    told = f"{found.percent} % ({found.headline:,} of {found.whole:,})"
    if found.is_met is None:
        return told
    return f"{told}, target {found.measure.target} %: {'reached' if found.is_met else 'not reached'}"


def bar(part: int, whole: int | None, width: int = BAR) -> str:
    """A bar of so many cells; the least part of something is one of them."""
    return "█" * max(bool(part), part * width // whole) if whole else ""


def measures_told(results: Iterable[Result], span: Span) -> Iterator[str]:
    """The measures as text, each with its bars and how it is reckoned."""
    yield f"{span.first.isoformat()} to {span.last.isoformat()}, from this store's own records (our estimate)"
    for found in results:
        yield ""
        yield f"{found.measure.title}: {headline(found)}"
        for line in found.lines:
            share = f"{line.percent:5.1f} %" if line.percent is not None and not found.why else " " * 7
            drawn = bar(line.count, line.of if not found.why else None)
            yield f"  {line.label:46} {line.count:>7,}  {share}  {drawn}".rstrip()
        if found.asks:
            yield "  To have it, say what each reason means, in the classes that `keywork settings list` tells:"
            yield f"  `keywork settings set {found.asks} ...`"
        if found.measure.definition:
            yield f"  {' '.join(found.measure.definition.split())}"
        yield f"  Source: {found.measure.source}"


def as_json(results: Iterable[Result], span: Span) -> str:
    """The measures as JSON: percentages are null where they are not computable, `why` says why."""
    told = [
        {
            "measure": found.measure.id,
            "title": found.measure.title,
            "from": span.first.isoformat(),
            "to": span.last.isoformat(),
            "percent": found.percent,
            "count": None if found.why else found.headline,
            "of": None if found.why else found.whole,
            "target": found.measure.target or None,
            "met": found.is_met,
            "why": found.why,
            "definition": " ".join(found.measure.definition.split()),
            "source": found.measure.source,
            "lines": [{"line": one.key, "label": one.label, "count": one.count} for one in found.lines],
        }
        for found in results
    ]
    return json.dumps(told, indent=1)


def _case(standard: Standard, measure: Measure, record: EpisodeRecord) -> MeasureCase:
    def of(role: str) -> str:
        header = standard.role(role)
        return record.client.get(header, "") or record.episode.get(header, "")

    start = first_start(record, measure.started or _start_of(standard))
    return MeasureCase(
        record.client_id,
        record.episode_id,
        of("client_reference"),
        of("given_initial") + of("family_initial"),
        of("opened"),
        start.isoformat() if start else "",
        of("closed"),
        of("closure_reason"),
    )


def _start_of(standard: Standard) -> str:
    """The start of treatment as the standard's other measures know it."""
    return next((one.started for one in standard.measures if one.started), "")
