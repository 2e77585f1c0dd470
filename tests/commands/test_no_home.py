"""An account without a home and without a line in the list of accounts: what it names is all that it needs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.running import ROOT, Place
from tests.terminal import Terminal, keys

NUMBER = 54321
UNSHARED = ("unshare", "--user", f"--map-user={NUMBER}", f"--map-group={NUMBER}")
# Where the system makes no such account: what Python is told of one.
STAND_IN = f"""
import os, pwd, runpy, sys
def unknown(number):
    raise KeyError(number)
os.getuid = os.geteuid = lambda: {NUMBER}
pwd.getpwuid = unknown
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


def alone() -> tuple[str, ...]:
    """What starts a module of the program under such an account."""
    if shutil.which("unshare") and not subprocess.run([*UNSHARED, "true"], capture_output=True, check=False).returncode:
        return *UNSHARED, sys.executable, "-m"
    return sys.executable, "-c", STAND_IN


def environment() -> dict[str, str]:
    """Hardly any."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def told(folder: Path, *arguments: object) -> tuple[int, str]:
    """What a command says there, and its code."""
    command = [*alone(), "tui.cli.main", *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(), cwd=folder, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_with_store_and_key_named_commands_work(tmp_path: Path) -> None:
    place = Place(tmp_path)
    assert told(tmp_path, "sample", "--clients", 5, *place.options)[0] == 0
    assert told(tmp_path, "doctor", *place.options)[0] == 0
    code, text = told(tmp_path, "export", *place.options, "--submission", "2020-12", "--out", place.out)
    assert "Submission 2020-12" in text and code < 2
    assert {path.name for path in tmp_path.iterdir()} == {"keywork.db", "store.key", "out"}, "no folder called ~"


def test_without_them_one_sentence_says_what_to_name(tmp_path: Path) -> None:
    code, text = told(tmp_path, "due")
    assert code == 2 and "This account has no home folder: name the store with --store" in text
    code, text = told(tmp_path, "sample", "--clients", 5, "--store", tmp_path / "s.db")
    assert code == 2 and "This account has no home folder: name the store's key with --key-file" in text
    assert not list(tmp_path.iterdir())


@pytest.mark.terminal
def test_and_so_does_the_program(tmp_path: Path) -> None:
    place = Place(tmp_path)
    assert told(tmp_path, "sample", "--clients", 5, *place.options)[0] == 0
    named = {"KEYWORK_STORE": str(place.store), "KEYWORK_KEY_FILE": str(place.key)}
    homeless = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"))
    with Terminal((*alone(), "tui.entry"), env=named | homeless, cwd=str(tmp_path)) as terminal:
        terminal.until("F3 Clients")
        terminal.send(keys("<f3>"))
        terminal.until("000005")
