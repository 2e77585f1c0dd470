"""The program as another program starts it: on another Textual, and with its frames counted."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.facts import ClientTree
from store.records import read
from store.store import Store
from tests.screens.conftest import in_field
from tests.stores import ask
from tests.terminal import Terminal, keys

Started = Callable[..., Terminal]
ANOTHER_TEXTUAL = "from tests.frame.demo import let_differ; let_differ('all')"
COUNTED = """
import os
from tui.terminal.display import DiffDisplay
difference = DiffDisplay._difference
def counted(display, app, update):
    sent = difference(display, app, update)
    if sent:
        with open(os.environ["FRAMES"], "a") as file:
            file.write(type(app.screen).__name__ + "\\n")
    return sent
DiffDisplay._difference = counted
"""


@pytest.fixture
def after(store: Store, tmp_path: Path) -> Iterator[Started]:
    """`after(code, columns, rows, NAME="value")`: the program of the screens' tests, once that code has run."""
    started: list[Terminal] = []

    def start(code: str, columns: int = 80, rows: int = 24, **env: str) -> Terminal:
        program = "import tests.screens.program as program\nfrom tui.cli.leaving import leave_with"
        command = [sys.executable, "-c", f"{code}\n{program}\nleave_with(program.main)", str(store.path)]
        settings = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path), "KEYWORK_TEST_PERSON": "ann"}
        started.append(Terminal(command, columns, rows, {**settings, **env}))
        return started[-1]

    yield start
    for terminal in started:
        terminal.close()


def test_with_another_textual_a_record_is_keyed_and_saved(store: Store, known: ClientTree, after: Started) -> None:
    terminal = after(ANOTHER_TEXTUAL, KEYWORK_TEST_OPEN=known.client.id)
    terminal.until("F2 Save")
    terminal.until_quiet()
    terminal.slowly("X<tab>")
    terminal.slowly("Yz<left><backspace>Q<tab>")
    terminal.until(lambda seen: in_field(seen, "First initial", "X"))
    terminal.until(lambda seen: in_field(seen, "Surname initial", "QZ"))
    terminal.slowly("<shift+tab>Q<tab><f2>")
    terminal.until("Saved: Client")
    assert ask(store, read.get, "client", known.client.id).values["FINITIAL"] == "X"
    terminal.send(keys("<f10>"))
    assert terminal.wait() == 0


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (40, 10)])
def test_each_screen_is_drawn_once_when_it_comes_up(
    known: ClientTree, after: Started, tmp_path: Path, columns: int, rows: int
) -> None:
    frames = tmp_path / "frames"

    def drawn() -> list[str]:
        terminal.until_quiet(1.0)
        found = frames.read_text().split()
        frames.write_text("")
        return found

    terminal = after(COUNTED, columns, rows, FRAMES=str(frames), KEYWORK_TEST_START="month")
    terminal.until("Month")
    assert drawn().count("StartScreen") == 1
    terminal.send(keys("<f3>"))
    terminal.until("26964")
    assert drawn() == ["ClientsScreen"]
    terminal.send(keys("<enter>"))
    terminal.until("F2 Save")
    assert drawn() == ["ClientScreen"]
    terminal.send(keys("<f1>"))
    terminal.until("Help")
    assert drawn() == ["HelpScreen"]
