"""State is never told by colour alone, and every colour sent is one the terminal has."""

import re

import pytest

from tests.frame.conftest import Start
from tui.widgets.theme import MARKS, NAMES, THEMES, WORDS, tokens_for

CUBE = ("00", "5f", "87", "af", "d7", "ff")
SGR = re.compile(rb"\x1b\[([0-9;]*)m")


def colours_sent(raw: bytes) -> set[str]:
    """The SGR parameters that set a colour: `38;5;n`, `48;2;r;g;b`, `31`, `100`."""
    found: set[str] = set()
    for parameters in SGR.findall(raw):
        rest = parameters.decode().split(";")
        while rest:
            if rest[0] in ("38", "48"):
                length = 3 if rest[1] == "5" else 5
                found.add(";".join(rest[:length]))
                rest = rest[length:]
            else:
                if rest[0] and int(rest[0]) >= 30:
                    found.add(rest[0])
                rest = rest[1:]
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_is_one_of_the_256(theme: str) -> None:
    tokens = tokens_for(theme, "256")
    assert set(tokens.styles) == set(NAMES)
    for style in tokens.styles.values():
        for colour in (style.color, style.bgcolor):
            assert colour is not None
            red, green, blue = (colour.name[start : start + 2] for start in (1, 3, 5))
            grey = red == green == blue and (int(red, 16) - 8) % 10 == 0
            assert grey or {red, green, blue} <= set(CUBE), colour.name


@pytest.mark.parametrize("theme", THEMES)
def test_ink_stands_out_from_its_ground(theme: str) -> None:
    def light(name: str) -> float:
        parts = [int(name[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for token, style in tokens_for(theme, "256").styles.items():
        assert style.color is not None and style.bgcolor is not None
        one, other = sorted((light(style.color.name), light(style.bgcolor.name)))
        assert (other + 0.05) / (one + 0.05) >= (4.5 if theme != "contrast" else 7), token


def test_severities_differ_without_colour() -> None:
    assert len(set(MARKS.values())) == len(MARKS)
    assert len(set(WORDS.values())) == len(WORDS)


def test_no_color_means_none(demo: Start) -> None:
    terminal = demo(NO_COLOR="1")
    terminal.press("<down><f2>k<f1><escape>")
    assert colours_sent(bytes(terminal.raw)) <= {"39", "49"}
    assert b"\x1b[0;1;7m" in terminal.raw or b"\x1b[1;7m" in terminal.raw


def test_sixteen_colours_use_the_terminals_own_palette(demo: Start) -> None:
    terminal = demo(TERM="xterm")
    terminal.press("<down><f2>k<f1><escape>")
    sent = colours_sent(bytes(terminal.raw))
    assert all(";" not in colour for colour in sent), sent
    reverse = [terminal.screen.buffer[3][column].reverse for column in range(80)]
    assert all(reverse)


@pytest.mark.parametrize("theme", THEMES)
def test_with_256_colours_no_other_are_sent(demo: Start, theme: str) -> None:
    terminal = demo()
    for _ in range(THEMES.index(theme)):
        terminal.press("<ctrl+p>theme<enter>")
    del terminal.raw[:]
    terminal.press("<ctrl+l><down><f2>k<f1><escape>")
    sent = colours_sent(bytes(terminal.raw))
    assert sent and all(colour.startswith(("38;5;", "48;5;")) or colour in ("39", "49") for colour in sent), sent


@pytest.mark.parametrize(
    "env", [{"LANG": "C", "LC_ALL": "C"}, {"LANG": "POSIX"}, {"PYTHONIOENCODING": "ascii:replace"}]
)
def test_any_locale_starts_and_draws(demo: Start, env: dict[str, str]) -> None:
    terminal = demo(**env)
    terminal.press("<down>x")
    assert terminal.shows("K000004")
    assert terminal.shows("typed: x")


def test_the_demo_says_so_on_every_screen(demo: Start) -> None:
    terminal = demo(DEMO_BANNER="1")
    for step in ("<down>", "<f2>", "k<f4>", "<escape>", "<f1>", "<escape>", "<ctrl+p>"):
        terminal.press(step)
        assert "DEMO" in terminal.lines()[0] or step == "<ctrl+p>"


def test_the_demo_leaves_room_for_the_title_on_a_narrow_screen(demo: Start) -> None:
    terminal = demo(columns=40, rows=10, DEMO_BANNER="1")
    assert terminal.lines()[0].startswith(" DEMO ") and len(terminal.lines()[0].split()) > 1
    terminal.resize(80, 24)
    terminal.until("DEMO - no real people")


def test_no_value_steers_the_terminal(demo: Start) -> None:
    terminal = demo()
    assert b"\x1b[31mred" not in terminal.raw
    assert terminal.shows("esc␛[31mred")
    assert "\u202e" not in terminal.text()
