"""Tables of fields: headers, layouts, rules and data sets, over pages, however their rows are broken."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from exporters.documents.document import Document, DocumentTable, Row, closed_up, one_line, without_marks
from exporters.documents.headings import FieldHeading, heading_of

_HEADER = re.compile("[A-Z][A-Z0-9_]{1,14}")
_LAYOUT = re.compile(r"([ANC]?)[(\[{](?:max)?([1-9]\d{0,3})[)\]}]?\.?", re.IGNORECASE)
_DATE = re.compile(r"(YYYYMMDD|CCYYMMDD|YYYY-MM-DD|CCYY-MM-DD|MMYYYY|YYYYMM|YYYY)(?:\(.*\))?\.?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+[a-z]?")
_RANGE = re.compile(r"(\d+)\s*(?:[–—-]|to)\s*(\d+)")
_YES, _NO = (
    {"✓", "✔", "☑", "√", "y", "yes", "●", "•", "1", "m", "r", "o"},
    {"", "-", "–", "—", "n", "no", "n/a", "✗", "✘"},
)


@dataclass(slots=True)
class ReadField:
    """A field as a document has it.

    `sets` maps each data set it belongs to to whether it is asked for there (False: accepted, printed in brackets).
    `questions` are what a person has to look at; `corrected`: printed otherwise than it is read.
    """

    header: str
    header_printed: str
    number: str
    section: str
    group: str
    description: str
    layout: str
    layout_printed: str
    rules: tuple[str, ...]
    sets: Mapping[str, bool]
    introduced: str
    document: str
    page: str
    printed: str
    corrected: bool = False
    questions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class LeftOver:
    """What stands in a document and was not taken, and why."""

    key: str
    document: str
    page: str
    printed: str
    question: str
    standing: str = "not checked"


@dataclass(slots=True)
class _Raw:
    cells: list[str]
    heading: FieldHeading
    section: str
    first: int
    last: int


def read_fields(document: Document, name: str) -> tuple[list[ReadField], list[LeftOver]]:
    """The fields in a document's tables, and the rows and tables that look like fields and are none.

    `name` is what the draft calls the document.
    """
    reader = _Reader(name)
    for block in document.blocks:
        if isinstance(block, DocumentTable):
            reader.table(block)
        elif _is_title(block.text):
            reader.title = block.text
            if re.match(r"\d+[.)]\s+[A-Z]", block.text):
                reader.numbered = block.text
    fields = [made for raw in reader.rows if (made := _made(raw, name, reader.left)) is not None]
    _tell_repeated(fields)
    return fields, reader.left


def _is_title(text: str) -> bool:
    return len(text) < 90 and not text.endswith((".", ":", ";")) and "....." not in text


class _Reader:
    """Goes through the tables of a document, keeping the headings and the section that hold until others come."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.title = self.numbered = self.section = ""  # what stands above, the same with a number, what holds
        self.heading: FieldHeading | None = None
        self.parted: list[Row] = []
        self.rows: list[_Raw] = []
        self.left: list[LeftOver] = []

    def table(self, table: DocumentTable) -> None:
        """Take the fields of one table, or of the part of one that stands on a page."""
        table = self._whole(table)
        found = next((made for row in table.rows[:4] if not row.merged and (made := heading_of(row.cells))), None)
        if found is None:
            if self.heading is None or not _fits(table, self.heading):
                self._unknown(table)
                return
        elif found.kind != "fields":
            self.heading = None
            if found.kind == "items":
                question = (
                    "A table of headers without rules or numbers was not taken for fields: look whether they are."
                )
                self._leave(table, question, "nothing")
            return
        caption = re.sub(r"^Table \d+\W*", "", table.caption)
        if caption:
            self.section = caption
        elif found is not None and not table.rows[0].merged and self.title:
            # A table whose section stands above it; one that only goes on has no title before it on its page.
            self.section = self.title
        elif found is None and self.numbered:
            self.section = self.numbered
        self.title = self.numbered = ""
        for row in table.rows:
            self._row(row)

    def _whole(self, table: DocumentTable) -> DocumentTable:
        """The table with the first lines of its headings, where the end of a page parted these from the others."""
        before, self.parted = self.parted, []
        if not before:
            return table
        first = table.rows[0]
        width = max(len(before[-1].cells), len(first.cells))
        pairs = zip(before[-1].padded(width), first.padded(width), strict=True)
        heading = Row(tuple("\n".join(filter(None, pair)) for pair in pairs), first.page)
        if heading_of(heading.cells) is None:
            return table
        return DocumentTable((*before[:-1], heading, *table.rows[1:]), table.page, table.caption)

    def _unknown(self, table: DocumentTable) -> None:
        """A table without headings that does not go on with the last one."""
        self.parted = list(table.rows) if len(table.rows) <= 3 else []
        looks = [row for row in table.rows if _looks(row)]
        if len(looks) > 2 and len(looks) > 0.5 * len(table.rows):
            question = (
                "A table looks like fields and has no headings that are known: it was not taken, add them by hand."
            )
            self._leave(table, question, "not checked")

    def _row(self, row: Row) -> None:
        if row.merged or _is_section(row.cells):
            if _is_title(one_line(row.cells[0])):
                self.section = one_line(row.cells[0])
            return
        if (found := heading_of(row.cells)) is not None:
            self.heading = found
            return
        heading = self.heading
        if heading is None or not any(cell.strip() for cell in row.cells):
            return
        cells = list(row.padded(heading.width))
        columns = heading.columns
        number = cells[columns["number"]].strip() if "number" in columns else ""
        begins = bool(cells[columns["header"]].strip() and cells[columns["layout"]].strip())
        if number or begins or not self.rows:
            self.rows.append(_Raw(cells, heading, self.section, row.page, row.page))
            return
        last = self.rows[-1]
        last.cells = ["\n".join(filter(None, (cell, more))) for cell, more in zip(last.cells, cells, strict=False)]
        last.last = row.page

    def _leave(self, table: DocumentTable, question: str, standing: str) -> None:
        printed = "; ".join(row.printed for row in table.rows)
        self.left.append(LeftOver(f"table p. {table.page}", self.name, str(table.page), printed, question, standing))


def _looks(row: Row) -> bool:
    """Whether a row has a header and, beside it, a layout."""
    cells = [closed_up(cell) for cell in row.cells]
    return any(_HEADER.fullmatch(one) and read_layout(two)[0] for one, two in pairwise(cells))


def _is_section(cells: Sequence[str]) -> bool:
    """Whether a row whose cells no line made one holds the title of a section and nothing else."""
    return (
        len(cells) > 2
        and not any(cell.strip() for cell in cells[1:])
        and bool(re.match(r"(?:\d+[.)]\s+)?[A-Z][a-z]+", one_line(cells[0])))
    )


def _fits(table: DocumentTable, heading: FieldHeading) -> bool:
    """Whether a table without headings goes on with the columns of the last one."""
    rows = [row.padded(heading.width) for row in table.rows if not row.merged and len(row.cells) == heading.width]
    at, layout = heading.columns["header"], heading.columns["layout"]
    fitting = [row for row in rows if _HEADER.fullmatch(closed_up(row[at])) and read_layout(row[layout])[0]]
    return bool(rows) and len(fitting) >= 0.6 * len(rows)


def _made(raw: _Raw, name: str, left: list[LeftOver]) -> ReadField | None:
    columns = raw.heading.columns

    def cell(column: str) -> str:
        return without_marks(raw.cells[columns[column]]) if column in columns else ""

    printed = " | ".join(one_line(part) for part in raw.cells)
    page = str(raw.first) if raw.first == raw.last else f"{raw.first}-{raw.last}"
    header = closed_up(cell("header"))
    if not _HEADER.fullmatch(header):
        gone = not cell("layout").strip()
        question = "" if gone else "A row of the field table has no header that can be read: add the field by hand."
        key = f"row {one_line(cell('number')) or '?'} p. {page}"
        left.append(LeftOver(key, name, page, printed, question, "nothing" if gone else "not checked"))
        return None
    questions: list[str] = []
    layout, doubt = read_layout(cell("layout"))
    if doubt:
        questions.append(doubt)
    sets = _sets(raw, questions)
    section, group = _section(raw.section)
    return ReadField(
        header=header,
        header_printed=header,
        number=closed_up(cell("number")).rstrip("."),
        section=section,
        group=group,
        description=one_line(cell("description")),
        layout=layout,
        layout_printed=one_line(cell("layout")),
        rules=read_numbers(cell("rules")),
        sets=sets,
        introduced=one_line(cell("introduced")),
        document=name,
        page=page,
        printed=printed,
        questions=questions,
    )


def read_layout(printed: str) -> tuple[str, str]:
    """A printed layout as `C(36)`, `YYYYMMDD` …, and what is doubtful in it; both empty for none that is known."""
    text = closed_up(printed)
    if match := _DATE.fullmatch(text):
        return match[1].upper(), ""
    if match := _LAYOUT.fullmatch(text):
        doubt = "" if match[1] else f"The layout is printed {one_line(printed)}, without a letter: is it N, A or C?"
        return f"{match[1].upper()}({match[2]})", doubt
    return "", f"The layout {one_line(printed)!r} is not understood: put it right." if text else "No layout is printed."


def read_numbers(printed: str) -> tuple[str, ...]:
    """The numbers of rules in a cell, each once, ranges written out, whatever parts them."""
    found: list[str] = []

    def written(match: re.Match[str]) -> str:
        first, last = int(match[1]), int(match[2])
        return " ".join(map(str, range(first, last + 1))) if first < last <= first + 50 else match[0]

    text = _RANGE.sub(written, " ".join(printed.split()))
    found += _NUMBER.findall(text)
    return tuple(dict.fromkeys(found))


def _sets(raw: _Raw, questions: list[str]) -> dict[str, bool]:
    """The data sets of a field, from columns of ticks or from one column of names."""
    sets: dict[str, bool] = {}
    if "sets" in raw.heading.columns:
        return read_sets(raw.cells[raw.heading.columns["sets"]])
    for name, at in raw.heading.sets.items():
        text = "".join(raw.cells[at].split())
        mark = text.strip("()[]").lower()
        if mark in _YES or mark == "x":
            sets[name] = text == text.strip("()[]")
        elif mark not in _NO:
            questions.append(f"The mark {text!r} under {name} is not understood: does the field belong to {name}?")
    return sets


def read_sets(text: str) -> dict[str, bool]:
    """Names of data sets in a text (`AD, YP, (SA)`), each with whether it is asked for (not in brackets)."""
    return {name: not opened for opened, name in re.findall(r"(\(?)\b([A-Z]{2})\b", text)}


def _section(printed: str) -> tuple[str, str]:
    """A section's title and the group within it: `2. Episode details (children)` is Episode details, children."""
    text = re.sub(r"^\d+[.)]?\s+", "", one_line(printed))
    group = ""
    for match in re.findall(r"\(([a-z][^)]*)\)", text):
        group = "" if match.startswith("continued") else match
    title = re.sub(r"\s*\([a-z][^)]*\)", "", text)
    return re.sub(r"[\s,–-]+continued$", "", title, flags=re.IGNORECASE).strip(), group


def _tell_repeated(fields: Sequence[ReadField]) -> None:
    """Ask about numbers and headers that are printed twice."""
    numbers: dict[str, str] = {}
    for item in fields:
        if item.number and item.number in numbers:
            item.questions.append(
                f"The number {item.number} is printed twice, for {numbers[item.number]} and here; the order counts."
            )
        numbers.setdefault(item.number, item.header)


def by_header(fields: Iterable[ReadField]) -> dict[str, ReadField]:
    """The fields by their header; the first, where one stands twice."""
    found: dict[str, ReadField] = {}
    for item in fields:
        found.setdefault(item.header, item)
    return found
