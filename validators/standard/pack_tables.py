"""Tools for reading a pack: a refusal that says where, a strict CSV table, a strict TOML table."""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from validators.problems import Problem


class PackError(Problem):
    """A standard's folder is malformed. Says the file, the line and the reason."""


def fail(path: Path, line: int, reason: object) -> NoReturn:
    """Refuse a pack: `path` and `line` say where (line 0 for the file as a whole), `reason` what is wrong."""
    where = f"{path.parent.name}/{path.name}" + (f", line {line}" if line else "")
    raise PackError(f"The standard cannot be used: {where}: {reason}.")


def read_table(
    path: Path, columns: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a CSV file, each cell without spaces at its ends.

    It must have these columns in this order; columns of the `optional` ones may stand among them.
    """
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            heading = tuple(next(reader, ()))
            needed = tuple(name for name in heading if name in columns or name not in optional)
            if needed != columns or len(set(heading)) < len(heading):
                fail(path, 1, f"the columns must be {', '.join(columns)}")
            for cells in reader:
                if len(cells) != len(heading):
                    fail(path, reader.line_num, f"{len(cells)} cells where {len(heading)} are needed")
                yield reader.line_num, {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}
    except FileNotFoundError:
        fail(path, 0, "the file is missing")
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        fail(path, 0, f"the file cannot be read ({type(error).__name__})")


class TomlTable:
    """A TOML table whose every key must be asked for: what is left over is a spelling mistake and refused."""

    def __init__(self, path: Path, values: Mapping[str, Any], name: str) -> None:
        self.path, self.values, self.name = path, dict(values), name
        self.children: list[TomlTable] = []

    def refuse(self, key: str, reason: object) -> NoReturn:
        """Refuse the pack because of a key."""
        fail(self.path, self._line(key), f"{self.name}{key}: {reason}")

    def _line(self, key: str) -> int:
        """The line a key stands on, as well as can be told without a TOML parser that keeps positions."""
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), 1):
            if line.partition("=")[0].strip() == key or line.strip().strip("[]") == key:
                return number
        return 0

    def text(self, key: str, default: str | None = None) -> str:
        """Take a text; one without a default must be there and not be empty."""
        value = self.values.pop(key, default)
        if not isinstance(value, str) or (not value and default is None):
            self.refuse(key, "a text is needed")
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> Any:
        """Take a text that must be one of the choices."""
        value = self.text(key, default)
        if value not in choices:
            self.refuse(key, f"{value!r} is none of {', '.join(choices)}")
        return value

    def parsed(self, key: str, function: Callable[[str], Any]) -> Any:
        """Take a text and hand it to a function that may refuse it with ValueError."""
        value = self.text(key)
        try:
            return function(value)
        except ValueError as error:
            self.refuse(key, error)

    def text_list(self, key: str) -> list[str]:
        """Take a list of texts; one that is not there is empty."""
        value = self.values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(key, "a list of texts is needed")
        return value

    def texts(self) -> dict[str, str]:
        """Take all that is left in the table, each key a text."""
        return {key: self.text(key, "") for key in list(self.values)}

    def lists(self) -> dict[str, list[str]]:
        """All that is left in the table, each key a list of texts."""
        return {key: self.text_list(key) for key in list(self.values)}

    def table(self, key: str, *, optional: bool = False) -> "TomlTable":
        """Take a table inside this one."""
        value = self.values.pop(key, {} if optional else None)
        if not isinstance(value, dict):
            self.refuse(key, "a table is needed")
        self.children.append(TomlTable(self.path, value, f"{self.name}{key}."))
        return self.children[-1]

    def tables(self, key: str) -> list["TomlTable"]:
        """Take a list of tables."""
        value = self.values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.refuse(key, "a list of tables is needed")
        found = [TomlTable(self.path, item, f"{self.name}{key}.") for item in value]
        self.children += found
        return found

    def done(self) -> None:
        """Refuse whatever nobody asked for, here and in the tables taken from it."""
        for key in self.values:
            self.refuse(key, "this is not a key of a standard")
        for child in self.children:
            child.done()
