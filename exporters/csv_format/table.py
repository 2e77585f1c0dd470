"""A table as other programs write it: what it is made of, and its rows as the data set has them.

Spreadsheets change what they save: the character between cells, a title above the headings, empty columns and rows,
dates as people write them. What can be read without doubt is read, and told in `told`; where a value is lost, or could
mean two things, one sentence says so for the whole file. How a file is written is judged by its first rows.
"""

import csv
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from exporters.csv_format import days
from exporters.imports.encodings import encoding_of, ends_with_control_z
from store.disk.files import open_input, open_text, refused, stamp_of
from validators.dates import write_date
from validators.problems import Problem
from validators.rules.messages import listed
from validators.standard.model import Standard

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
_FAILED = re.compile(r"#{3,}|#(?:NAME\?|REF!|VALUE!|NUM!|DIV/0!)")
_WHOLE = re.compile(r"(\d{1,15})\.0", re.ASCII)
# What programs write where nothing is.
_NOTHING = frozenset(
    {
        "NULL",
        "null",
        "(null)",
        "[NULL]",
        "<NULL>",
        "\\N",
        "#N/A",
        "N/A",
        "n/a",
        "NA",
        "NaN",
        "nan",
        "NaT",
        "<NA>",
        "None",
    }
)
BEGUN_BY = 4
"""A row is headings where one of so many first cells is one."""
# So many dates and numbers in a line above the headings are a record, and no title.
_OF_A_RECORD = 5
# Where one of these is in a file, each of its rows is looked at: a spreadsheet changes the longest values alone.
_SIGNS = ("E+", "e+", '="', "#")
_CHANGED = re.compile("[Ee]\\+|=\"|#|\x1f'|^'")
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
# One quote before a text is a spreadsheet's mark; quotes on both sides are a program's way.
_MARKED = re.compile(r"'([^'].*?)(?<!')", re.DOTALL)
_MONTHS = 12
# A date has a figure in it, or stands where one was lost.
_DATED = re.compile("[1-9#]")


@dataclass(slots=True)
class Table:
    """A table that was looked at. `heading` is as written, `headers` as meant; `told` is what is otherwise than usual.

    `empty_rows` counts, once all rows were read, those in which nothing stands; `day_first` are then the columns in
    which a date was read with its day first, `otherwise` those in which one was read otherwise than the data set writes
    it, `told_day_first` and `told_otherwise` those of which that is in `told`; `odd` are by their columns the cells
    beside these that are no dates: the line of the first, and how many.
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
    nothing: frozenset[str] = frozenset()
    mend: tuple[tuple[int, Callable[[str], str]], ...] = ()
    day_first: set[str] = field(default_factory=set)
    told_day_first: frozenset[str] = frozenset()
    otherwise: set[str] = field(default_factory=set)
    told_otherwise: frozenset[str] = frozenset()
    odd: dict[str, tuple[int, int]] = field(default_factory=dict)
    line: int = 0
    empty_rows: int = 0
    stamp: tuple[int, int] = (0, 0)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row below the heading with the line it begins in; nothing in those that are empty.

        A row of a width that the headings do not have is given as it is. Raises Problem where the file cannot be read,
        or was changed since it was looked at: another program still writes it, and what is there is not all of it.
        """
        width, widths, mend = len(self.headers), self.widths, self.mend
        unwrap, nothing = self.unwrap, self.nothing
        self.empty_rows = 0
        self.odd.clear()
        for line, cells in self._raw():
            if len(cells) != width and len(cells) in widths and not any(map(str.strip, cells[width:])):
                del cells[width:]
            if unwrap:
                cells = [_unwrapped(cell) for cell in cells]
            if nothing:
                cells = ["" if cell.strip() in nothing else cell for cell in cells]
            if not any(map(str.strip, cells)):
                self.empty_rows += 1
                continue
            if mend and len(cells) == width:
                self.line = line
                for place, mended in mend:
                    if cells[place]:
                        cells[place] = mended(cells[place])
            yield line, cells
        if stamp_of(self.path) != self.stamp:
            raise Problem(f"{self.path} was changed while it was read: wait until it is written whole, and try again.")

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

    def holds(self, *signs: str) -> bool:
        """Whether one of some texts in ASCII may be somewhere in the file. Raises Problem where it cannot be read."""
        if self.encoding.startswith("utf-16"):
            return True
        sought = [sign.encode("ascii") for sign in signs]
        before = b""
        try:
            with self.path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    if any(sign in chunk or sign in before + chunk[:9] for sign in sought):
                        return True
                    before = chunk[-9:]
        except OSError as error:
            raise refused(error, self.path, "read") from None
        return False

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
    stamp = stamp_of(path)
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
    table.stamp = stamp
    if encoding.startswith("utf-16"):
        table.told.append("is in UTF-16")
    if ends_with_control_z(path, encoding):
        table.control_z = True
        table.told.append("ends with Ctrl-Z")
    sample = _sample(table, standard)
    _judge_blanks(table, sample)
    if table.blanks:
        sample = _sample(table, standard)
    _judge_headless(table, sample)
    _judge_width(table, sample)
    _judge_cells(table, standard, sample)
    filled = _filled(table, standard, sample)
    _judge_numbers(table, standard, filled)
    _judge_dates(table, standard, filled, dates)
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


def _sample(table: Table, standard: Standard) -> list[list[str]]:
    """The first rows, without the headings where they stand there once more."""
    return [cells for _, cells in islice(table._raw(), _SAMPLE) if not headings_meant(standard, cells)]


def headings_meant(standard: Standard, cells: Sequence[str]) -> list[str]:
    """What the cells of a row mean that holds headings, of files that were put together; nothing for another row."""
    if not any(map(standard.header_meant, cells[:BEGUN_BY])):
        return []
    meant = [standard.header_meant(cell.removeprefix("\ufeff").strip('"')) or cell for cell in cells]
    return meant if sum(header in standard.by_header for header in meant) * 2 >= len(cells) else []


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
        # A sign that parts no cells is one that somebody mistyped.
        first, between = 1, [*([] if named[1] in '" ' else named[1]), *(sign for sign in between if sign != named[1])]
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
    _refuse_rows_above(path, head[first:number], number, delimiter)
    if any(text.strip() for text in head[first:number]):
        told.append(f"has other lines above its headings, which stand in line {number + 1}")
    if delimiter != ",":
        told.append(f"has {_BETWEEN.get(delimiter, 'other signs')} between its cells")
    headers = tuple(standard.header_meant(cell) or cell for cell in heading)
    return Table(path, encoding, delimiter, number, heading, headers, told)


def _refuse_rows_above(path: Path, above: Sequence[str], number: int, delimiter: str) -> None:
    """Raise Problem where a record stands above the headings: what is left away there are titles."""

    def is_day(cell: str) -> bool:
        return days.is_in_digits(cell) or days.certain_day(cell) is not None

    for text in above:
        cells = [_unwrapped(cell.strip()) for cell in _cells([text], delimiter)]
        # Where none is a date the columns are numbered there.
        if sum(cell.isdigit() or is_day(cell) for cell in cells) >= _OF_A_RECORD and any(map(is_day, cells)):
            raise Problem(
                f"{path} has rows above its headings, which stand in line {number + 1}, as where files were put "
                "together: take it apart, each with its own headings in the first line."
            )


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


def _judge_headless(table: Table, sample: Sequence[Sequence[str]]) -> None:
    """Columns without a heading at the end are left away where nothing stands in them."""
    full = width = len(table.heading)
    while width and not table.heading[width - 1].strip():
        width -= 1
    if width < full and not any(cell.strip() for cells in sample if len(cells) == full for cell in cells[width:]):
        table.heading, table.headers = table.heading[:width], table.headers[:width]
        table.widths |= {full}
        table.told.append(f"has {full - width} columns without a heading at the end, which are empty")


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


def _judge_cells(table: Table, standard: Standard, sample: Sequence[list[str]]) -> None:
    """What a spreadsheet made of cells: marked as text, cut short, failed, or named where nothing is."""
    width = len(table.headers)
    columns = [place for place, header in enumerate(table.headers) if header in standard.by_header]
    is_date = [standard.by_header[table.headers[place]].is_date for place in columns]
    rows: Iterable[list[str]] = sample
    if len(sample) == _SAMPLE and table.holds(*_SIGNS, f"{table.delimiter}'" if table.delimiter.isascii() else "'"):
        later = (cells for _, cells in islice(table._raw(), _SAMPLE, None))
        rows = chain(sample, (cells for cells in later if _CHANGED.search("\x1f".join(cells))))
    short: set[int] = set()
    failed: set[int] = set()
    named: set[str] = set()
    for cells in rows:
        if len(cells) < width:
            continue
        for place, is_day in zip(columns, is_date, strict=True):
            cell = cells[place]
            if not cell or cell.isalnum():  # none of these is
                if cell in _NOTHING and is_day:
                    named.add(cell)
                continue
            if cell[:1] in ("=", "'") and _unwrapped(cell) != cell:
                table.unwrap = True
                cell = _unwrapped(cell)
            if is_day and cell.strip() in _NOTHING:
                named.add(cell.strip())
            elif not is_day and days.SHORTENED.fullmatch(cell.strip()):
                short.add(place)
            elif not is_day and _FAILED.fullmatch(cell.strip()):
                failed.add(place)
    if table.unwrap:
        table.told.append('has cells marked as text for a spreadsheet (="…" or \'…)')
    if named := {one for one in named if not any(one in codes.codes for codes in standard.code_lists.values())}:
        table.nothing = frozenset(named)
        table.told.append(f"has {listed(sorted(named))} where nothing is, which is left away")
    if short:
        table.told.append(
            f"has numbers like 1.95E+07 in {_named(table, sorted(short))}, of which a spreadsheet has lost digits: "
            "different records may have got the same"
        )
    if failed:
        table.told.append(
            f"has #### or a fault like #NAME? in {_named(table, sorted(failed))}, where a spreadsheet has lost what "
            "stood there: different records may have got the same"
        )


def _named(table: Table, places: Sequence[int]) -> str:
    return listed([table.headers[place] for place in places])


def _filled(table: Table, standard: Standard, sample: Sequence[list[str]]) -> dict[int, list[str]]:
    """What stands in each column of the data set in which anything does, without blanks around it."""
    found: dict[int, list[str]] = {}
    rows = [cells for cells in sample if len(cells) >= len(table.headers)]
    for place, header in enumerate(table.headers):
        if header in standard.by_header:
            texts = [_unwrapped(cells[place]).strip() if table.unwrap else cells[place].strip() for cells in rows]
            if texts := [text for text in texts if text and text not in table.nothing]:
                found[place] = texts
    return found


def _judge_numbers(table: Table, standard: Standard, filled: Mapping[int, Sequence[str]]) -> None:
    """Whole numbers that a program wrote with a decimal place, throughout a column."""
    columns = {place: texts for place, texts in filled.items() if not standard.by_header[table.headers[place]].is_date}
    if places := [place for place, texts in columns.items() if len(texts) > 1 and all(map(_WHOLE.fullmatch, texts))]:
        table.mend += tuple((place, _whole) for place in places)
        table.told.append(f"has .0 behind the whole numbers in {_named(table, places)}")


def _judge_dates(table: Table, standard: Standard, filled: Mapping[int, Sequence[str]], dates: str) -> None:
    """Dates in another form: read where they are certain, or a person says how they are written."""
    every = [place for place, header in enumerate(table.headers) if _is_date(standard, header)]
    # What is no date by any reading says nothing of how the others are written.
    columns = {place: told for place in every if (told := list(filter(_DATED.search, filled.get(place, ()))))}
    layout = standard.date_layout.text

    def mostly(shape: Callable[[str], object], *, least: float = 0.5) -> list[int]:
        """The columns of which more than the least part is written so: several dates, or all that there are. One that
        stands in every row of an episode is one slip of the keys."""
        those = {place: list(filter(shape, texts)) for place, texts in columns.items()}
        found = [place for place, texts in columns.items() if len(those[place]) > least * len(texts)]
        return found if len(found) == len(columns) else [place for place in found if len({*those[place]}) > 1]

    def is_otherwise(text: str) -> bool:
        day = days.certain_day(text)
        return day is not None and write_date(day, layout) != text

    for shape, what, why in days.LOST:
        if lost := mostly(shape.fullmatch):
            raise Problem(f"{table.path} has {what} in {_named(table, lost)}: {why}.")
    if short := mostly(days.has_short_year):
        raise Problem(
            f"{table.path} has dates with a year of two digits in {_named(table, short)}, so that the century is lost: "
            "export it again with all four."
        )
    in_digits = mostly(days.is_in_digits)
    said = [place for place, texts in columns.items() if dates == DAY_FIRST and any(map(days.is_in_digits, texts))]
    if places := sorted({*in_digits, *said}):
        _refuse_unclear(table, columns, places, dates)
        table.told_day_first = frozenset(table.headers[place] for place in places)
        table.told.append(f"has dates written day first in {_named(table, places)}")
    if mostly(is_otherwise, least=0):
        places = [place for place, texts in columns.items() if any(map(is_otherwise, texts))]
        table.told_otherwise = frozenset(table.headers[place] for place in places)
        table.told.append(f"has its dates written otherwise than {layout} in {_named(table, places)}")
    if table.told_otherwise or dates == DAY_FIRST:  # wherever one is: a day that is certain is read in each cell
        table.mend += tuple((place, _day_as(layout, table.headers[place], table, dates)) for place in every)


def _is_date(standard: Standard, header: str) -> bool:
    field = standard.by_header.get(header)
    return field is not None and field.is_date


def _refuse_unclear(table: Table, columns: Mapping[int, Sequence[str]], places: Sequence[int], dates: str) -> None:
    """Refuse dates of which day and month are not certain, or are the other way about than was said."""
    parts = [parts for place in places for text in columns[place] if (parts := days.parts_in_digits(text))]
    if any(int(month) > _MONTHS >= int(day) for day, month, _ in parts):
        raise Problem(
            f"{table.path} has dates that begin with the month in {_named(table, places)}: export it again, and do not "
            "open it in a spreadsheet."
        )
    if dates != DAY_FIRST:
        raise Problem(
            f"{table.path} has dates like 31/12/1999 in {_named(table, places)}: where they all begin with the day, "
            f"say --dates {DAY_FIRST}; else export it again."
        )


def _day_as(layout: str, header: str, table: Table, dates: str) -> Callable[[str], str]:
    """What reads a date in one column and notes it; what is none stays as it came, and is noted, too."""

    def mended(text: str) -> str:
        bare = text.strip()
        if day := days.certain_day(bare):
            if (written := write_date(day, layout)) == bare:
                return text
            table.otherwise.add(header)
            return written
        if dates == DAY_FIRST and (day := days.day_first(bare)):
            table.day_first.add(header)
            return write_date(day, layout)
        if bare:
            first, many = table.odd.get(header, (table.line, 0))
            table.odd[header] = first, many + 1
        return text

    return mended


def _whole(text: str) -> str:
    match = _WHOLE.fullmatch(text.strip())
    return match[1] if match else text


def _unwrapped(cell: str) -> str:
    """What is in a cell that is marked as text."""
    match = (_FORMULA if cell[:1] == "=" else _MARKED).fullmatch(cell) if cell[:1] in ("=", "'") else None
    return match[1] if match else cell
