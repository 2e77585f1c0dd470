"""Running the program as a person does: in this process, where it is quick, or as a program of its own."""

import io
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from store.disk.sqlite import connect
from tests.exporters.extracts import SAMPLE
from tui.cli.main import run

ROOT = Path(__file__).parents[2]
TODAY = ("--today", "2021-01-10")
SAMPLE_FILE = str(SAMPLE)


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line on stderr of a command that could not be done, after its name."""
        lines = self.err.splitlines()
        assert self.code == 2 and len(lines) == 1 and self.err.endswith("\n"), self
        assert lines[0].startswith("keywork: ") and "Traceback" not in self.err, self
        assert self.out == "", self
        return lines[0].removeprefix("keywork: ")


def call(*arguments: object, given: str | bytes = "") -> Outcome:
    """Run a command in this process; `given` is what stands on its standard input."""
    typed = given.encode() if isinstance(given, str) else given
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True)
    code: object = None
    with (
        mock.patch.object(sys, "argv", ["keywork", *map(str, arguments)]),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8")),
        mock.patch("gc.disable"),
        # Each is a program of its own: what the one before it had for its store and key is nothing to it.
        mock.patch("store.disk.files._OWN", set()),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            run()
        except SystemExit as left:
            code = left.code
    assert isinstance(code, int), "the program always leaves with a code"
    said = []
    for stream in (out, err):
        stream.seek(0)
        said.append(stream.buffer.read().decode())
    return Outcome(code, *said)


def environment(**changes: str) -> dict[str, str]:
    """The environment of a program of its own. It writes no bytecode, which a limit on files could cut short."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **changes}


def program(*arguments: object, **options: Any) -> Outcome:
    """Run a command as a program of its own."""
    command = [sys.executable, "-m", "tui.cli.main", *map(str, arguments)]
    options.setdefault("env", environment())
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)
    return Outcome(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Place:
    """A folder with a store and its key."""

    folder: Path

    @property
    def store(self) -> Path:
        """The store."""
        return self.folder / "keywork.db"

    @property
    def key(self) -> Path:
        """Its key."""
        return self.folder / "store.key"

    @property
    def out(self) -> Path:
        """A folder for extracts."""
        folder = self.folder / "out"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def options(self) -> tuple[str, ...]:
        """The options that name both."""
        return "--store", str(self.store), "--key-file", str(self.key)

    def raw(self) -> Any:
        """A driver connection to the store, for mischief."""
        from store.disk.keys import read_or_make_key

        return connect(self.store, read_or_make_key(self.key, may_make=False)[0])

    def contents(self) -> dict[str, bytes | None]:
        """Every file and folder in the place; a journal that holds nothing counts for nothing."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes() if path.is_file() else None
            for path in sorted(self.folder.rglob("*"))
            if not path.name.endswith(("-shm", "-wal"))
        }

    def episodes(self) -> int:
        """How many episodes the store holds; it must be well."""
        assert call("doctor", *self.options).code == 0
        connection = self.raw()
        try:
            return int(connection.execute("SELECT count(*) FROM episode").fetchone()[0])
        finally:
            connection.close()


def copied(template: Place, folder: Path) -> Place:
    """The same store and key in another folder."""
    place = Place(folder)
    for source, target in ((template.store, place.store), (template.key, place.key)):
        shutil.copy2(source, target)
    return place
