"""The portal's own list of what it refused, brought back: each line of it leads to the record and field it means.

Nobody has published what such a list looks like, so whatever was typed or pasted is read line by line: an identifier of
the extract wherever it stands in the line, else the first number, taken for a line of the file as it was sent (the
headings being line 1, unless the list counts from the first row). An identifier that is but a number counts where the
file has no such line. A header in the line names the field.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from exporters.checks.bounce import Bounce
from exporters.formats import choose
from store.snapshot import Snapshot
from validators.problems import Problem
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo

LONGEST_LIST = 100_000
"""Lines of a list that are read."""
LONGEST_LINE = 500
_NUMBERS = r"(\d{1,9}(?:(?:\s*[,;&]\s*(?:and\s+)?|\s+(?:and\s+)?)\d{1,9})+)"
_MANY = (
    re.compile(rf"(\W*){_NUMBERS}(\W*)"),
    re.compile(rf"(.*\b(?:lines|rows|records)\s*[:#]?\s*){_NUMBERS}\b(.*)", re.IGNORECASE),
)
"""`17, 23, 44`, and `Rows 17 and 23: too late`. A number beside other words, as in `17, 4 DAT`, may be a rule's."""
_RULE = re.compile(r"\brule\s*[:#]?\s*(\w[\w-]*)", re.IGNORECASE)


def read_bounces(
    snapshot: Snapshot,
    agency: "AgencyInfo",
    standard: Standard,
    extract_id: str,
    text: str,
    *,
    headings_are_line_1: bool = True,
) -> list[Bounce]:
    """Each line of a pasted list that is not blank, in its order, with where it leads.

    Raises Problem when the list is empty or far too long, the extract is not there, or its stored text is damaged.
    """
    listed = [
        (number, one)
        for number, line in enumerate(text.splitlines(), 1)
        for one in _apart(" ".join(line.split()))
        if one
    ]
    if not listed:
        raise Problem("The list is empty: paste the lines that the portal gave, one fault a line.")
    if len(listed) > LONGEST_LIST:
        raise Problem(f"The list has {len(listed):,} lines: give at most {LONGEST_LIST:,} at a time.")
    headers = {header.upper(): header for header in standard.headers}
    bounces = [_read_line(number, line[:LONGEST_LINE], headers) for number, line in listed]
    form = choose.of(standard)
    return form.bounces(snapshot, agency, extract_id, bounces, headings_are_line_1=headings_are_line_1)


def _apart(line: str) -> list[str]:
    """A line, or several where it names several lines of the file: each of them, with what is said of all."""
    for form in _MANY:
        if many := form.fullmatch(line):
            return [f"{many[1]}{number}{many[3]}" for number in re.findall(r"\d+", many[2])]
    return [line]


def _read_line(number: int, text: str, headers: dict[str, str]) -> Bounce:
    """What a line says by itself: the field and the rule."""
    one = Bounce(number, text)
    named = (headers[upper] for word in one.words if (upper := word.upper().strip(":.")) in headers)
    rule = _RULE.search(text)
    return replace(one, field=next(named, ""), rule=rule[1] if rule else "")


def told_as_text(bounces: Sequence[Bounce], standard: Standard) -> Iterator[str]:
    """The list in lines, for people; values of the pasted text are the caller's to escape."""
    lost = sum(not one.leads for one in bounces)
    yield f"{len(bounces):,} lines, {len(bounces) - lost:,} lead to a record, {lost:,} do not"
    for one in bounces:
        where = f"line {one.line} of the extract, " if one.line else ""
        if one.leads:
            whose = f"client {one.reference or one.client_id}, {standard.word('episode')} {one.episode}"
            yield f"  {one.number}: {where}{whose}" + (f", {one.field}" if one.field else "")
        else:
            yield f"  {one.number}: {where}{one.why_not}: {one.text}"


def as_mapping(one: Bounce) -> dict[str, object]:
    """A line as the command's JSON tells it."""
    return {
        "number": one.number,
        "text": one.text,
        "line": one.line or None,
        "field": one.field,
        "rule": one.rule,
        "episode": one.episode,
        "reference": one.reference,
        "client_id": one.client_id,
        "episode_id": one.episode_id,
        "event_id": one.event_id,
        "why_not": one.why_not,
    }
