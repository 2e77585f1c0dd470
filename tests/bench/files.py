"""How many of the program's own files one act goes through: a key in a form, F2 until all is at rest, an export.

    python -m tests.bench files [--list]

A newcomer who wants to know what a key does has so many files to read.
"""

import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.measuring import python, tell
from tests.bench.screens import INTO_FORM, store
from tests.terminal import Terminal, split_keys

FILES_USED = "tests.bench.terminal.files_used"
QUIET = 1.5
"""Seconds of silence after which an act, and what follows from it in the background, has come to its end."""


def acts(environment: dict[str, str], folder: Path) -> dict[str, list[str]]:
    """The files that a character in the largest form touches, and F2 after it."""
    found: dict[str, list[str]] = {}
    place = folder / "noted"
    with Terminal((sys.executable, "-m", FILES_USED, str(place)), env=environment) as terminal:
        terminal.until("F3 Clients", 60)
        for key in split_keys(INTO_FORM):
            terminal.press(key, QUIET)
        terminal.press("a", QUIET)
        for name, key in (("a character in a form", "b"), ("F2 to rest", "<f2>")):
            terminal.signal(signal.SIGRTMIN)
            time.sleep(0.2)
            terminal.press(key, QUIET)
            place.unlink(missing_ok=True)
            terminal.signal(signal.SIGRTMAX)
            terminal.until(lambda _: place.exists())
            found[name] = place.read_text(encoding="utf-8").split()
    return found


def export(environment: dict[str, str], folder: Path) -> list[str]:
    """The files that `keywork export` touches."""
    place = folder / "exported"
    named = ("--store", environment["KEYWORK_STORE"], "--key-file", environment["KEYWORK_KEY_FILE"])
    python("-m", FILES_USED, str(place), "export", *named, "--submission", "2026-09", "--out", str(folder))
    return place.read_text(encoding="utf-8").split()


def run(*, listed: bool = False) -> bool:
    """Count, print, and say whether each is within its aim."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = store(folder, 50)
        found = acts(environment, folder) | {"keywork export": export(environment, folder)}
    kept = []
    for act, most in (("a character in a form", 24), ("F2 to rest", 45), ("keywork export", 38)):
        kept.append(tell(f"files touched by {act}", len(found[act]), most, "files"))
        if listed:
            print("".join(f"    {one}\n" for one in found[act]), end="")
    return all(kept)
