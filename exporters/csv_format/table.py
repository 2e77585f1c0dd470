"""A table as other programs write it: what it is made of, and its rows as the data set has them.

Spreadsheets change what they save: the character between cells, a title above the headings, empty columns and rows,
dates as people write them. What can be read without doubt is read, and told in `told`; where a value is lost, or could
mean two things, one sentence says so for the whole file. How a file is written is judged by its first rows.
"""

import csv
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from exporters.imports.encodings import encoding_of, ends_with_control_z
from store.disk.files import open_input, open_text, refused
from validators.dates import parse_date, write_date
from validators.problems import Problem
from validators.rules.messages import listed
from validators.standard.model import Standard

if TYPE_CHECKING:
    pass

DAY_FIRST = "day-first"
"""What a person says of a file whose dates are written 31/12/1999."""

# Longer cells are no values of any data set but an unbalanced quotation mark that swallowed the rest of the file.
LONGEST_CELL = 131_072
_BETWEEN = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}
# Lines that headings are looked for in, and rows that a file is judged by.
_LINES_ABOVE = 12
_SAMPLE = 200
_BEGINNING = 1 << 16
_CHUNK = 1 << 20
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})", re.ASCII)
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_MARKED = re.compile(r"'(\d+)", re.ASCII)
_MONTHS = 12


@dataclass(slots=True)
class Table:
    """A table that was looked at. `heading` is as written, `headers` as meant; `told` is what is otherwise than usual.

    `empty_rows` counts, once all rows were read, those in which nothing stands.
    """

    path: Path
    encoding: str
    delimiter: str
    above: int
    heading: tuple[str, ...]
    headers: tuple[str, ...]
    told: list[str] = field(default_factory=list)
    widths: frozenset[int] = frozenset()
    blanks: bool = False
    control_z: bool = False
    unwrap: bool = False
    mend: tuple[tuple[int, Callable[[str], str]], ...] = ()
    empty_rows: int = 0

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row below the heading with the line it begins in; nothing in those that are empty.

        A row of a width that the headings do not have is given as it is. Raises Problem where the file cannot be read.
        """
        width, widths, unwrap, mend = len(self.headers), self.widths, self.unwrap, self.mend
        self.empty_rows = 0
        for line, cells in self._raw():
            if len(cells) != width and len(cells) in widths and not any(map(str.strip, cells[width:])):
                del cells[width:]
            if not any(map(str.strip, cells)):
                self.empty_rows += 1
                continue
            if unwrap:
                cells = [_unwrapped(cell) for cell in cells]
            if mend and len(cells) == width:
                for place, mended in mend:
                    if cells[place]:
                        cells[place] = mended(cells[place])
            yield line, cells

    def _raw(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(LONGEST_CELL)
        try:
            with open_text(self.path, self.encoding, newline="") as lines:
                for _ in range(self.above):
                    next(lines)
                reader = csv.reader(self._lines(lines), delimiter=self.delimiter, strict=True,
                                    skipinitialspace=self.blanks)  # fmt: skip
                try:
                    next(reader)
                    line = self.above + reader.line_num + 1
                    for cells in reader:
                        if cells:
                            yield line, cells
                        line = self.above + reader.line_num + 1
                except csv.Error as error:
                    raise table_problem(self.path, self.above + reader.line_num, str(error)) from None
        except OSError as error:
            raise refused(error, self.path, "read") from None

    def holds(self, sign: str) -> bool:
        """Whether an ASCII character may be somewhere in the file. Raises Problem where it cannot be read."""
        byte = sign.encode("ascii")
        try:
            with self.path.open("rb") as file:
                return any(byte in chunk for chunk in iter(lambda: file.read(_CHUNK), b""))
        except OSError as error:
            raise refused(error, self.path, "read") from None

    def _lines(self, lines: TextIO) -> Iterator[str]:
        """The lines, without the mark that old programs put at the end of a text."""
        return (line.rstrip("\x1a") for line in lines) if self.control_z else lines


def table_problem(path: Path, line: int, error: str) -> Problem:
    """The sentence for a file whose quotation marks are wrong."""
    if "field larger" in error or "unexpected end" in error:
        reason = "a cell never ends, most likely because of an unbalanced quotation mark"
    else:
        reason = "a quotation mark stands where none may"
    return Problem(f"{path} cannot be read as a table near line {line}: {reason}; mend the line and try again.")


def looked_at(path: Path, standard: Standard, dates: str = "") -> Table:
    """Find out how a file of a standard is written; `dates` is what a person says of its dates: `DAY_FIRST`, or "".

    Raises Problem when the file is no table, has none of the standard's columns, or values that are lost or could mean
    two things throughout.
    """
    if dates not in ("", DAY_FIRST):
        raise Problem(f"Dates can be said to be {DAY_FIRST}: {dates!a} is not known.")
    encoding = encoding_of(path)
    csv.field_size_limit(LONGEST_CELL)
    try:
        with open_text(path, encoding, newline="") as lines:
            head = list(islice(lines, _LINES_ABOVE))
    except OSError as error:
        raise refused(error, path, "read") from None
    if next((text for text in head if text.strip()), "").lstrip().startswith("<"):
        raise Problem(
            f"{path} is XML, and returns of {standard.id} are tables: choose its --standard, or another file."
        )
    table = _headed(path, encoding, head, standard)
    if encoding.startswith("utf-16"):
        table.told.append("is in UTF-16")
    if ends_with_control_z(path, encoding):
        table.control_z = True
        table.told.append("ends with Ctrl-Z")
    sample = [cells for _, cells in islice(table._raw(), _SAMPLE)]
    _judge_blanks(table, sample)
    if table.blanks:
        sample = [cells for _, cells in islice(table._raw(), _SAMPLE)]
    _judge_width(table, sample)
    _judge_cells(table, standard, sample, dates)
    return table


def heading_of(path: Path) -> tuple[str, ...]:
    """The headings of a table, in capitals, as far as they can be told without knowing whose they are.

    Nothing where it is no table or cannot be read; only the beginning of the file is looked at.
    """
    csv.field_size_limit(LONGEST_CELL)
    try:
        with open_input(path) as file:
            start = file.read(_BEGINNING)
    except (OSError, Problem):
        return ()
    if start[:2] in (BOM_UTF16_LE, BOM_UTF16_BE):
        text = start.decode("utf-16", errors="replace")
    else:
        text = start.decode("utf-8-sig", errors="replace")
    head = text.splitlines(keepends=True)[:_LINES_ABOVE]
    every = [cells for number in range(len(head)) for between in _BETWEEN if (cells := _cells(head[number:], between))]
    widest = max(every, key=len, default=())
    return tuple(cell.strip().upper() for cell in widest)


def _cells(lines: Sequence[str], delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next((cells for cells in csv.reader(lines, delimiter=delimiter, strict=True) if cells), ()))
    except csv.Error:
        return ()


def _headed(path: Path, encoding: str, head: Sequence[str], standard: Standard) -> Table:
    """The table with its headings: the line, and the character between cells, that give most columns."""
    first, between = 0, list(_BETWEEN)
    told = []
    named = re.fullmatch(r"\"?sep=(.)\"?", head[0].strip("\r\n"), re.IGNORECASE) if head else None
    if named:
        first, between = 1, [named[1]]
        told.append("begins with a line for a spreadsheet (sep=)")
    best: tuple[int, int, str, tuple[str, ...]] = 0, 0, ",", ()
    for number in range(first, len(head)):
        for delimiter in between:
            # Headings may hold line ends themselves: the lines that follow are given, too.
            cells = _cells(head[number:], delimiter)
            known = len({standard.header_meant(cell) for cell in cells} - {""})
            if head[number].strip() and known > best[0]:
                best = known, number, delimiter, cells
    known, number, delimiter, heading = best
    line = next((number for number, text in enumerate(head, 1) if text.strip()), 1)
    if not known:
        _refuse_misquoted(path, head)
        raise Problem(
            f"{path} has none of the columns of {standard.id} in line {line}: "
            "the first line must hold the column names; add them, or choose another --standard."
        )
    if any(text.strip() for text in head[first:number]):
        told.append(f"has other lines above its headings, which stand in line {number + 1}")
    if delimiter != ",":
        told.append(f"has {_BETWEEN.get(delimiter, 'other signs')} between its cells")
    full = len(heading)
    while heading and not heading[-1].strip():
        heading = heading[:-1]
    if full > len(heading):
        told.append(f"has {full - len(heading)} columns without a heading at the end, which are empty")
    headers = tuple(standard.header_meant(cell) or cell for cell in heading)
    return Table(path, encoding, delimiter, number, heading, headers, told, frozenset({full}))


def _refuse_misquoted(path: Path, head: Sequence[str]) -> None:
    reader = csv.reader(head, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error as error:
        if "unexpected end" not in str(error):
            raise table_problem(path, reader.line_num, str(error)) from None


def _judge_blanks(table: Table, sample: Sequence[Sequence[str]]) -> None:
    """Blanks after each comma, also of the empty cells, are the way a program writes."""
    wide = [cells for cells in sample if len(cells) > 1]
    if wide and all(cell[:1] == " " for cells in wide for cell in cells[1:]):
        table.blanks = True
        table.told.append("has a blank after each comma")


def _judge_width(table: Table, sample: Sequence[Sequence[str]]) -> None:
    """Where every row has the same number of empty cells more than there are headings, they are left away."""
    width = len(table.headers)
    found = {len(cells) for cells in sample}
    more = min(found, default=0) - width
    if len(found) != 1 or more <= 0 or more + width in table.widths:
        return
    if not any(cell.strip() for cells in sample for cell in cells[width:]):
        table.widths |= {width + more}
        table.told.append(f"has {more} empty cell{'s' if more > 1 else ''} more in each row than headings")


def _judge_cells(table: Table, standard: Standard, sample: Sequence[list[str]], dates: str) -> None:
    """What a spreadsheet made of values: dates in another form, numbers cut short, cells marked as text."""
    width = len(table.headers)
    rows = [cells for cells in sample if len(cells) >= width]
    marked = [cell for cells in rows for cell in cells if cell[:1] in ("=", "'") and _unwrapped(cell) != cell]
    if marked:
        table.unwrap = True
        table.told.append('has cells marked as text for a spreadsheet (="…" or \'…)')
        rows = [[_unwrapped(cell) for cell in cells] for cells in rows]
    fields = standard.by_header
    filled: dict[int, list[str]] = {}
    for place, header in enumerate(table.headers):
        if header in fields and (cells_of := [text for cells in rows if (text := cells[place].strip())]):
            filled[place] = cells_of
    days = {place: texts for place, texts in filled.items() if fields[table.headers[place]].is_date}

    def wholly(shape: Callable[[str], object]) -> list[int]:
        """The columns of dates that are written so throughout: in several rows, or all dates that there are."""
        found = [place for place, texts in days.items() if all(map(shape, texts))]
        return found if len(found) == len(days) else [place for place in found if len(days[place]) > 1]

    def named(places: Sequence[int]) -> str:
        return listed([table.headers[place] for place in places])

    if lost := wholly(_SHORTENED.fullmatch):
        raise Problem(
            f"{table.path} has numbers like 1.95E+07 for dates in {named(lost)}: a spreadsheet has lost their digits; "
            "export the file again, and do not open it there."
        )
    if short := [
        place for place, texts in filled.items() if place not in days and any(map(_SHORTENED.fullmatch, texts))
    ]:
        table.told.append(
            f"has numbers like 1.95E+07 in {named(short)}, of which a spreadsheet has lost digits: different records "
            "may have got the same"
        )
    if places := wholly(_DAY_FIRST.fullmatch):
        _judge_days(table, [(place, days[place]) for place in places], named(places), dates)
        table.mend = tuple((place, _day_first_as(standard.date_layout.text)) for place in places)
        table.told.append(f"has its dates written day first in {named(places)}")
    written = standard.date_layout.length
    if places := wholly(lambda text: parse_date(text) is not None and len(text) != written):
        table.mend += tuple((place, _date_as(standard.date_layout.text)) for place in places)
        table.told.append(f"has its dates written otherwise than {standard.date_layout.text} in {named(places)}")


def _judge_days(table: Table, columns: Sequence[tuple[int, list[str]]], named: str, dates: str) -> None:
    """Refuse dates of which day, month and year are not certain."""
    parts = [match.groups() for _, texts in columns for text in texts if (match := _DAY_FIRST.fullmatch(text))]
    if any(len(year) != 4 for _, _, year in parts):
        raise Problem(
            f"{table.path} has dates with a year of two digits in {named}, so that the century is lost: "
            "export it again with all four."
        )
    if any(int(month) > _MONTHS for _, month, _ in parts):
        raise Problem(
            f"{table.path} has dates that begin with the month in {named}: export it again, and do not open it in a "
            "spreadsheet."
        )
    if dates != DAY_FIRST:
        raise Problem(
            f"{table.path} has dates like 31/12/1999 in {named}: where they all begin with the day, say --dates "
            f"{DAY_FIRST}; else export it again."
        )


def _day_first_as(layout: str) -> Callable[[str], str]:
    def mended(text: str) -> str:
        match = _DAY_FIRST.fullmatch(text.strip())
        day = parse_date(f"{match[3]}{match[2]:0>2}{match[1]:0>2}") if match else None
        return write_date(day, layout) if day else text

    return mended


def _date_as(layout: str) -> Callable[[str], str]:
    def mended(text: str) -> str:
        day = parse_date(text)
        return write_date(day, layout) if day else text

    return mended


def _unwrapped(cell: str) -> str:
    """What is in a cell that is marked as text."""
    match = (_FORMULA if cell[:1] == "=" else _MARKED).fullmatch(cell) if cell[:1] in ("=", "'") else None
    return match[1] if match else cell
