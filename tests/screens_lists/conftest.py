"""A store with sixty synthetic clients, and the program on it under a terminal."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from store.facts import AgencyInfo, Who
from store.findings import queries
from store.records import agencies, bulk_load
from store.store import Store, open_store
from tests.screens.program import NOW
from tests.stores import ask
from tests.terminal import Terminal
from validators.standard.catalogue import load
from validators.synthetic import synthetic_episodes

Start = Callable[..., Terminal]
HELP = Path(__file__).parents[2] / "tui" / "help"
PICTURES = Path(__file__).parent / "pictures"
CLIENTS = 60


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store; the tests look into it beside the program."""
    with open_store(tmp_path / "store.db", tmp_path / "store.key", load, create=True) as made:
        with made.writing(Who("loader", NOW)) as work:
            agency = agencies.ensure(work, "T0001", "ndtms-cjit-p", since="2020-10")
            standard = load(agency.standard)
            people = synthetic_episodes(standard, CLIENTS, seed=1, today=NOW.date(), faults=True, agency=agency.code)
            bulk_load.load(work, agency, people, act="sample")
        yield made


@pytest.fixture
def agency(store: Store) -> AgencyInfo:
    """The one agency."""
    return ask(store, agencies.one)


@pytest.fixture
def start(store: Store, tmp_path: Path) -> Iterator[Start]:
    """`start(columns=80, rows=24, …)`: the program, at rest; every terminal is closed after the test."""
    started: list[Terminal] = []

    def begin(
        columns: int = 80,
        rows: int = 24,
        ready: str = "000001",
        person: str = "ann",
        checked: date | None = None,
        **env: Any,
    ) -> Terminal:
        settings = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path), "KEYWORK_TEST_PERSON": person}
        command = [sys.executable, "-m", "tests.screens.program", str(store.path)]
        terminal = Terminal(command, columns, rows, {**settings, **env})
        started.append(terminal)
        terminal.until(ready)
        terminal.until(lambda _: not ask(store, queries.stale, ask(store, agencies.one), checked or NOW.date()))
        terminal.until_quiet(0.4)
        return terminal

    yield begin
    for terminal in started:
        terminal.close()


def command(terminal: Terminal, name: str, ready: str) -> None:
    """Run an action from the palette."""
    terminal.press(f"<ctrl+p>{name}<enter>")
    terminal.until(ready)
    terminal.until_quiet(0.3)


def same_picture(terminal: Terminal, path: Path) -> None:
    """Compare the screen with a picture; KEYWORK_PICTURES=1 draws the pictures anew."""
    shown = re.sub(r"[0-9a-f]{8}-[0-9a-f-]*…?", "(an id)", terminal.text()) + "\n"
    if os.environ.get("KEYWORK_PICTURES"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def chosen(terminal: Terminal) -> str:
    """The line that is drawn as chosen."""
    for number, row in enumerate(terminal.cells()):
        if number > 2 and str(row[3][2]) == "005faf":
            return terminal.lines()[number]
    return ""
