"""Code lists and lists of areas: which fields they are for, their codes, and what is not to be had from them."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from exporters.documents.dates_in_words import last_day
from exporters.documents.document import Document, DocumentTable, Paragraph, Row, closed_up, one_line, without_marks
from exporters.documents.fields import LeftOver, read_sets
from exporters.documents.headings import KNOWN_SETS, FieldHeading, heading_of

_NAME = "[A-Z][A-Z0-9_]{1,14}"
_IN_BRACKETS = re.compile(rf"^(.*?)\s*\(((?:{_NAME})(?:(?:\s*[,;/]\s*|\s+and\s+|\s+)(?:{_NAME}))*)\)\s*$")
_FROM_TO = re.compile(
    rf"^(.*?)\s*\(?(?:all )?(?:items|fields|columns) from ({_NAME}) to ({_NAME})\)?\s*$", re.IGNORECASE
)
_SPAN = re.compile(r"(\d{1,4})\s*(?:[–—-]|to)\s*(\d{1,4})")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,19}")
_ELSEWHERE = re.compile(r"\bsee\b|\bnot repeated\b|\brefer to\b|\bISO \d+|\bpublished by\b", re.IGNORECASE)
_RESERVED = re.compile(r"reserved|not to be used|do not use|must not be used", re.IGNORECASE)
_LONGEST_RANGE = 300


@dataclass(slots=True)
class ReadCode:
    """A code of a list. `valid_to` is the last day on which a record may begin with it, ISO; `sets`: empty is all."""

    code: str
    text: str
    note: str = ""
    valid_to: str = ""
    sets: tuple[str, ...] = ()
    group: str = ""
    page: str = ""
    printed: str = ""
    allowed: bool = True
    question: str = ""


@dataclass(slots=True)
class ReadList:
    """A list as a document has it, for the fields named in its heading.

    `spans` are ranges of whole numbers that stand for codes; `elsewhere` says to which other publication the document
    refers. `again` are codes that stand in it a second time with other words.
    """

    title: str
    headers: list[str]
    document: str
    page: str
    printed: str
    codes: list[ReadCode] = field(default_factory=list)
    spans: list[tuple[int, int, str]] = field(default_factory=list)
    again: list[ReadCode] = field(default_factory=list)
    elsewhere: str = ""
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    id: str = ""

    @property
    def has_codes(self) -> bool:
        """Whether anything may stand in its fields by it."""
        return bool(self.codes or self.spans)


def read_lists(document: Document, name: str, headers: Collection[str]) -> tuple[list[ReadList], list[LeftOver]]:
    """The lists of a document. `headers` are the fields of the edition, in their order, as far as they are known."""
    reader = _ListReader(name, list(headers))
    for block in document.blocks:
        if isinstance(block, DocumentTable):
            reader.table(block)
        else:
            reader.paragraph(block)
    return [item for item in reader.lists if item.has_codes or item.elsewhere], reader.left


class _ListReader:
    """Goes through a document; the last heading that names fields holds until another heading comes."""

    def __init__(self, name: str, headers: list[str]) -> None:
        self.name, self.headers = name, headers
        self.lists: list[ReadList] = []
        self.left: list[LeftOver] = []
        self.current: ReadList | None = None
        self.heading: FieldHeading | None = None
        self.sets: tuple[str, ...] = ()
        self.group = ""
        self.seen: dict[tuple[int, str], list[ReadCode]] = {}

    def paragraph(self, block: Paragraph) -> None:
        """A heading of a list, of data sets within one, a range in words, a reference elsewhere, or a note."""
        text = without_marks(block.text).strip()
        if (found := self._named(text, block)) is not None:
            self._begin(found)
            return
        if self.current is None:
            return
        if re.match(r"\d+\.\s+\S", text) and len(text) < 80:
            self.current = None
            return
        sets = _sets_named(text)
        if sets:
            self.sets, self.group = sets, ""
            return
        if not self.current.codes and (span := _range_in_words(text)):
            self.current.spans.append((*span, ""))
            self.current.printed += f" | {text}"
        elif _ELSEWHERE.search(text) and not self.current.codes:
            self.current.elsewhere = text
        else:
            self.current.notes.append(text)

    def table(self, table: DocumentTable) -> None:
        """A table of codes, or a heading that stands in a table of one row."""
        cells = [one_line(cell) for cell in table.rows[0].cells]
        if len(table.rows) == 1 and len(cells) == 2 and self._is_header(cells[1]):
            self._begin(ReadList(cells[0], self._split(cells[1]), self.name, str(table.page), " | ".join(cells)))
            return
        if table.caption and (found := self._named(table.caption, Paragraph(table.caption, table.page))):
            self._begin(found)
        begins = [at for at, row in enumerate(table.rows[:3]) if (made := heading_of(row.cells)) is not None]
        if not begins:
            if self.current is not None and self.heading is not None and self.current.codes:
                self._rows(table, table.rows)
            return
        made = heading_of(table.rows[begins[0]].cells)
        if made is None or made.kind != "codes":
            self.heading = None
            if made is not None:
                self.current = None
            return
        for row in table.rows[: begins[0]]:
            found = self._named(one_line(row.cells[0]), Paragraph(one_line(row.cells[0]), table.page))
            if found is not None:
                self._begin(found)
        if "header" in made.columns:
            self._by_header(table, made, begins[0] + 1)
            return
        if self.current is None and table.caption.upper() in self.headers:
            title = table.caption.upper()
            self._begin(ReadList(title, [title], self.name, str(table.page), table.caption))
        if self.current is None:
            question = "A table of codes names no field above it: say for which field it is."
            printed = "; ".join(row.printed for row in table.rows)
            self.left.append(LeftOver(f"table p. {table.page}", self.name, str(table.page), printed, question))
            return
        self.heading = made
        self._rows(table, [row for row in table.rows[begins[0] + 1 :] if heading_of(row.cells) is None])

    def _by_header(self, table: DocumentTable, heading: FieldHeading, at: int) -> None:
        """A table with a column for the field: the codes of each field are a list."""
        lists: dict[str, ReadList] = {}
        for row in table.rows[at:]:
            name = closed_up(row.padded(heading.width)[heading.columns["header"]])
            if not name:
                continue
            if name not in lists:
                lists[name] = ReadList(name, self._split(name), self.name, str(row.page), row.printed)
                self.lists.append(lists[name])
            self.current, self.heading, self.sets, self.group = lists[name], heading, (), ""
            self._code(row.padded(heading.width), heading, row)
        self.current = None

    def _begin(self, found: ReadList) -> None:
        self.current, self.heading, self.sets, self.group = found, None, (), ""
        self.lists.append(found)

    def _is_header(self, text: str) -> bool:
        return bool(re.fullmatch(rf"\(?{_NAME}(?:\s*[,;]\s*{_NAME})*\)?", text)) and any(c.isupper() for c in text)

    def _split(self, text: str) -> list[str]:
        return list(dict.fromkeys(re.findall(_NAME, text)))

    def _named(self, text: str, block: Paragraph) -> ReadList | None:
        """A heading that names the fields of a list; None for another text."""
        plain = one_line(text)
        if "....." in plain:
            return None
        if match := _FROM_TO.match(plain):
            first, last = match[2], match[3]
            if first in self.headers and last in self.headers:
                between = self.headers[self.headers.index(first) : self.headers.index(last) + 1]
                return ReadList(match[1].strip(" (–-"), list(between), self.name, str(block.page), plain)
        if match := _IN_BRACKETS.match(plain):
            named = self._split(match[2])
            if all(item in KNOWN_SETS for item in named):
                return None
            title = re.sub(r"^\d+\.\s+", "", match[1])
            if len(title) < 120 and title and not title.endswith("."):
                return ReadList(title, named, self.name, str(block.page), plain)
        return None

    def _rows(self, table: DocumentTable, rows: Iterable[Row]) -> None:
        """The codes of one table; where two tables stand beside each other, the left half of a group comes first."""
        heading, current = self.heading, self.current
        if heading is None or current is None:
            return
        half = heading.width // heading.parts
        waiting: list[Row] = []
        for row in rows:
            if row.merged or (len(row.cells) == 1 and heading.width > 1):
                self._group(waiting, half)
                waiting = []
                self.group = one_line(row.cells[0])
            else:
                waiting.append(row)
        self._group(waiting, half)

    def _group(self, rows: list[Row], half: int) -> None:
        heading = self.heading
        if heading is None:
            return
        for part in range(heading.parts):
            for row in rows:
                cells = row.padded(heading.width)[part * half : (part + 1) * half]
                if any(cell.strip() for cell in cells):
                    self._code(cells, heading, row)

    def _code(self, cells: tuple[str, ...], heading: FieldHeading, row: Row) -> None:
        current, columns = self.current, heading.columns
        assert current is not None

        def cell(name: str) -> str:
            return one_line(without_marks(cells[columns[name]])) if name in columns else ""

        code, text, note = closed_up(cell("code")), cell("text"), cell("notes")
        if not code:
            if current.codes and (text or note):
                before = current.codes[-1]
                before.text, before.note = f"{before.text} {text}".strip(), f"{before.note} {note}".strip()
                _judge(before)
            return
        if not text and not note and re.search("[a-z]{3}", cell("code")):
            self.group = cell("code")  # the row of a group, which no line makes one cell
            return
        made = ReadCode(code, text, note, page=str(row.page), printed=" | ".join(one_line(part) for part in cells))
        made.group = cell("group") or self.group
        if within := cell("within"):
            made.group, made.note = within, cell("lies") and f"Lies in {cell('lies')}"
        ticked = [name for name, at in heading.sets.items() if cells[at].strip() not in ("", "-", "–", "—")]
        made.sets = tuple(ticked) or tuple(read_sets(cell("sets"))) or self.sets
        if span := _SPAN.fullmatch(cell("code")):
            if _RESERVED.search(f"{text} {note}"):
                made.allowed = False
                current.again.append(made)
            else:
                current.spans.append((int(span[1]), int(span[2]), f"{text} {note}".strip()))
                current.printed += f" | {made.printed}"
            return
        _judge(made)
        if code[0] in "=+@" or not _CODE.fullmatch(code):
            made.allowed = False
            made.question = f"{code!r} is no code that could be typed: put it right or leave it out."
            current.again.append(made)
        elif any(not _apart(made, other) for other in self._alike(current, code)):
            made.question = f"The code {code} stands twice, here as {text!r}: which is right?"
            current.again.append(made)
        else:
            self._alike(current, code).append(made)
            current.codes.append(made)

    def _alike(self, current: ReadList, code: str) -> list[ReadCode]:
        """The codes of a list that are written the same."""
        return self.seen.setdefault((id(current), code), [])


def _apart(one: ReadCode, other: ReadCode) -> bool:
    return bool(one.sets and other.sets) and not set(one.sets) & set(other.sets) and one.text == other.text


def _judge(code: ReadCode) -> None:
    """What the words beside a code say of its last day and its data sets."""
    day = last_day(code.note) or last_day(code.text)
    if day is not None:
        code.valid_to = day.isoformat()
    if match := re.fullmatch(r"(.*?)\s*\(((?:until|to|closed|ended|abolished)\b[^)]*)\)", code.text):
        code.text, code.note = match[1], "; ".join(filter(None, (match[2], code.note)))
    only = re.search(r"\b((?:(?:AD|YP|SA|SY)(?:,\s*|\s+and\s+|\s+or\s+|\s*&\s*|\b))+)\s*only\b", code.note)
    if only:
        code.sets = tuple(read_sets(only[1]))


def _sets_named(text: str) -> tuple[str, ...]:
    """The data sets that a heading within a list names: `Adults (AD and SA)`, `YP and SY`."""
    named = tuple(read_sets(text))
    bare = re.sub(r"\([^)]*\)", "", text)
    words = re.sub(r"\b(?:AD|YP|SA|SY|and|or|only)\b|[,&/():]", " ", bare).split()
    if named and all(name in KNOWN_SETS for name in named) and len(words) <= 3 and len(text) < 60:
        return named
    return ()


def _range_in_words(text: str) -> tuple[int, int] | None:
    """A range that stands for a list: `0-28`, `Any whole number from 0 to 200`."""
    pattern = (
        r"(?:any |a )?(?:(?:whole )?numbers?|value|integer)?\s*(?:from |between )?(\d{1,4})\s*"
        r"(?:[–—-]|to|and)\s*(\d{1,4})(?:\s*\(inclusive\)|,? both included|,? inclusive)?\.?"
    )
    match = re.fullmatch(pattern, text.strip(), re.IGNORECASE)
    return (int(match[1]), int(match[2])) if match and int(match[1]) < int(match[2]) else None


def attach(lists: list[ReadList], headers: Collection[str], left: list[LeftOver]) -> None:
    """Put the names in the headings of lists right by the fields there are; a list for no field is left.

    A name that lacks or has one letter more than the one field that no other list names is that field, with a question.
    """
    if not headers:
        return
    named = {header for item in lists for header in item.headers}
    for item in list(lists):
        for header in list(item.headers):
            if header in headers:
                continue
            near = [own for own in headers if own not in named and one_letter_apart(own, header)]
            at = item.headers.index(header)
            if len(near) == 1:
                item.headers[at] = near[0]
                item.questions.append(f"The list is headed {header}; it is taken for {near[0]}: is that right?")
            else:
                del item.headers[at]
                item.questions.append(f"The list is headed {header}, which is no field of the edition.")
        if not item.headers:
            lists.remove(item)
            codes = ", ".join(code.code for code in item.codes)
            question = f"{item.questions[-1]} It was not taken."
            left.append(
                LeftOver(item.title or item.printed, item.document, item.page, f"{item.printed}: {codes}", question)
            )


def one_letter_apart(one: str, other: str) -> bool:
    """Whether one name is the other with one letter, no digit, left out."""
    short, long = sorted((one, other), key=len)
    if len(long) != len(short) + 1 or len(short) < 4:
        return False
    return any(long[:at] + long[at + 1 :] == short and long[at].isalpha() for at in range(len(long)))
