"""A folder with a store, its key and a home; the commands that a person gives there; programs that may be missing."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "cjit_p_2020_12.csv"
KEYWORK = [sys.executable, "-m", "tui.cli.main"]
PATIENCE = 60.0
"""Seconds until something that never comes is given up; nothing is judged by it."""
MISSING = "is not installed: "


@dataclass(frozen=True)
class Desk:
    """Where one person works, and the environment that keeps the person's own things out."""

    folder: Path

    @property
    def store(self) -> Path:
        """The store."""
        return self.folder / "keywork.db"

    @property
    def places(self) -> dict[str, str]:
        """The environment that names store, key and home."""
        return {
            "HOME": str(self.folder),
            "KEYWORK_STORE": str(self.store),
            "KEYWORK_KEY_FILE": str(self.folder / "store.key"),
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
            "TMPDIR": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_DATA_HOME": str(self.folder / "data"),
        }

    def keywork(self, *arguments: str, code: int = 0) -> str:
        """Give a command; it must end with the code; what it printed."""
        done = subprocess.run(
            [*KEYWORK, *arguments],
            env={**os.environ, **self.places},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def take_in_the_sample(self) -> None:
        """Import the sample into a fresh store."""
        assert not self.store.exists()
        assert "189 rows, 120 episodes" in self.keywork("import", str(SAMPLE))


def needed(program: str, *places: str) -> str:
    """Where a program is; without it the test is skipped, and the reason names it."""
    found = shutil.which(program) or next((place for place in places if Path(place).exists()), None)
    if found is None:
        pytest.skip(f"{program} {MISSING}what it is needed for did not run")
    return found


def eventually(true: Callable[[], bool], what: str) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.05)


def to_clients(terminal: Terminal) -> None:
    """From the first screen, the month, to the list of clients."""
    terminal.until("Month: ", PATIENCE)
    terminal.slowly("<f3>")
    terminal.until("120 clients", PATIENCE)


def find(terminal: Terminal, reference: str) -> None:
    """Search for a client and open him, as soon as he is the only one in the list."""
    terminal.slowly(reference)
    terminal.until(" 1 client", PATIENCE)
    terminal.slowly("<enter>")
    terminal.until(f"Client {reference}", PATIENCE)
