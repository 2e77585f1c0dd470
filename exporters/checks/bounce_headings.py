"""The heading of a list of refusals: which of its columns say what; and what a data set's fields and rules are called.

A number under the name of lines is a record's own only in a row that is about one: beside it stands a field or rule of
the data set, which a sum or another heading has not.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from exporters.checks.bounce import Bounce, field_named, plain
from validators.standard.model import Standard

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
_TEXTS = frozenset(("message", "error", "errors", "description", "text", "fault", "warning", "warnings", "severity"))
DELIMITERS = "\t;,|"
_OWN_LIST = frozenset(("row", "severity", "rule", "field", "fields", "message", "accepted"))
"""What columns of this program's own list of findings are called: its rows are those of the store, not of a file."""
MANY_TOLD = "it may say how many there are: its number may be no line of the file"
OF_NOTHING = "no field or rule of the data set stands beside its number: it may be a sum, or no line of the file"
RULE = re.compile(r"\brule(?:\s+(?:number|no))?\.?\s*[:#]?\s*(\w[\w-]*)", re.IGNORECASE)


class KnownNames:
    """What the fields and rules of a data set are called, in lists of what was refused."""

    def __init__(self, standard: Standard, elements: Mapping[str, str]) -> None:
        """Take the data set, and its fields by what its files call them otherwise."""
        self._headers = {header.upper(): header for header in standard.headers}
        self._headers |= {_name(field.label).upper(): field.header for field in standard.fields}
        self._elements = elements
        self._rules = {_name(rule.id) for rule in standard.rules}
        called = {each for field in standard.fields for each in (field.header, field.label, field.description)}
        self._names = set(map(_name, called | elements.keys())) - {""}
        words = sorted({each.lower() for each in called | elements.keys() if each}, key=len, reverse=True)
        self._field = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")

    def field(self, text: str, cell: str = "") -> str:
        """The field that a cell names, else the first that the text does; "" for none."""
        own = self._headers.get(plain(cell)) or self._headers.get(_name(cell).upper())
        return own or field_named(text, self._headers) or field_named(text, self._elements)

    def is_field(self, cell: str) -> bool:
        """Whether a cell names a field, or several, and says nothing else: no sum of them."""
        rest = self._field.sub("", cell.lower())
        path = "" if re.search(r"\s", cell.strip()) else re.split(r"[/:{}]", cell)[-1]
        return any(_name(each) in self._names for each in (cell, path)) or not (_name(rest) or not _name(cell))

    def is_rule(self, cell: str) -> bool:
        """Whether a cell names a rule and says nothing else."""
        return _name(cell).removeprefix("rule").lstrip("0") in self._rules

    def are_in(self, text: str) -> bool:
        """Whether a text names a field or a rule anywhere."""
        rule = RULE.search(text)
        return self._field.search(text.lower()) is not None or (rule is not None and self.is_rule(rule[1]))

    def begin(self, text: str) -> bool:
        """Whether a text begins with a field or a rule."""
        return (self._field.match(text.lower()) or RULE.match(text)) is not None


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
    texts: int = 0
    """How many columns say what is wrong."""

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

    @property
    def is_plain(self) -> bool:
        """Whether it is one wherever it stands in a list: two of its columns are called as those of lists are."""
        return (
            self.texts
            + len(self.identifiers)
            + sum(one is not None for one in (self.line, self.field, self.rule, self.agency))
            > 1
        )

    def is_begun_anew(self, line: str) -> bool:
        """Whether words stand in the place of a row's number: what is below may have columns of its own."""
        cells = cells_of(line, self.delimiter)
        said = cells[self.line] if self.line is not None and self.line < len(cells) else ""
        return re.search(r"[^\W\d_]{2}", said) is not None and not re.search(r"\d", said)

    def read(self, one: Bounce, known: KnownNames) -> Bounce:
        """A line of the list with what its cells say."""
        cells = cells_of(one.text, self.delimiter)

        def cell(at: int | None) -> str:
            return cells[at].strip() if at is not None and at < len(cells) else ""

        line = cell(self.line)
        counted = int(line) if line.isascii() and line.isdigit() and len(line) < 10 else 0
        identifiers = tuple(filter(None, map(cell, self.identifiers)))
        if not counted or line.startswith("0"):
            identifiers = (*identifiers, line) if line else identifiers  # as no count is written
        told = (self.line, self.field, self.rule, self.agency, *self.identifiers)
        others = [(at, text.strip()) for at, text in enumerate(cells) if at not in told]
        beside = tuple(text for at, text in others if text and not (text.isdigit() and at in self.values))
        return replace(
            one,
            has_heading=True,
            counted=counted,
            cells=identifiers,
            beside=beside,
            agency=cell(self.agency),
            field=known.field(one.text, cell(self.field)),
            rule=cell(self.rule),
            unsure=MANY_TOLD if self.is_of_many and counted else "",
            unplaced="" if self._is_about(cell(self.field), cell(self.rule), cells, known) else OF_NOTHING,
            called=self.called,
        )

    def _is_about(self, field: str, rule: str, cells: Sequence[str], known: KnownNames) -> bool:
        """Whether a row is about a field or a rule, by the column that says so; by all it says where there is none."""
        if self.field is not None:
            return known.is_field(field)
        if self.rule is not None:
            return known.is_rule(rule)
        beside = " ".join(text for at, text in enumerate(cells) if at != self.line)
        return not beside.strip() or known.are_in(beside)


def cells_of(text: str, delimiter: str) -> list[str]:
    """The cells of one line of a table."""
    return next(csv.reader([text], delimiter=delimiter), [])


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def heading_of(first: str, standard: Standard) -> BounceHeading | None:
    """The heading that a line is; None where it is none."""
    known = _identifiers(standard)
    for delimiter in DELIMITERS:
        names = [_name(cell) for cell in cells_of(first, delimiter)]
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
            texts = sum(name in _TEXTS for name in names)
            return BounceHeading(delimiter, len(names), line, field, rule, identifiers, agency, values, column, texts)
    return None


def _identifiers(standard: Standard) -> frozenset[str]:
    """What columns of identifiers may be called: by header, label and published name."""
    headers = {standard.role(role) for role in ("episode_id", "client_id", "client_reference")}
    headers |= {section.id_field for section in standard.event_sections if section.id in standard.named_sections}
    return _CLIENTS.union(*(_names(standard, header) for header in headers if header))


def _names(standard: Standard, header: str) -> frozenset[str]:
    """What a column of a field may be called."""
    field = standard.by_header[header]
    return frozenset(map(_name, (field.header, field.label, field.description))) - {""}
