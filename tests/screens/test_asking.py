"""The dialog that asks for a few lines: long sentences in a usual and in a very small terminal."""

import re
import sys

import pytest

from tests.screens.asking_program import ABOUT, WRONG
from tests.terminal import Terminal

pytestmark = pytest.mark.terminal


def lines_of(terminal: Terminal) -> list[str]:
    """The lines of the dialog, without what shows on either side."""
    columns = terminal.screen.columns
    side = (columns - int(columns * 0.9)) // 2
    return [line[side : columns - side].strip() for line in terminal.lines()]


def cursor_of(terminal: Terminal) -> str:
    """What the line says in which the terminal's cursor stands."""
    return lines_of(terminal)[terminal.cursor[1]]


def words_of(terminal: Terminal) -> str:
    """All that it says, lines joined."""
    return re.sub(r"\s+", " ", " ".join(lines_of(terminal)))


def opened(columns: int, rows: int) -> Terminal:
    """The dialog, at rest."""
    terminal = Terminal([sys.executable, "-m", "tests.screens.asking_program"], columns, rows, {})
    terminal.until("Load %")
    terminal.until_quiet()
    return terminal


def test_a_long_sentence_is_said_in_full_and_goes_when_somebody_types() -> None:
    with opened(80, 24) as terminal:
        assert ABOUT in words_of(terminal) and "Enter in the last line" in words_of(terminal)
        terminal.press("2<tab>3<f2>")
        terminal.until("The percentages")
        assert WRONG in words_of(terminal) and ABOUT in words_of(terminal)
        terminal.until_quiet()
        assert cursor_of(terminal) == "3", "the lines have moved, and the cursor with the one that is typed in"
        terminal.press("<f1>")
        terminal.until("About dialogs")
        terminal.press("<escape>")
        terminal.until("The percentages")
        terminal.until_quiet()
        assert cursor_of(terminal) == "3", "and it comes back from the help"
        terminal.press("<shift+tab>0")
        assert "The percentages" not in words_of(terminal) and ABOUT in words_of(terminal)
        terminal.press("<backspace><backspace>1<f2>")
        terminal.until("answer {'load': '1', 'of': '3'}")


def test_in_a_small_terminal_what_is_wrong_and_what_is_typed_are_seen() -> None:
    with opened(40, 10) as terminal:
        assert words_of(terminal).startswith("Percentages What is entered here") and "…" in words_of(terminal)
        assert "Load %" in words_of(terminal) and "F2 keeps it, Esc leaves" in words_of(terminal)
        terminal.press("2<tab>3<f2>")
        terminal.until("The percentages")
        lines = lines_of(terminal)
        assert lines[0] == "Percentages" and lines[-1] == "F2 keeps it, Esc leaves"
        assert lines[1:5] == ["Load %", "2", "Of", "3"]
        said = " ".join(lines[5:9])
        assert said.endswith(" …") and WRONG.startswith(said[:-2]) and len(said) > 100, "as much of it as there is room"
        terminal.resize(80, 24)
        terminal.until(lambda seen: WRONG in words_of(seen))
        terminal.press("<escape>")
        terminal.until("answer None")


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
def test_what_is_missing_is_asked_for(size: tuple[int, int]) -> None:
    with opened(*size) as terminal:
        terminal.press("5<f2>")
        terminal.until("Type the of first.")
        assert lines_of(terminal)[terminal.cursor[1] - 1] == "Of", "the cursor stands in what is missing"
