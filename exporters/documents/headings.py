"""The headings of tables, by their synonyms: what kind of table it is and what stands in which column."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# What the columns of a table of fields, of rules and of codes are called. Compared in lower case, letters only.
_WORDS = {
    "number": (
        "col no|column no|column number|col number|col|column|no|number|field no|field number|item no|item number"
    ),
    "description": (
        "field description|description|item|field|field name|data item|item description|name of item|name of field"
    ),
    "header": (
        "csv file header|csv header|header|csv field|csv column|csv file heading|csv heading|column header|heading"
        "|column heading|csv name|csv file column|csv field name|csv fieldname"
    ),
    "layout": "layout|format|field layout|data format|field format|data type|type and length|length and type",
    "rules": (
        "additional rules|rules|verification rules|validation rules|rule numbers|rule nos|rule no|rule number"
        "|additional verification rules|additional validation rules|checks"
    ),
    "introduced": (
        "cds introduced|introduced|since|introduced in|introduced with|dataset introduced|data set introduced|new in"
    ),
    "sets": "data sets|data set|datasets|dataset|applies to|collected for",
    "code": "code|codes|value|values|reference code|code value|permitted value|permissible value",
    "text": (
        "text|description|meaning|label|country|area|local authority|authority|establishment|name|item|value text"
        "|code description|reference item|title|stands for"
    ),
    "notes": "notes|note|comment|comments|remark|remarks|additional information",
    "group": "group|category|region",
}
_RULE_NUMBER = "rule no|rule number|rule|no|number|rule id|id|verification rule no|validation rule no"
_RULE_WORDING = (
    "description|rule|wording|verification rule|validation rule|rule description|text|check|verification"
    "|validation|meaning|what is checked"
)
# Data sets are known by two capital letters; these are those of the community edition.
KNOWN_SETS = ("AD", "YP", "SA", "SY")


@dataclass(frozen=True, slots=True)
class FieldHeading:
    """What a table holds (`fields`, `items`, `rules` or `codes`) and which columns: names to positions.

    `items` are headers with layouts that no rule and no number goes with: not fields of the edition. `sets` are the
    columns of data sets; `parts` how many tables stand beside each other; `whole`: every heading is known.
    """

    kind: str
    columns: dict[str, int]
    sets: dict[str, int]
    width: int
    parts: int = 1
    whole: bool = True

    @property
    def key(self) -> int:
        """The column that begins a row."""
        return self.columns.get("number", self.columns.get("code", 0))


@lru_cache(maxsize=4096)
def _plain(cell: str) -> str:
    return " ".join(re.sub(r"[^a-z]+", " ", cell.lower()).split())


@lru_cache(maxsize=4096)
def _names(cell: str) -> frozenset[str]:
    plain = _plain(cell)
    closed = plain.replace(" ", "")
    found = {
        name
        for name, words in _WORDS.items()
        if plain in words.split("|") or closed in [word.replace(" ", "") for word in words.split("|")]
    }
    return frozenset(found)


def _is(cell: str, words: str) -> bool:
    plain = _plain(cell)
    return plain in words.split("|") or plain.replace(" ", "") in [word.replace(" ", "") for word in words.split("|")]


def heading_of(cells: Sequence[str]) -> FieldHeading | None:
    """What the headings of a table say, None for headings of no table that is read."""
    filled = [cell for cell in cells if cell.strip()]
    if len(filled) < 2 or any(len(cell) > 60 for cell in cells):
        return None
    return _fields(cells) or _rules(cells) or _codes(cells)


def _fields(cells: Sequence[str]) -> FieldHeading | None:
    columns: dict[str, int] = {}
    sets: dict[str, int] = {}
    unknown = 0
    for at, cell in enumerate(cells):
        names = _names(cell)
        name = next(
            (
                name
                for name in ("number", "header", "layout", "rules", "introduced", "sets", "description", "notes")
                if name in names and name not in columns
            ),
            None,
        )
        if name is not None:
            columns[name] = at
        elif re.fullmatch("[A-Z]{2}", "".join(cell.split())):
            sets["".join(cell.split())] = at
        elif cell.strip():
            unknown += 1
    if not {"header", "layout", "description"} <= columns.keys():
        return None
    kind = "fields" if columns.keys() & {"number", "rules"} else "items"
    return FieldHeading(kind, columns, sets, len(cells), whole=unknown == 0)


def _rules(cells: Sequence[str]) -> FieldHeading | None:
    filled = [at for at, cell in enumerate(cells) if cell.strip()]
    if len(filled) not in (2, 3):
        return None
    number, wording = filled[:2]
    if not (_is(cells[number], _RULE_NUMBER) and _is(cells[wording], _RULE_WORDING)):
        return None
    if "rule" not in _plain(cells[number]) + _plain(cells[wording]) and _plain(cells[wording]) not in (
        "verification",
        "validation",
    ):
        return None
    return FieldHeading("rules", {"number": number, "wording": wording}, {}, len(cells), whole=len(filled) == 2)


def _codes(cells: Sequence[str]) -> FieldHeading | None:
    plain = [_plain(cell) for cell in cells]
    half = len(cells) // 2
    if len(cells) % 2 == 0 and half >= 2 and plain[:half] == plain[half:]:
        one = _codes(cells[:half])
        return None if one is None else FieldHeading("codes", one.columns, one.sets, len(cells), 2, one.whole)
    columns: dict[str, int] = {}
    sets: dict[str, int] = {}
    unknown = 0
    for at, cell in enumerate(cells):
        names = _names(cell)
        if re.fullmatch("[A-Z]{2}", cell.strip()) and cell.strip() in KNOWN_SETS:
            sets[cell.strip()] = at
        elif "code" in names or (plain[at].endswith(" code") and "code" not in columns):
            columns["code" if "code" not in columns else "within"] = at
        elif plain[at].endswith(" code"):
            columns.setdefault("within", at)
        elif "text" in names and "text" not in columns:
            columns["text"] = at
        elif "notes" in names:
            columns["notes"] = at
        elif "sets" in names:
            columns["sets"] = at
        elif "group" in names:
            columns["group"] = at
        elif ("header" in names or plain[at] in ("field", "field name")) and "header" not in columns:
            columns["header"] = at
        elif "within" in columns and "lies" not in columns:
            columns["lies"] = at
        elif cell.strip():
            unknown += 1
    if not {"code", "text"} <= columns.keys():
        return None
    return FieldHeading("codes", columns, sets, len(cells), whole=unknown == 0)
