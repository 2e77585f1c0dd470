"""The portal's own list of what it refused, brought back: each line of it leads to the record and field it means.

Nobody has published what such a list looks like, so whatever was typed or pasted is read line by line. Where it begins
with a heading, each of its columns is taken for what it is called. Else it is an identifier of the extract, wherever it
stands in the line; or a number that is called a line, row or record; or else the first number, taken for a line of the
file as it was sent (the headings being line 1, unless the list counts from the first row), which is told as doubtful
unless every line of the list begins with one in the same way: a list may stand in an e-mail with a date and an address.
An identifier that is but a number counts where the file has no such line, or where it has zeros in front; where two
numbers may be it, or one may be both, that is said, and so is that the numbers may be the list's own.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.checks.bounce import LEADING, Bounce, field_named, plain
from exporters.formats import choose
from exporters.imports.agency import canonical
from exporters.imports.encodings import encoding_of, refuse_unquoted
from exporters.work import written_by
from store.disk.files import open_text, refused
from store.month import bounce_lists, extracts
from store.records import agencies
from store.snapshot import Snapshot
from validators.problems import Problem
from validators.standard.model import Standard
from validators.standard.terminology import Sentence

if TYPE_CHECKING:
    from store.facts import AgencyInfo, ExtractInfo

LARGEST = 20_000_000
"""Bytes of a list's file, or characters of what is piped in."""
LONGEST_LIST = 100_000
"""Lines of a list that are read."""
LONGEST_LINE = 500
_NUMBERS = r"([1-9]\d{0,8}(?:(?:\s*[,;&]\s*(?:and\s+)?|\s+(?:and\s+)?)[1-9]\d{0,8})+)"
_MANY = (
    re.compile(rf"([^\w+]*){_NUMBERS}(\W*)"),
    re.compile(rf"(.*\b(?:lines|rows|records)\s*[:#]?\s*){_NUMBERS}\b(.*)", re.IGNORECASE),
)
"""`17, 23, 44`, and `Rows 17 and 23: too late`. A number beside other words, as in `17, 4 DAT`, may be a rule's."""
_ONE_NUMBER = re.compile(r"\d{1,3}(?:[, ]\d{3})+")
"""What may be thousands: `Records: 1,234`."""
_RULE = re.compile(r"\brule(?:\s+(?:number|no))?\.?\s*[:#]?\s*(\w[\w-]*)", re.IGNORECASE)

# What columns of a headed list are called, letters and digits only.
_LINES = frozenset(
    f"{what}{end}" for what in ("line", "lines", "row", "rows", "record") for end in ("", "no", "nr", "number", "num")
)
_FIELDS = frozenset(("field", "fieldname", "column", "columnname", "header", "heading", "item", "dataitem", "element"))
_CLIENTS = frozenset(
    f"{whose}client{what}"
    for whose in ("", "local")
    for what in ("id", "identifier", "ref", "reference", "no", "number", "refno", "refnumber", "referencenumber")
)
_COUNTS = frozenset(("", "no", "nr", "num", "number", "sn", "sno", "seq", "count", "item", "severity"))
"""Columns whose numbers are nobody's."""
_AGENCIES = frozenset(("agency", "agencycode", "agencyid", "agencyno", "agencynumber"))
_RULES = frozenset(("rule", "ruleno", "rulenumber", "ruleid", "check", "checkno", "checknumber", "validationrule"))
_DELIMITERS = "\t;,|"
_OWN_LIST = frozenset(("row", "severity", "rule", "field", "fields", "message", "accepted"))
"""What columns of this program's own list of findings are called: its rows are those of the store, not of a file."""
_STRUCK = "a client was removed from this extract, so its lines count otherwise than the portal's"
_LINES_ABOVE = 12
_LINES_OF_A_CELL = 20
_OPENED = re.compile(r'(?:^|[\t,;|]) *"')
_CLOSED = re.compile(r'"\s*(?:[\t,;|]|$)')
_SEP = re.compile(r"\W*sep=.\W*", re.IGNORECASE)
_ABOVE = "it stands above the headings of the list"
_BESIDE = "it has not the columns of the list: its number may be no line of the file"
_COUNTED = "the lines of the list count 1, 2, 3 or on from there: that may not be lines of the file"
_COUNTED_LIST = 3
"""So many lines that begin with 1, 2, 3 … number themselves, or with numbers one after the other as on a next page."""
_MANY_TOLD = "it may say how many there are: its number may be no line of the file"
_UNLIKE = "the lines of the list do not all begin with a number in one way: it may be no line of the file"
_ENDS_A_NUMBER = frozenset("\t,;:|.)]-")
"""Signs after the number in a list: a date, a sum or an address goes on with a word, as any prose does."""


@dataclass(frozen=True, slots=True)
class BounceHeading:
    """Which columns of a list are the line, the field, the rule and the agency (None where there is none), and
    identifiers."""

    delimiter: str
    columns: int
    line: int | None
    field: int | None
    rule: int | None
    identifiers: tuple[int, ...]
    agency: int | None = None
    values: tuple[int, ...] = ()
    """Columns of other fields and of counts: a number there is nobody's."""
    called: str = ""
    """The name of the column of the line."""

    @property
    def is_of_rows(self) -> bool:
        """Whether its line is called a row or record, which may be one of the list."""
        return self.line is not None and not self.called.startswith("line")

    @property
    def is_of_many(self) -> bool:
        """Whether what it gives is called lines or rows, which may be how many there are."""
        return self.called.startswith(("lines", "rows"))

    def fits(self, line: str) -> bool:
        """Whether a line has the columns; one that was typed beside the list may have none."""
        return self.columns == 1 or self.delimiter in line

    def read(self, one: Bounce) -> Bounce:
        """A line of the list with what its cells say."""
        cells = _cells(one.text, self.delimiter)

        def cell(at: int | None) -> str:
            return cells[at].strip() if at is not None and at < len(cells) else ""

        line = cell(self.line)
        counted = int(line) if line.isascii() and line.isdigit() and len(line) < 10 else 0
        identifiers = tuple(filter(None, map(cell, self.identifiers)))
        if not counted or line.startswith("0"):
            identifiers = (*identifiers, line) if line else identifiers  # as no count is written
        known = (self.line, self.field, self.rule, self.agency, *self.identifiers)
        others = [(at, text.strip()) for at, text in enumerate(cells) if at not in known]
        beside = tuple(text for at, text in others if text and not (text.isdigit() and at in self.values))
        return replace(
            one,
            has_heading=True,
            counted=counted,
            cells=identifiers,
            beside=beside,
            agency=cell(self.agency),
            field=cell(self.field),
            rule=cell(self.rule),
            unsure=_MANY_TOLD if self.is_of_many and counted else "",
        )


def _cells(text: str, delimiter: str) -> list[str]:
    return next(csv.reader([text], delimiter=delimiter), [])


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _heading(first: str, standard: Standard) -> BounceHeading | None:
    """The heading that a list begins with; None where its first line is none."""
    known = _identifiers(standard)
    for delimiter in _DELIMITERS:
        names = [_name(cell) for cell in _cells(first, delimiter)]
        line = next((at for at, name in enumerate(names) if name in _LINES), None)
        identifiers = tuple(at for at, name in enumerate(names) if name in known)
        if set(names) >= _OWN_LIST:
            own = tuple(at for at, name in enumerate(names) if name in ("reference", "episode"))
            return BounceHeading(delimiter, len(names), None, names.index("field"), names.index("rule"), own)
        # Of a line that says what is wrong, with a number or an identifier in it, nothing is a mere name.
        is_table = len(names) > 1 or not any(map(str.isdigit, first))
        if is_table and (line is not None or identifiers) and not any(name.isdigit() for name in names):
            field = next((at for at, name in enumerate(names) if name in _FIELDS), None)
            rule = next((at for at, name in enumerate(names) if name in _RULES), None)
            its = standard.role("agency")
            called = _AGENCIES | _names(standard, its) if its else _AGENCIES
            agency = next((at for at, name in enumerate(names) if name in called), None)
            fields = _COUNTS.union(*(_names(standard, header) for header in standard.headers))
            values = tuple(at for at, name in enumerate(names) if name in fields)
            column = "" if line is None else names[line]
            return BounceHeading(delimiter, len(names), line, field, rule, identifiers, agency, values, column)
    return None


def _found_heading(lines: Sequence[str], standard: Standard) -> tuple[BounceHeading | None, int]:
    """The heading of a list and its place among the first lines: titles may stand above it, and no table does."""
    for at, line in enumerate(lines):
        found = _heading(line[:LONGEST_LINE], standard)
        if found is not None and (not at or found.columns > 1):
            return found, at
        if len([cell for sign in _DELIMITERS for cell in _cells(line[:LONGEST_LINE], sign)[1:] if cell.strip()]) > 1:
            break
    return None, 0


def _shown(line: str) -> str:
    return " ".join(line[:LONGEST_LINE].split())


def _identifiers(standard: Standard) -> frozenset[str]:
    """What columns of identifiers may be called: by header, label and published name."""
    headers = {standard.role(role) for role in ("episode_id", "client_id", "client_reference")}
    headers |= {section.id_field for section in standard.event_sections if section.id in standard.named_sections}
    return _CLIENTS.union(*(_names(standard, header) for header in headers if header))


def _names(standard: Standard, header: str) -> frozenset[str]:
    """What a column of a field may be called."""
    field = standard.by_header[header]
    return frozenset(map(_name, (field.header, field.label, field.description))) - {""}


def text_of_list(path: Path) -> str:
    """The text of a list that is in a file. Raises Problem."""
    refuse_unquoted(path)
    encoding = encoding_of(path)
    try:
        if path.stat().st_size > LARGEST:
            raise Problem(f"{path} is far too large for a list of faults: name the list, not the extract.")
        with open_text(path, encoding) as lines:
            return lines.read(LARGEST)
    except OSError as error:
        raise refused(error, path, "read") from None


def read_bounces(
    snapshot: Snapshot,
    agency: "AgencyInfo",
    standard: Standard,
    extract_id: str,
    text: str,
    *,
    headings_are_line_1: bool = True,
) -> list[Bounce]:
    """Each line of a pasted list that is not blank, in its order, with where it leads; a heading is no fault.

    It is read by the letter that the extract was written in, and leads to the fields as they are called now. Raises
    Problem when the list is empty or far too long, the extract is not there, or its stored text is damaged.
    """
    extract = extracts.one(snapshot, extract_id)
    standard, renamed = written_by(snapshot, agency, standard, extract)
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip(" \t\r,;|")]
    lines = list(_cells_whole(lines))
    if not lines:
        raise Problem(Sentence("The list is empty: paste the lines that the {portal} gave, one fault a line."))
    if len(lines) > LONGEST_LIST:
        raise Problem(f"The list has {len(lines):,} lines: give at most {LONGEST_LIST:,} at a time.")
    heading, at = _found_heading([line for _, line in lines[:_LINES_ABOVE]], standard)
    above = [Bounce(number, _shown(line), why_not=_ABOVE) for number, line in lines[:at] if not _SEP.fullmatch(line)]
    lines = lines[at:]
    headers = {header.upper(): header for header in standard.headers}
    headers |= {_name(field.label).upper(): field.header for field in standard.fields} if heading else {}
    read = []
    for number, line in lines:
        if heading is None or not heading.fits(line):
            read += [_read_line(number, one, headers) for one in _apart(" ".join(line.split()))]
        elif line.strip() != lines[0][1].strip():  # pasted again with each page of the list
            read.append(_headed(heading.read(Bounce(number, line[:LONGEST_LINE])), headers))
    doubt = _BESIDE if heading is not None else "" if _is_alike([line for _, line in lines], headers) else _UNLIKE
    read = _noted(read, doubt, _COUNTED_LIST - headings_are_line_1, heading is not None and heading.is_of_rows)
    if not read:
        raise Problem(Sentence("The list has a heading and nothing below it: paste the lines that the {portal} gave."))
    form = choose.of(standard)
    found = form.bounces(snapshot, agency, extract_id, read, headings_are_line_1=headings_are_line_1)
    found = [replace(one, field=renamed.get(one.field, one.field)) for one in found] if renamed else found
    if extract.redacted_at is not None:
        found = [replace(one, doubt=one.doubt or _STRUCK) if one.line else one for one in found]
    return _marked(snapshot, extract, _of_agency(snapshot, agency, [*above, *found]))


def _of_agency(snapshot: Snapshot, agency: "AgencyInfo", listed: Sequence[Bounce]) -> list[Bounce]:
    """The lines; what stands under another agency of the store leads nowhere, and what names one beside, or is below
    titles that do, may be of that one: its lines and numbers are those of other people here."""
    ours = canonical(agency.code)
    others = {canonical(one.code) for one in agencies.listed(snapshot)} - {ours}
    if not others:
        return list(listed)

    def named(text: str) -> str:
        codes = [canonical(word) for word in re.findall(r"[^\W_]+", text) if not word.isdigit()]
        return next((code for code in codes if code in others), "") if ours not in codes else ""

    above = next((code for one in takewhile(lambda one: not one.leads, listed) if (code := named(one.text))), "")

    def judged(one: Bounce) -> Bounce:
        if (code := canonical(one.agency)) in others:
            why = f"it is of agency {code}, and this is {agency.code}"
            return Bounce(one.number, one.text, field=one.field, rule=one.rule, why_not=why)
        other = named(one.text) or (above if code != ours else "")
        told = f"agency {other} is named, and this is {agency.code}"
        return replace(one, doubt=one.doubt or told) if other and one.leads else one

    return [judged(one) for one in listed]


def _cells_whole(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines of a table, each with those on which a cell in quotation marks that it begins goes on.

    What stands there is no line of its own: a number in it would lead elsewhere. A mark that is nowhere closed as one
    of a cell is a sign like any other.
    """
    at = 0
    while at < len(lines):
        number, line = lines[at]
        end = at
        if line.count('"') % 2 and _OPENED.search(line):
            after = range(at + 1, min(at + _LINES_OF_A_CELL, len(lines)))
            odd = next((place for place in after if lines[place][1].count('"') % 2), at)
            end = odd if _CLOSED.search(lines[odd][1]) else at
        yield number, " ".join(text for _, text in lines[at : end + 1])
        at = end + 1


def _apart(line: str) -> list[tuple[str, int]]:
    """A line, or several where it names several lines of the file: each of them with what is said of all, and with its
    number where the numbers are called lines, and are not perhaps one."""
    for form in _MANY:
        if many := form.fullmatch(line):
            is_called = form is _MANY[1] and not _ONE_NUMBER.fullmatch(many[2])
            numbers = re.findall(r"\d+", many[2])
            return [(f"{many[1]}{number}{many[3]}", int(number) * is_called) for number in numbers]
    return [(line, 0)]


def _headed(one: Bounce, headers: Mapping[str, str]) -> Bounce:
    """A line of a headed list, its field as the data set calls it; else one that its text names."""
    field = headers.get(plain(one.field)) or headers.get(_name(one.field).upper(), "")
    shown = replace(one, text=" ".join(one.text.split()), field=field)
    return shown if field else replace(shown, field=field_named(shown.text, headers))


def _read_line(number: int, apart: tuple[str, int], headers: Mapping[str, str]) -> Bounce:
    """What a line says by itself: the field, the rule, and the line of the file where it is one of several."""
    text, counted = apart[0][:LONGEST_LINE], apart[1]
    rule = _RULE.search(text)
    return Bounce(number, text, field=field_named(text, headers), rule=rule[1] if rule else "", counted=counted)


def _is_alike(lines: Sequence[str], headers: Mapping[str, str]) -> bool:
    """Whether every line of a list without a heading begins with a number, and goes on in the same way: with nothing,
    with the same sign of lists, or with the name of a field or rule."""
    signs = set()
    for line in lines:
        begun = LEADING.match(line)
        if begun is None:
            return False
        after = line[begun.end() : LONGEST_LINE]
        said = re.sub(r"^\W+", "", after)
        between = after.removesuffix(said)
        sign = "\t" if "\t" in between else between.strip(" \"'")[:1]
        if said and (sign or not (field_named(said.split()[0], headers) or _RULE.match(said))):
            signs.add(sign)
    return len(signs) < 2 and signs <= _ENDS_A_NUMBER


def _counts(numbers: Sequence[int], running: Sequence[int], fewest: int) -> bool:
    """Whether the numbers of a list's lines count it, most of them: `fewest` from 1, or some of those that lines begin
    with, one after the other as on a next page."""
    counted = longest = run = 0
    for number in numbers:
        counted += number == counted + 1
    for before, number in pairwise([-1, *running]):
        run = run + 1 if number == before + 1 else 1
        longest = max(longest, run)
    return (counted >= fewest and 2 * counted >= len(numbers)) or (
        longest >= _COUNTED_LIST and 2 * longest >= len(numbers)
    )


def _noted(listed: list[Bounce], doubt: str, fewest: int, is_of_rows: bool) -> list[Bounce]:
    """The lines, noted where their numbers may be none of the file.

    What a heading calls a line is one, and what a line of the list calls one where no other number may be it. A number
    that a line merely begins with carries the `doubt` of the list, and every number does where they count the list,
    `fewest` from 1. `is_of_rows`: its heading calls them rows, which may be those of the list.
    """
    own = [one.begins_with for one in listed if one.begins_with and one.named_line]
    if _counts(own, own, fewest):
        listed = [replace(one, is_numbered=True) if one.begins_with and one.named_line else one for one in listed]
    first = {one.number: one for one in reversed(listed)}.values()
    told = [one for one in reversed(first) if one.at_line]
    led = [number for one in told if (number := one.counted if is_of_rows and one.has_heading else one.leading)]
    counts = _counts([one.at_line for one in told], led, fewest)

    def unsure(one: Bounce) -> str:
        if counts:
            return _COUNTED
        if one.leading and doubt:
            return doubt
        if others := one.lines[1:]:
            return f"it names {others[0]}, too: it may be about that line"
        return _MANY_TOLD if one.is_sum else one.unsure

    return [replace(one, unsure=unsure(one)) for one in listed]


def _marked(snapshot: Snapshot, extract: "ExtractInfo", listed: list[Bounce]) -> list[Bounce]:
    """The lines, marked where what they lead to was changed after it was read for the extract."""
    ids = {id for one in listed for id in (one.client_id, one.episode_id, one.event_id) if id}
    if not ids:
        return listed
    since = extracts.read_until(snapshot, extract)
    changed = bounce_lists.changed_fields(snapshot, ids, since)

    def is_changed(one: Bounce) -> bool:
        if one.field:
            return any(one.field in changed.get(id, ()) for id in (one.client_id, one.episode_id, one.event_id))
        # Of a line that names no field it is the record it leads to that counts.
        return not changed.keys().isdisjoint([one.event_id] if one.event_id else [one.client_id, one.episode_id])

    return [replace(one, changed=True) if one.leads and is_changed(one) else one for one in listed]


def told_as_text(bounces: Sequence[Bounce], standard: Standard) -> Iterator[str]:
    """The list in lines, for people; values of the pasted text are the caller's to escape."""
    lost = sum(not one.leads for one in bounces)
    changed = sum(one.changed for one in bounces)
    since = f", {changed:,} changed since" if changed else ""
    yield f"{len(bounces):,} lines, {len(bounces) - lost:,} lead to a record, {lost:,} do not{since}"
    for one in bounces:
        where = f"line {one.line} of the extract, " if one.line else ""
        doubt = f" ({one.doubt})" if one.doubt else ""
        if one.leads:
            whose = f"client {one.reference or one.client_id}, {standard.word('episode')} {one.episode}"
            since = ", changed since" if one.changed else ""
            yield f"  {one.number}: {where}{whose}" + (f", {one.field}" if one.field else "") + since + doubt
        else:
            yield f"  {one.number}: {where}{one.why_not}{doubt}: {one.text}"


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
        "doubt": one.doubt,
        "changed": one.changed,
    }
