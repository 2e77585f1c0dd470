"""Long messages on a small screen and what they cost on the line; marks where nothing but ASCII can be drawn."""

from statistics import median

import pytest

from store.facts import ClientTree, Who
from store.records import save
from store.store import Store
from tests.screens.conftest import Start, in_field
from tests.terminal import Terminal

MOST_OF_A_CHARACTER, MOST_OF_A_TAB, MOST_OF_A_SCREEN = 90, 320, 8192
"""Bytes: the median of characters and of Tabs, every change of the screen."""


def with_a_long_finding(store: Store, known: ClientTree) -> str:
    """An episode with a finding whose sentence is longer than a line of eighty columns; the client's id."""
    episode = known.episodes[0].episode
    with store.writing(Who("somebody", episode.changed_at)) as work:
        save.change(work, "episode", episode.id, {**episode.values, "DISD": "20180101", "DISRSN": ""}, 1)
    return known.client.id


def two_lines_said(terminal: Terminal) -> bool:
    """Whether the status line has two lines, the key bar under them."""
    return terminal.lines()[21].startswith(("✗ Error: ", "! Warning: ")) and terminal.lines()[22] != ""


def test_a_long_message_is_wrapped_in_strip_and_status_line(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(with_a_long_finding(store, known))
    terminal.press("<f8>")
    terminal.until(two_lines_said)
    lines = terminal.lines()
    said = f"{lines[21]} {lines[22]}"
    assert len(said) > 80 and said.endswith("(rule 10)"), said
    first = next(number for number, line in enumerate(lines) if line.startswith(">✗ "))
    assert lines[first + 1].startswith("   "), "the strip goes on in its next line, set in"
    strip = " ".join(line[2:].strip() for line in lines[first : first + 2])
    assert strip.startswith(said.removeprefix("✗ Error: ").partition(" (rule")[0]), (strip, said)
    assert lines[23].startswith("F2 Save"), "the keys stay in view"
    assert in_field(terminal, "Closure date", "20180101")


def test_what_keys_cost_under_a_message_of_two_lines(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(with_a_long_finding(store, known))
    screens = [terminal.press("<f8>", 0.6).size]
    terminal.until(two_lines_said)
    tabs = [terminal.press("<shift+tab>").size for _ in range(3)] + [terminal.press("<tab>").size for _ in range(3)]
    characters = [terminal.press(letter).size for letter in "abcdefgh"]
    screens += [terminal.press(key, 0.6).size for key in ("<f6>", "<escape>", "<f1>", "<escape>", "<f3>", "<escape>")]
    figures = f"characters {characters}, Tabs {tabs}, screens {screens}"
    print(figures)
    assert median(characters) <= MOST_OF_A_CHARACTER, figures
    assert median(tabs) <= MOST_OF_A_TAB, figures
    assert max(screens) <= MOST_OF_A_SCREEN, figures
    terminal.silence(3.0)  # the check that goes on behind says when it has ended
    assert terminal.silence(2.0) == 0


@pytest.mark.parametrize("env", [{"LANG": "C", "LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii:replace"}])
def test_marks_are_told_apart_in_any_locale(store: Store, known: ClientTree, start: Start, env: dict[str, str]) -> None:
    terminal = start(with_a_long_finding(store, known), **env)
    terminal.press("<f8>")
    terminal.until("Error: ")
    marked = next(line for line in terminal.lines() if "Closure date  " in line)
    sound = next(line for line in terminal.lines() if "Naloxone issued at start" in line)
    assert marked[1] not in (" ", "?", "-") and sound[1] == " ", (marked, sound)
    terminal.press("<f2>")
    assert terminal.shows("F2 Save"), "drawn to the last line"
