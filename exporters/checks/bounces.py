"""The portal's own list of what it refused, brought back: each line of it leads to the record and field it means.

Nobody has published what such a list looks like, so whatever was typed or pasted is read line by line. Below a heading
each of its columns is taken for what it is called. Else it is an identifier of the extract, wherever it stands in the
line; or a number that is called a line, row or record; or else the first number, taken for a line of the file as it was
sent (the headings being line 1, unless the list counts from the first row).

A number leads without a doubt only from the place which the list itself gives it, beside nothing that may be it, too:
under the heading of lines, in a row that is about a field or rule of the data set; or at the beginning of every line,
called a line or not, in the one same way. Else what it may be besides is said: a list may be a table without its
heading, or stand in an e-mail with a date and an address, and a message may name another line. An identifier that is
but a number counts where the file has no such line, or where it has zeros in front. What names another agency, another
extract or its month is doubted as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.checks.bounce import Bounce
from exporters.checks.bounce_headings import (
    DELIMITERS,
    MANY_TOLD,
    OF_NOTHING,
    RULE,
    BounceHeading,
    KnownNames,
    cells_of,
    heading_of,
)
from exporters.csv_format import days
from exporters.formats import choose
from exporters.imports.agency import canonical
from exporters.imports.encodings import encoding_of, refuse_unquoted
from exporters.work import written_by
from store.disk.files import open_text, refused
from store.month import bounce_lists, extracts
from store.records import agencies, read
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
_UNLIKE = "the lines of the list do not all begin with a number in one way: it may be no line of the file"
_AMIDST = "the lines of the list do not all give their number in this place: it may be another one's"
_OTHER = "another table may begin above it: its columns may be other ones"
_MONTH = re.compile(
    r"(?P<day>\b\d{1,2}(?:st|nd|rd|th)?(?:\s+of)?[\s-]+)?(?<![a-z])"
    r"(?P<word>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?,?[\s_-]+(?P<its>20\d\d)\b"
    r"|(?<![\d/.-])(?P<year>20\d\d)[-/](?P<month>0[1-9]|1[0-2])(?![\d/-])"
    r"|(?<![\d/.-])(?P<before>0?[1-9]|1[0-2])/(?P<after>20\d\d)(?![\d/])",
    re.IGNORECASE,
)
"""`October 2026`, `2026-10` and `10/2026`."""
_FILE_OF = re.compile(r"([^\W_]+)-\d{8}-\d{8}-")
"""The agency in a file's name, as every data set's files are called."""
_CODE = re.compile(r"[^\W_]*\d[^\W_]*")
_AGENCY = re.compile(r"\bagency(?:\s+(?:code|id|number|no))?\W+([^\W_]*[^\W\d_][^\W_]*\d\w*)", re.IGNORECASE)
"""`Agency: T0099`."""
_ENDS_A_NUMBER = frozenset("\t,;:|.)]-")
"""Signs after the number in a list: a date, a sum or an address goes on with a word, as any prose does."""


def _found_heading(lines: Sequence[str], standard: Standard) -> tuple[BounceHeading | None, int]:
    """The heading of a list and its place among the first lines: titles may stand above it, and no table does."""
    for at, line in enumerate(lines):
        found = heading_of(line[:LONGEST_LINE], standard)
        if found is not None and (not at or found.columns > 1):
            return found, at
        if len([cell for sign in DELIMITERS for cell in cells_of(line[:LONGEST_LINE], sign)[1:] if cell.strip()]) > 1:
            break
    return None, 0


def _shown(line: str) -> str:
    return " ".join(line[:LONGEST_LINE].split())


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
    form = choose.of(standard)
    known = KnownNames(standard, form.field_names())
    read = _read(lines, heading, standard, known, _COUNTED_LIST - headings_are_line_1)
    if not read:
        raise Problem(Sentence("The list has a heading and nothing below it: paste the lines that the {portal} gave."))
    found = form.bounces(snapshot, agency, extract_id, read, headings_are_line_1=headings_are_line_1)
    found = [replace(one, field=renamed.get(one.field, one.field)) for one in found] if renamed else found
    if extract.redacted_at is not None:
        found = [replace(one, doubt=one.doubt or _STRUCK) if one.line else one for one in found]
    return _marked(snapshot, extract, _of_another(snapshot, agency, extract, [*above, *found]))


def _read(
    lines: Sequence[tuple[int, str]], heading: BounceHeading | None, standard: Standard, known: KnownNames, fewest: int
) -> list[Bounce]:
    """What each line says, by the last heading above it; a heading says nothing. A list is often more than one table.

    `fewest` is with how many lines a list numbers itself.
    """
    read: list[tuple[BounceHeading | None, Bounce]] = []
    own, is_other = heading, False
    for number, line in lines:
        if own is not None and line.strip() == lines[0][1].strip():
            heading, is_other = own, False  # pasted again with each page of the list
            continue
        begun = None if re.search(r"\d", line) else heading_of(line[:LONGEST_LINE], standard)
        if begun is not None and begun.is_plain:
            heading, is_other = begun, False
        elif heading is None or not heading.fits(line):
            read += [(None, _read_line(number, one, known)) for one in _apart(_spaced(line))]
        else:
            one = heading.read(Bounce(number, line[:LONGEST_LINE]), known)
            is_other = is_other or heading.is_begun_anew(line[:LONGEST_LINE])
            read.append((heading, replace(one, unplaced=_OTHER) if is_other else one))
    has_heading = own is not None or any(one is not None for one, _ in read)
    noted: dict[int, Bounce] = {}
    for each in dict.fromkeys(one for one, _ in read):
        its = [(at, one) for at, (above, one) in enumerate(read) if above == each]
        listed = [one for _, one in its]
        placed = _placed(listed, known, fewest, has_heading=has_heading) if each is None else listed
        noted |= zip((at for at, _ in its), _noted(placed, fewest, each is not None and each.is_of_rows), strict=True)
    return [replace(noted[at], text=" ".join(noted[at].text.split())) for at in range(len(read))]


def _spaced(line: str) -> str:
    """A line with one space or tab at a time: what ends a number tells how a list begins its lines."""
    return re.sub(r"\t+", "\t", "\t".join(" ".join(cell.split()) for cell in line.split("\t"))).strip()


def _of_another(
    snapshot: Snapshot, agency: "AgencyInfo", extract: "ExtractInfo", listed: Sequence[Bounce]
) -> list[Bounce]:
    """The lines; what stands under another agency's code leads nowhere, and what names one beside, or another
    extract or month, or is below titles that do, may be of that one: its lines and numbers are those of others here."""
    others = {canonical(one.code) for one in agencies.listed(snapshot)} - {canonical(agency.code)}
    files = {Path(one.file_name).stem.upper(): one for one in extracts.listed(snapshot, agency)}
    files[Path(extract.file_name).stem.upper()] = extract
    # What was sent under a code that was mended since is its own.
    ours = {canonical(agency.code), *(code for name in files for code in _FILE_OF.findall(name))} - others

    def named(text: str) -> dict[str, str]:
        """What else a text names, by whether it is an agency or an extract; "" where it names this one."""
        words = [canonical(word) for word in re.findall(r"[^\W_]+", text) if not word.isdigit()]
        called = [canonical(code) for form in (_FILE_OF, _AGENCY) for code in form.findall(text)]
        codes = [*called, *(word for word in words if word in others)]
        found = {}
        if codes:
            told = f"agency {codes[0]} is named, and this is {agency.code}"
            found["agency"] = "" if not ours.isdisjoint(words) else told
        if name := max((name for name in files if name in text.upper()), key=len, default=""):
            its, this = files[name], f"and this is extract {extract.id[:8]} of {extract.submission}"
            told = f"the file of extract {its.id[:8]} of {its.submission} is named, {this}"
            found["extract"] = "" if its.id == extract.id else told
        return found

    def titled(text: str) -> dict[str, str]:
        months = _months(text)
        told = f"{next(iter(months), '')} is named, and this extract is of {extract.submission}"
        by_month = {"extract": "" if extract.submission in months else told} if months else {}
        return by_month | named(text)

    above: dict[str, str] = {}

    def judged(one: Bounce) -> Bounce:
        code = canonical(one.agency)
        # A name has several words, a code has a digit.
        if code in others or (code not in ours and _CODE.fullmatch(code)):
            why = f"it is of agency {code}, and this is {agency.code}"
            return Bounce(one.number, one.text, field=one.field, rule=one.rule, why_not=why)
        if not (one.has_heading or one.field or one.rule or (one.leads and not one.doubt)):
            above.update(titled(one.text))
        told = above | ({"agency": ""} if code in ours else {}) | named(one.text)
        doubt = next(filter(None, told.values()), "")
        return replace(one, doubt=doubt) if doubt and one.leads else one

    return [judged(one) for one in listed]


def _months(text: str) -> list[str]:
    """The months that a text names, as submissions are; one in which a day is named is a date's."""
    found = []
    for one in _MONTH.finditer(text):
        if one["word"]:
            found += [f"{one['its']}-{days.month_number(one['word']):02}"] if not one["day"] else []
        else:
            found.append(f"{one['year'] or one['after']}-{int(one['month'] or one['before']):02}")
    return found


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


def _apart(line: str) -> list[tuple[str, int, str]]:
    """A line, or several where it names several lines of the file: each of them with what is said of all, with its
    number where the numbers are called lines, and are not perhaps one, and else with what it may mean beside that."""
    for form in _MANY:
        if many := form.fullmatch(line):
            is_called = form is _MANY[1] and not _ONE_NUMBER.fullmatch(many[2])
            numbers = re.findall(r"\d+", many[2])
            doubt = [_names_too(numbers[number == numbers[0]]) if not is_called else "" for number in numbers]
            each = zip(numbers, doubt, strict=True)
            return [(f"{many[1]}{number}{many[3]}", int(number) * is_called, told) for number, told in each]
    return [(line, 0, "")]


def _names_too(number: object) -> str:
    return f"it names {number}, too: it may be about that line"


def _read_line(number: int, apart: tuple[str, int, str], known: KnownNames) -> Bounce:
    """What a line says by itself: the field, the rule, and the line of the file where it is one of several."""
    text, counted, unsure = apart[0][:LONGEST_LINE], *apart[1:]
    rule = RULE.search(text)
    return Bounce(number, text, field=known.field(text), rule=rule[1] if rule else "", counted=counted, unsure=unsure)


def _way(one: Bounce, known: KnownNames) -> tuple[str, str] | None:
    """The way in which a line of a list without a heading begins with its number: what it calls it, and the sign after
    it. None where it does not; a date, a sum or an address goes on with a word, as any prose does."""
    called, sign, said = one.begins or ("", "", "")
    if one.begins is None or not (called or sign in _ENDS_A_NUMBER or not (sign or said) or known.begin(said)):
        return None
    return called, sign


def _placed(listed: list[Bounce], known: KnownNames, fewest: int, *, has_heading: bool) -> list[Bounce]:
    """The lines without a heading, noted where the list does not give its number the place in which it stands.

    That is the beginning of every line, in one way. Where the number is called a line and something is said of it, it
    is that of every line that names one; alone it may be the end of a message that began in the line before.
    """
    own = [one.begins_with for one in listed if one.begins_with and one.named_line]
    if _counts(own, own, fewest):
        listed = [replace(one, is_numbered=True) if one.begins_with and one.named_line else one for one in listed]
    ways = [_way(one, known) for one in listed]
    numbers = {way for one, way in zip(listed, ways, strict=True) if way or (one.named_line and not one.is_sum)}
    is_alike = len(set(ways)) == 1 and None not in ways

    def placed(one: Bounce, way: tuple[str, str] | None) -> Bounce:
        sign, said = (one.begins or ("", "", ""))[1:]
        if one.leading:
            is_about = known.are_in(one.text) or not said
            unlike = _BESIDE if has_heading else "" if is_alike else _UNLIKE
            return replace(one, unsure=one.unsure or unlike, unplaced="" if is_about else OF_NOTHING)
        if one.named_line:
            is_placed = is_alike or (
                way is not None and len(numbers) == 1 and said != "" and (sign or known.begin(said))
            )
            return replace(one, unplaced=_BESIDE if has_heading else "" if is_placed else _AMIDST)
        return one

    return [placed(one, way) for one, way in zip(listed, ways, strict=True)]


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


def _noted(listed: list[Bounce], fewest: int, is_of_rows: bool) -> list[Bounce]:
    """The lines of a table, noted where their numbers may be none of the file: every number where they count the list,
    `fewest` from 1, and what stands beside another. `is_of_rows`: its heading calls them rows, which may be its own."""
    first = {one.number: one for one in reversed(listed)}.values()
    told = [one for one in reversed(first) if one.at_line]
    led = [number for one in told if (number := one.counted if is_of_rows and one.has_heading else one.leading)]
    counts = _counts([one.at_line for one in told], led, fewest)

    def unsure(one: Bounce) -> str:
        if counts:
            return _COUNTED
        if one.unsure:
            return one.unsure
        if others := one.lines[1:]:
            return _names_too(others[0])
        return MANY_TOLD if one.is_sum else ""

    return [replace(one, unsure=unsure(one)) for one in listed]


def _marked(snapshot: Snapshot, extract: "ExtractInfo", listed: list[Bounce]) -> list[Bounce]:
    """The lines, marked where what they lead to was changed after it was read for the extract."""
    ids = {id for one in listed for id in (one.client_id, one.episode_id, one.event_id) if id}
    if not ids:
        return listed
    since = extracts.read_until(snapshot, extract)
    # Of a line that names a field of events, but not which event, it may be any of its episode.
    events = read.event_ids(snapshot, {one.episode_id for one in listed if one.field and not one.event_id})
    changed = bounce_lists.changed_fields(snapshot, ids.union(*events.values()), since)

    def is_changed(one: Bounce) -> bool:
        if one.field:
            some = [one.event_id] if one.event_id else events.get(one.episode_id, ())
            return any(one.field in changed.get(id, ()) for id in (one.client_id, one.episode_id, *some))
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
