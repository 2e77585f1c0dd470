"""While the findings are read, which among very many clients takes a moment: what waits, and what does not."""

import signal
from pathlib import Path
from unittest import mock

import pytest

from tests.screens_lists.conftest import Start, command
from tests.terminal import Terminal, keys
from tui.screens.findings.screen import READING, FindingsScreen


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A file; while it is there, no list comes."""
    return tmp_path / "gate"


def closed(start: Start, gate: Path) -> Terminal:
    """The findings, by rule, and from now on no list comes."""
    terminal = start(KEYWORK_TEST_GATE=str(gate))
    command(terminal, "every finding", "in all")
    terminal.until("quality")  # what is summed up came too
    gate.touch()
    return terminal


def test_what_was_there_is_shown_until_the_other_list_comes(start: Start, gate: Path) -> None:
    terminal = closed(start, gate)
    before = terminal.lines()[1:20]
    terminal.press("3")
    terminal.until(READING)
    assert terminal.lines()[1:20] == before and "[1 rule]" in before[0]
    gate.unlink()
    terminal.until("[3 client]")
    terminal.until(lambda seen: not seen.shows(READING))


def test_a_list_that_came_just_when_that_was_to_be_said_is_not_said_to_be_read() -> None:
    """The time was over, and the list there before that was told: the sentence stood on the screen from then on."""
    screen = FindingsScreen()
    with mock.patch.object(screen, "say") as said:
        screen._say_slow()
        assert not said.called
        screen._slow = mock.Mock()
        screen._say_slow()
        said.assert_called_once_with(READING)


def test_escape_leaves_at_once_and_what_follows_is_for_the_screen_below(start: Start, gate: Path) -> None:
    terminal = closed(start, gate)
    terminal.send(keys("3"))
    terminal.until(READING)
    terminal.send(keys("<escape>"))
    terminal.until(lambda seen: seen.lines()[0].strip() == "Clients")
    terminal.press("000003")
    terminal.until("1 client")


def test_words_are_typed_into_the_filter_and_another_grouping_is_asked_for(start: Start, gate: Path) -> None:
    terminal = closed(start, gate)
    terminal.send(keys("3"))
    terminal.until(READING)
    terminal.send(keys("4/datx<backspace>e"))
    terminal.until("Filter: date")
    assert terminal.shows("[1 rule]")
    gate.unlink()
    terminal.until("[4 episode]")
    terminal.until(lambda seen: " of " in seen.lines()[2])


@pytest.mark.parametrize(
    "burst",
    [
        "3<down><f8>",
        "3/date<f8>X<escape>",
        "4/date<enter><down>+<down>",
        "3+<down><down>2<down>",
        "/date<enter>3<down><escape><down>",
        "3<f3>000003",
        "/date<down>4<enter>",
    ],
)
def test_keys_typed_ahead_mean_what_they_mean_to_slow_hands(start: Start, gate: Path, burst: str) -> None:
    slow = start(person="bob")
    command(slow, "every finding", "in all")
    slow.slowly(burst, 0.3)
    slow.until_quiet(0.6)
    slow.signal(signal.SIGKILL)
    slow.wait()
    terminal = closed(start, gate)
    terminal.press(burst, 0.5)
    gate.unlink()
    terminal.until(lambda seen: seen.lines()[:20] == slow.lines()[:20])
    terminal.until_quiet(0.6)
    assert terminal.lines()[:20] == slow.lines()[:20]
    assert terminal.cursor == slow.cursor
