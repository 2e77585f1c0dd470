"""The folder of a draft as tables that can be changed: what is kept is written whole, and only where nobody else wrote.

What a person edits by hand stays as it is: columns keep their order, and a table that was changed meanwhile is not
written over.
"""

import csv
import io
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from exporters.editions.install import pack_files, refuse_foreign, unpacked
from store.disk.files import refused, scratch, sync
from validators.problems import Problem
from validators.standard.catalogue import layers_of_folder, load_folder
from validators.standard.loader import load_standard
from validators.standard.model import Standard

FIELDS, RULES, LISTS, LINES = "fields.csv", "rules.csv", "codes/lists.csv", "provenance.csv"
TOP = "standard.toml"
LINE_COLUMNS = (
    "kind", "key", "mark", "standing", "document", "digest", "page", "printed", "question", "settled",
)  # fmt: skip

Cells = dict[str, str]


@dataclass(slots=True)
class DraftTable:
    """A table of a draft: its columns in their order, and its lines by column."""

    columns: list[str]
    rows: list[Cells]

    def copy(self) -> "DraftTable":
        """Another one that says the same."""
        return DraftTable(list(self.columns), [dict(row) for row in self.rows])

    def have(self, *columns: str) -> None:
        """Add the columns that are missing, empty."""
        for name in columns:
            if name not in self.columns:
                self.columns.append(name)
                for row in self.rows:
                    row[name] = ""

    def as_bytes(self) -> bytes:
        """As CSV."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([row.get(name, "") for name in self.columns] for row in self.rows)
        return text.getvalue().encode()


def code_table(name: str) -> str:
    """The file of a list's codes, in the folder."""
    return f"codes/{name}.csv"


@dataclass
class DraftFolder:
    """A draft that is open: `tables` by their names in the folder, as they were read or last kept."""

    folder: Path
    tables: dict[str, DraftTable] = field(default_factory=dict)
    _read: dict[str, bytes] = field(default_factory=dict)
    _before: list[dict[str, bytes | None]] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path) -> "DraftFolder":
        """Read a draft. Raises Problem where the folder holds none, or one that is told as a difference."""
        made = cls(folder)
        made.read()
        return made

    def read(self) -> None:
        """Read everything anew, as it stands on the disk. What was decided before cannot be undone any more."""
        folder = self.folder
        try:
            if not (folder / "standard.toml").is_file():
                raise Problem(f"{folder} is not the folder of an edition: name one that holds standard.toml.")
            refuse_foreign(folder)
            found = dict(pack_files(folder))
        except OSError as error:
            raise refused(error, folder, "read") from None
        if len(layers_of_folder(folder)) > 1:
            raise Problem(
                f"{folder} tells an edition as a difference from another one: install it as it stands, or make a whole"
                " one of it with keywork standards copy."
            )
        tables = {name: _table(folder / name, data) for name, data in found.items() if name.endswith(".csv")}
        for name in (FIELDS, RULES, LISTS):
            if name not in tables:
                raise Problem(f"{folder} has no {name}: bring it, or read the documents into another folder.")
        tables.setdefault(LINES, DraftTable(list(LINE_COLUMNS), []))
        tables[LINES].have(*LINE_COLUMNS)
        self.tables, self._read, self._before = tables, found, []

    def standard(self, variant: str = "") -> Standard:
        """The edition as it was read, or one of its data sets. Raises Problem where it cannot be used."""
        with unpacked(self._read, self.folder.resolve().name) as copy:
            return load_standard(*layers_of_folder(copy), variant=variant)

    def top(self) -> Any:
        """What the edition says as a whole (standard.toml), as a document that can be changed and then kept.

        Raises Problem where it cannot be read.
        """
        try:
            return tomlkit.parse(self._read.get(TOP, b"").decode())
        except (UnicodeDecodeError, TOMLKitError):
            raise Problem(f"{self.folder / TOP} cannot be read as TOML: mend it, then open it again.") from None

    @property
    def id(self) -> str:
        """The id of the edition; the folder's name where it says none."""
        return str(_told(self._read.get(TOP, b"")).get("id", self.folder.name))

    @property
    def like(self) -> str:
        """The edition that the draft was compared with when it was made; "" where that is not known."""
        try:
            told = _told((self.folder / "draft.toml").read_bytes())
        except OSError:
            return ""
        return str(told.get("like", "")) if told.get("compared", True) else ""

    def keep(self, changed: Mapping[str, DraftTable], *, judged: bool = False, top: Any = None) -> None:
        """Write tables that were changed, and `top`: each whole or not at all, the lines of provenance last.

        With `judged` the edition is loaded first with the change in it: what would make an edition that can be used
        into one that cannot is refused. Raises Problem; then nothing is changed here or on the disk, or, after a fault
        of the disk, nothing that was settled is lost.
        """
        texts = {name: table.as_bytes() for name, table in changed.items()}
        if top is not None:
            texts[TOP] = tomlkit.dumps(top).encode()
        texts = {name: data for name, data in texts.items() if data != self._read.get(name)}
        if judged and texts:
            self._judge(texts)
        self._write(texts)
        self._before.append({name: self._read.get(name) for name in texts})
        self._read |= texts
        self.tables |= dict(changed)

    def undo(self) -> None:
        """Take the last decision back. Raises Problem where there is none, or somebody wrote meanwhile."""
        if not self._before:
            raise Problem("Nothing was decided here since the draft was opened: there is nothing to undo.")
        before = self._before[-1]
        self._write({name: data for name, data in before.items() if data is not None})
        for name, data in before.items():
            if data is None:
                (self.folder / name).unlink(missing_ok=True)
                self._read.pop(name, None)
                self.tables.pop(name, None)
            else:
                self._read[name] = data
                if name != TOP:
                    self.tables[name] = _table(self.folder / name, data)
        self.tables.setdefault(LINES, DraftTable(list(LINE_COLUMNS), []))
        self._before.pop()

    def _judge(self, texts: Mapping[str, bytes]) -> None:
        with unpacked({**self._read, **texts}, self.folder.resolve().name) as copy:
            try:
                next(load_folder(copy))
            except Problem as problem:
                if not self._is_broken():
                    raise Problem(
                        f"That is refused: {str(problem).removeprefix('The standard cannot be used: ').rstrip('.')};"
                        " choose otherwise, nothing was changed."
                    ) from None

    def _is_broken(self) -> bool:
        """Whether it cannot be used as it stands: then a change may well be the mending of it."""
        try:
            self.standard()
        except Problem:
            return True
        return False

    def _write(self, texts: Mapping[str, bytes]) -> None:
        try:
            for name in texts:
                path = self.folder / name
                held = path.read_bytes() if path.exists() else None
                if path.is_symlink() or held != self._read.get(name):
                    raise Problem(f"{name} was changed meanwhile by somebody else: F5 reads it anew.")
            # What is settled is told last: whoever is interrupted finds the question still open.
            for name in sorted(texts, key=lambda name: name == LINES):
                _replace(self.folder / name, texts[name])
        except OSError as error:
            raise refused(error, self.folder, "written") from None


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole beside its place, and give it the place. Raises OSError."""
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    with scratch(path, mode) as made:
        made.write_bytes(data)
        sync(made)
        made.replace(path)
    sync(path.parent)


def _table(path: Path, data: bytes) -> DraftTable:
    """A table of the folder. Raises Problem where it is none."""
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        columns = next(reader, [])
        rows = [dict(zip(columns, cells, strict=True)) for cells in reader]
    except (csv.Error, UnicodeDecodeError, ValueError):
        raise Problem(f"{path} cannot be read as a table of CSV in UTF-8: mend it, then open it again.") from None
    return DraftTable(columns, rows)


def _told(data: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}


def with_changes(draft: DraftFolder, names: Iterable[str]) -> dict[str, DraftTable]:
    """Copies of tables, to be changed and then kept."""
    return {name: draft.tables[name].copy() for name in names}
