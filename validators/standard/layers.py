"""The tables of a pack as they stand after all that changes them: what it extends, a site's own lists, one data set.

A pack is read from one or several folders, the base first. A table that a later folder does not have is inherited; one
that it has replaces it, and one with a column `change` changes it, row by row. From an edition with several data sets
only what belongs to the chosen one is given: what looks at a field that is not there says nothing.
"""

import csv
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from validators.standard.pack_tables import TomlTable, fail, read_table

FIELD_COLUMNS = (
    "column", "header", "section", "group", "label", "description", "layout", "required", "codes", "keyed",
    "skip_when", "introduced",
)  # fmt: skip
FIELD_EXTRAS = ("carried", "data_sets", "status", "source", "valid_from", "valid_to", "change", "was", "after")
LIST_COLUMNS = ("list", "title", "status", "complete", "source", "note")
CODE_COLUMNS = ("code", "label", "grade")
CODE_EXTRAS = ("help", "data_sets", "valid_from", "valid_to", "source", "group", "note", "successor", "change")
RULE_COLUMNS = (
    "rule", "title", "pattern", "fields", "parameters", "severity", "store_severity", "message", "silences", "help",
    "reading", "source",
)  # fmt: skip
RULE_EXTRAS = ("status", "wording", "data_sets", "change")
# Parameters of rules that list headers.
HEADERS_IN = ("other", "owner", "birth", "initials", "beside", "opened", "closed", "kind", "from", "to",
              "started", "on", "within")  # fmt: skip
_EMPTIED = "-"
_ABOUT_RULE = ("title", "help", "reading", "source")
# Arrays of standard.toml whose tables are known by a key, so that a later folder can change one of them.
_KEYED_BY = {
    **dict.fromkeys(("sections", "variants", "settings", "measures"), "id"),
    "documents": "name",
    "enquiries": "address",
}
_LISTS_OF_HEADERS = (
    ("no_consent", "carries"),
    ("submission", "extracted_when"),
    ("guarded", "headers"),
    ("journeys", "attributor"),
)
_WORD = re.compile(r"[^\s=;|!]+")

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class PackRow:
    """A row of a pack's table: where it stands, in the how-manieth folder, and its cells."""

    path: Path
    line: int
    layer: int
    cells: Cells


class Pack:
    """The folders of one pack, the base first, seen as one; `variant` is the data set that is wanted, or empty."""

    def __init__(self, folders: Sequence[Path], variant: str = "") -> None:
        """Read standard.toml. Raises PackError."""
        self.folders = tuple(folders)
        holders = [folder for folder in folders if (folder / "standard.toml").exists()]
        self.path = (holders[-1] if holders else folders[0]) / "standard.toml"
        self.variant = variant
        self.values = self._merged_toml()

    def toml(self) -> TomlTable:
        """What standard.toml says, of the chosen data set only."""
        values = self._without_gone(self.values)
        sections = []
        for one in values.get("sections", ()):
            told = one.get("data_sets", "") if isinstance(one, dict) else ""
            if isinstance(told, str) and self._belongs(told, self.path, 0)[0]:
                sections.append({name: value for name, value in one.items() if name != "data_sets"})
        return TomlTable(self.path, {**values, "sections": sections}, "")

    def _merged_toml(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for number, folder in enumerate(self.folders):
            path = folder / "standard.toml"
            if number and not path.exists():
                continue
            values = _merged(_renamed(values, self.renames.get(number, {})), _read_toml(path))
        return values

    @cached_property
    def renames(self) -> dict[int, dict[str, str]]:
        """Which headers each folder renames, by the number of the folder: header before → header."""
        found: dict[int, dict[str, str]] = {}
        for number, folder in enumerate(self.folders):
            path = folder / "fields.csv"
            if number and path.exists():
                rows = read_table(path, FIELD_COLUMNS, FIELD_EXTRAS)
                own = {row["was"]: row["header"] for _, row in rows if row.get("change") == "renamed"}
                if own:
                    found[number] = own
        return found

    # The data sets.

    @cached_property
    def names(self) -> dict[str, str]:
        """The data sets by the names that `data_sets` uses: name → id."""
        return {str(one.get("name", "")): str(one.get("id", "")) for one in self.values.get("variants", ())}

    def belongs(self, row: PackRow) -> tuple[bool, bool]:
        """Whether a row belongs to the chosen data set, and whether that is asked for it (not only accepted)."""
        return self._belongs(row.cells.get("data_sets", ""), row.path, row.line)

    def _belongs(self, told: str, path: Path, line: int) -> tuple[bool, bool]:
        if not told:
            return True, True
        asked: dict[str, bool] = {}
        for part in told.split():
            name = part.strip("()")
            if name not in self.names:
                fail(path, line, f"there is no data set {name!r} in standard.toml")
            asked[self.names[name]] = not part.startswith("(")
        if not self.variant:
            return True, True
        return self.variant in asked, asked.get(self.variant, False)

    # The tables.

    @cached_property
    def all_fields(self) -> list[PackRow]:
        """Every field of the edition, of whichever data set."""
        rows = self._table("fields.csv", FIELD_COLUMNS, FIELD_EXTRAS, ("header",))
        found: list[PackRow] = []
        for row in rows:
            told = self._told_now(row, ("skip_when",))
            if len(self.folders) > 1:
                told = replace(told, cells={**told.cells, "column": str(len(found) + 1)})
            found.append(told)
        return found

    @cached_property
    def fields(self) -> list[PackRow]:
        """The fields of the chosen data set; one that is only accepted is not required."""
        found = []
        for row in self.all_fields:
            here, asked = self.belongs(row)
            if here:
                skip = row.cells["skip_when"]
                kept = "" if self.gone & set(_WORD.findall(skip)) else skip
                required = row.cells["required"] if asked else ""
                found.append(replace(row, cells={**row.cells, "skip_when": kept, "required": required}))
        return found

    @cached_property
    def gone(self) -> frozenset[str]:
        """The headers that are known and are not here: of other data sets, or of an edition before."""
        here = {row.cells["header"] for row in self.all_fields if self.belongs(row)[0]}
        return frozenset(self.before.keys() | {row.cells["header"] for row in self.all_fields}) - here

    @cached_property
    def before(self) -> dict[str, str]:
        """The fields of the folders below: header → section."""
        found: dict[str, str] = {}
        for folder in self.folders[:-1]:
            if (folder / "fields.csv").exists():
                rows = read_table(folder / "fields.csv", FIELD_COLUMNS, FIELD_EXTRAS)
                found |= {row["header"]: row["section"] for _, row in rows}
        return found

    def lists(self) -> list[PackRow]:
        """The code lists; of an edition with data sets only those that a field here takes."""
        rows = self._table("codes/lists.csv", LIST_COLUMNS, ("change",), ("list",))
        if not self.variant:
            return rows
        elsewhere = {row.cells["codes"] for row in self.all_fields} - {row.cells["codes"] for row in self.fields}
        return [row for row in rows if row.cells["list"] not in elsewhere]

    def codes(self, name: str) -> list[PackRow] | None:
        """The codes of a list that belong to the chosen data set; None where no folder has its file."""
        file = f"codes/{name}.csv"
        if not any((folder / file).exists() for folder in self.folders):
            return None
        rows = self._table(file, CODE_COLUMNS, CODE_EXTRAS, ("code", "label"))
        return [row for row in rows if not row.cells.get("data_sets") or self.belongs(row)[0]]

    def place_of(self, file: str) -> Path:
        """Where a file of the pack stands: in the last folder that has it, else where it should be."""
        holders = [folder for folder in self.folders if (folder / file).exists()]
        return (holders[-1] if holders else self.folders[-1]) / file

    def rules(self) -> list[PackRow]:
        """The rows of the rules that say anything here."""
        rows = self._table("rules.csv", RULE_COLUMNS, RULE_EXTRAS, ("rule",))
        about = {row.cells["rule"]: row.cells for row in reversed(rows)}
        here = [self._told_now(row, ("fields", "parameters")) for row in rows if self.belongs(row)[0]]
        kept = [left_of for row in here if (left_of := self._row_without_gone(row)) is not None] if self.gone else here
        if len(kept) == len(rows):
            return kept
        left = {row.cells["rule"] for row in kept}
        found = []
        for number, row in enumerate(kept):
            cells = dict(row.cells)
            first = not number or kept[number - 1].cells["rule"] != cells["rule"]
            if first and not cells["title"]:  # the row that told of the rule says nothing here
                cells |= {name: about[cells["rule"]][name] for name in _ABOUT_RULE}
            if silenced := cells["silences"].split():
                cells["silences"] = " ".join(one for one in silenced if one in left or one not in about)
            found.append(replace(row, cells=cells))
        return found

    def _row_without_gone(self, row: PackRow) -> PackRow | None:
        """The row without what is not here; None where it then says nothing."""
        fields = row.cells["fields"].split()
        kept = [name for name in fields if name not in self.gone]
        if fields and not kept:
            return None
        parameters = []
        for part in filter(None, (part.strip() for part in row.cells["parameters"].split(";"))):
            name, _, value = part.partition("=")
            if not self.gone & set(_WORD.findall(value)):
                parameters.append(part)
            elif name in (*HEADERS_IN, "with") and (left := [one for one in value.split() if one not in self.gone]):
                parameters.append(f"{name}={' '.join(left)}")
            elif name != "beside":
                return None
        if any(f"section={section}" in parameters for section in self._sections_gone):
            return None
        return replace(row, cells={**row.cells, "fields": " ".join(kept), "parameters": "; ".join(parameters)})

    @cached_property
    def sections(self) -> frozenset[str]:
        """The sections that have fields here."""
        return frozenset(row.cells["section"] for row in self.fields)

    @cached_property
    def _sections_gone(self) -> frozenset[str]:
        return frozenset(row.cells["section"] for row in self.all_fields) - self.sections

    def _told_now(self, row: PackRow, names: Iterable[str]) -> PackRow:
        """The row with headers called as later folders call them."""
        cells = row.cells
        for number, renamed in self.renames.items():
            if number > row.layer:
                cells = {**cells, **{name: _words_renamed(cells[name], renamed) for name in names}}
        return replace(row, cells=cells) if cells is not row.cells else row

    def _without_gone(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What standard.toml says without the fields and sections that are not here."""
        if not self.gone:
            return dict(values)

        def kept(names: Any) -> Any:
            return [one for one in names if one not in self.gone] if isinstance(names, list) else names

        found = dict(values)
        sections = values.get("sections", [])
        found["sections"] = [one for one in sections if one.get("id") not in self._sections_gone]
        for table in ("roles", "shortened", "printed"):
            if isinstance(held := values.get(table), dict):
                found[table] = {
                    name: text for name, text in held.items() if name not in self.gone and text not in self.gone
                }
        for key in ("numbered", "any_character", "second_keying"):
            found[key] = kept(values.get(key, []))
        for table, key in _LISTS_OF_HEADERS:
            if isinstance(held := values.get(table), dict) and key in held:
                found[table] = {**held, key: kept(held[key])}
        for table, key in (("journeys", "started"), ("guarded", "consent")):
            if isinstance(held := values.get(table), dict) and held.get(key) in self.gone:
                del found[table]
        return found

    def _table(
        self, file: str, columns: tuple[str, ...], extras: tuple[str, ...], key: tuple[str, ...]
    ) -> list[PackRow]:
        """A table as all folders together have it. Raises PackError where none has it."""
        rows: list[PackRow] = []
        found = False
        for number, folder in enumerate(self.folders):
            path = folder / file
            if not path.exists() and (found or number < len(self.folders) - 1):
                continue
            read = [PackRow(path, line, number, cells) for line, cells in read_table(path, columns, extras)]
            rows = _changed(rows, read, key) if number and "change" in _heading(path) else read
            found = True
        return rows


def _heading(path: Path) -> Collection[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines), [])


def _changed(rows: list[PackRow], changes: Sequence[PackRow], key: tuple[str, ...]) -> list[PackRow]:
    """The rows of the base after a folder's changes. Raises PackError for one that does not fit the base."""

    def name_of(row: PackRow) -> str:
        return next((cell for name in key if (cell := row.cells.get(name, ""))), "")

    def places(name: str) -> list[int]:
        return [number for number, one in enumerate(names) if one == name]

    found, renewed = list(rows), set[str]()
    # Each row's name: hundreds of rows are looked for, each among all.
    names = [name_of(row) for row in found]
    for change in changes:
        kind, name = change.cells["change"], name_of(change)
        was = change.cells.get("was", "") if kind == "renamed" else name
        at = places(was)
        if kind not in ("plus", "minus", "changed", "renamed"):
            fail(change.path, change.line, f"change is {kind!r}, which is none of plus, minus, changed, renamed")
        if (kind == "plus") == bool(at) and name not in renewed:
            there = "is there already" if at else "is not in what it changes"
            fail(change.path, change.line, f"{was!a} {there}")
        if kind == "minus":
            for number in reversed(at):
                del found[number], names[number]
        elif kind in ("changed", "renamed") and key != ("rule",):
            found[at[0]] = _filled(found[at[0]], change)
            names[at[0]] = name_of(found[at[0]])
        elif kind == "changed" and name not in renewed:  # a rule: all its rows are replaced
            found[at[0] : at[-1] + 1], names[at[0] : at[-1] + 1] = [change], [name]
            renewed.add(name)
        else:
            renewed.add(name)
            place = _place(found, change, places)
            found.insert(place, change)
            names.insert(place, name)
    return found


def _place(found: Sequence[PackRow], change: PackRow, places: Callable[[str], list[int]]) -> int:
    """Where a new row goes: behind the one it names, behind those of its rule or section, else to the end."""
    if after := change.cells.get("after", ""):
        at = places(after)
        if not at:
            fail(change.path, change.line, f"there is no {after!a} that it could stand behind")
        return at[-1] + 1
    for name in ("rule", "section"):
        if name in change.cells:
            wanted = change.cells[name]
            behind = (number for number in range(len(found), 0, -1) if found[number - 1].cells.get(name) == wanted)
            return next(behind, len(found))
    return len(found)


def _filled(row: PackRow, change: PackRow) -> PackRow:
    """A row with the cells of the change: an empty cell leaves it as it is, `-` empties it."""
    own = {name: cell for name, cell in change.cells.items() if cell and name not in ("change", "after")}
    cells = {**row.cells, **{name: "" if cell == _EMPTIED else cell for name, cell in own.items()}}
    return PackRow(change.path, change.line, row.layer, cells)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        fail(path, 0, "the file is missing")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        fail(path, 0, f"not TOML: {error}" if isinstance(error, tomllib.TOMLDecodeError) else "it cannot be read")


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Two tables of TOML: keys replace, tables merge, arrays of tables merge by their id."""
    found = dict(base)
    for key, value in own.items():
        before = base.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            found[key] = _merged(before, value)
        elif key in _KEYED_BY and isinstance(value, list) and isinstance(before, list):
            found[key] = _merged_tables(before, value, _KEYED_BY[key])
        else:
            found[key] = value
    return found


def _merged_tables(before: Sequence[Any], own: Sequence[Any], key: str) -> list[Any]:
    found = list(before)
    for table in own:
        same = [
            number
            for number, one in enumerate(found)
            if isinstance(table, dict) and isinstance(one, dict) and one.get(key) == table.get(key)
        ]
        if same:
            found[same[0]] = {**found[same[0]], **table}
        else:
            found.append(table)
    return found


def _words_renamed(text: str, renamed: Mapping[str, str]) -> str:
    return _WORD.sub(lambda match: renamed.get(match[0], match[0]), text)


def _renamed(value: Any, renamed: Mapping[str, str]) -> Any:
    """A value of TOML with headers called as they are now, also where they are keys."""
    if not renamed:
        return value
    if isinstance(value, dict):
        return {renamed.get(key, key): _renamed(one, renamed) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, renamed) for one in value]
    return renamed.get(value, value) if isinstance(value, str) else value
