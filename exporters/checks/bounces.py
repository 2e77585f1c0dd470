"""The portal's own list of what it refused, brought back: each line of it leads to the record and field it means.

Nobody has published what such a list looks like, so whatever was typed or pasted is read line by line: an identifier of
the extract wherever it stands in the line, else the first number, taken for a line of the file as it was sent (the
headings being line 1, unless the list counts from the first row). An identifier that is but a number counts where the
file has no such line. A header in the line names the field.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporters.checks.bounce import Bounce
from exporters.csv_format.text import cells_of, lines_of
from store.month import extracts
from store.records import read
from store.snapshot import Snapshot
from validators.problems import Problem
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo, KnownEpisode

LONGEST_LIST = 100_000
"""Lines of a list that are read."""
LONGEST_LINE = 500
_TOKEN = re.compile(r"[^\s,;|\t\"'()\[\]]+")
_NUMBER = re.compile(r"(?:\b(?:lines?|rows?|records?|no\.?|nr\.?)\s*[:#]?\s*|^\W*)(\d{1,9})\b", re.IGNORECASE)
_NUMBERS = r"(\d{1,9}(?:(?:\s*[,;&]\s*(?:and\s+)?|\s+(?:and\s+)?)\d{1,9})+)"
_MANY = (
    re.compile(rf"(\W*){_NUMBERS}(\W*)"),
    re.compile(rf"(.*\b(?:lines|rows|records)\s*[:#]?\s*){_NUMBERS}\b(.*)", re.IGNORECASE),
)
"""`17, 23, 44`, and `Rows 17 and 23: too late`. A number beside other words, as in `17, 4 DAT`, may be a rule's."""
_RULE = re.compile(r"\brule\s*[:#]?\s*(\w[\w-]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Row:
    """What of a row of the sent file tells which record it came from."""

    line: int
    episode: str
    events: tuple[tuple[str, str], ...]


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
    offset = 0 if headings_are_line_1 else 1
    if standard.xml is not None:
        from exporters.xml_format.bounces import led

        return list(led(snapshot, agency, standard, extract_id, [(one, _number(one.text)) for one in bounces]))
    lines = {_number(one.text) + offset for one in bounces}
    tokens = {token for one in bounces for token in _tokens(one.text)}
    by_line, by_token = _rows(extracts.text(snapshot, extract_id), standard, lines, tokens)
    met = [_met(one, by_line, by_token, offset) for one in bounces]
    rows = [row for _, row in met if row is not None]
    known = read.known_episodes(snapshot, agency, [row.episode for row in rows if row.episode])
    return [_led(one, row, known, standard) if row is not None else one for one, row in met]


def _apart(line: str) -> list[str]:
    """A line, or several where it names several lines of the file: each of them, with what is said of all."""
    for form in _MANY:
        if many := form.fullmatch(line):
            return [f"{many[1]}{number}{many[3]}" for number in re.findall(r"\d+", many[2])]
    return [line]


def _read_line(number: int, text: str, headers: dict[str, str]) -> Bounce:
    """What a line says by itself: the field and the rule."""
    named = [
        headers[token.upper().strip(":.")] for token in _TOKEN.findall(text) if token.upper().strip(":.") in headers
    ]
    rule = _RULE.search(text)
    return Bounce(number, text, field=named[0] if named else "", rule=rule[1] if rule else "")


def _tokens(text: str) -> list[str]:
    """The words of a line as they stand, and without the colon or full stop after them."""
    return [form for token in _TOKEN.findall(text) for form in dict.fromkeys((token, token.rstrip(":.")))]


def _number(text: str) -> int:
    found = _NUMBER.search(text)
    return int(found[1]) if found else 0


def _rows(
    pieces: Iterable[bytes], standard: Standard, lines: set[int], tokens: set[str]
) -> tuple[dict[int, _Row], dict[str, _Row]]:
    """The rows of the sent file that the list may mean, by line and by identifier; an episode's first row counts."""
    text = lines_of(pieces, standard.submission.encoding)
    heading = next(text, "")
    names = cells_of(heading)
    place = {header: at for at, header in enumerate(names)}
    own = place.get(standard.role("episode_id"))
    events = [(section.id, place[section.id_field]) for section in standard.event_sections if section.id_field in place]
    by_line: dict[int, _Row] = {}
    by_token: dict[str, _Row] = {}
    line = 1 + heading.count("\n")
    for row in text:
        first, line = line, line + max(1, row.count("\n"))
        cells = cells_of(row)
        ids = [cells[at] for at in (own, *(at for _, at in events)) if at is not None and at < len(cells)]
        wanted = [id for id in ids if id in tokens and id not in by_token]
        its_lines = [each for each in range(first, line) if each in lines]
        if not wanted and not its_lines:
            continue
        filled = tuple((section, cells[at]) for section, at in events if at < len(cells) and cells[at])
        made = _Row(first, cells[own] if own is not None and own < len(cells) else "", filled)
        by_line.update(dict.fromkeys(its_lines, made))
        by_token.update(dict.fromkeys(wanted, made))
    return by_line, by_token


def _met(one: Bounce, by_line: dict[int, _Row], by_token: dict[str, _Row], offset: int) -> tuple[Bounce, _Row | None]:
    """The line with the row it means; an identifier tells more than a number, unless it is itself but a number."""
    known = [token for token in _tokens(one.text) if token in by_token]
    number = _number(one.text)
    names = [token for token in known if not token.isdigit()]
    found = by_token[names[0]] if names else by_line.get(number + offset) if number else None
    if found is None and known:
        found = by_token[known[0]]
    if found is not None:
        return replace(one, line=found.line, episode=found.episode), found
    if number + offset == 1 and number:
        return replace(one, line=1, why_not="line 1 holds the headings, so it is no record's fault"), None
    if number:
        return replace(one, why_not=f"the extract has no line {number}"), None
    return replace(one, why_not="it has no line number and no identifier of this extract"), None


def _led(one: Bounce, row: _Row, known: "dict[str, KnownEpisode]", standard: Standard) -> Bounce:
    """The line with the record in the store that the row came from."""
    if not row.episode:
        return replace(one, why_not=standard.said("that row has no episode identifier"))
    its = known.get(row.episode)
    if its is None:
        told = standard.said("its episode is not in the store any more: deleted, or its identifier changed")
        return replace(one, why_not=told)
    reference = its.client.values.get(standard.role("client_reference"), "")
    led = replace(one, client_id=its.client.id, episode_id=its.episode.id, reference=reference)
    field = standard.by_header.get(one.field)
    if field is not None and field.level != "event":
        return led
    sections = {section.id: section.id_field for section in standard.event_sections}
    for event in its.events:
        named = (event.section, event.values.get(sections[event.section], ""))
        if named in row.events and (field is None or field.section == event.section):
            return replace(led, event_id=event.id)
    return led


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
