"""The diffing display shows what stock Textual shows, cell by cell, and stays silent when nothing changes."""

import pytest
from rich.segment import Segment
from rich.style import Style

from tests.frame.conftest import Start
from tests.terminal import KEYS, Terminal
from tui.terminal.cells import cells_of, encodable, style_change

STEPS = (
    *["<down>"] * 12, *["<pagedown>", "<down>", "<up>"] * 4, *["<end>", "<up>", "<up>", "<home>", "<down>"] * 2,
    *list("typed 12"), "<tab>", "<down>", "<left>", "<left>", "<right>", "<down>", "<down>", "<shift+tab>",
    *["<f2>", "d", "<f2>", "<escape>", "<f1>", "<down>", "<pagedown>", "<escape>"] * 2,
    *["<ctrl+p>", *"mou", "<backspace>", "<down>", "<up>", "<escape>"], "<ctrl+g>", "r", "<down>", "<ctrl+g>", "t",
    *["<f4>", *"ab c", "<left>", "<left>", "x", "<tab>", *"zz", "<shift+tab>", "<home>", "q", "<enter>", "<escape>"],
    *["<pagedown>"] * 6, *["<pageup>"] * 3, "<ctrl+l>", *["<down>"] * 10,
)  # fmt: skip


def same(one: Terminal, other: Terminal) -> str:
    """Where two terminals differ, in words; "" where they do not."""
    for row, (left, right) in enumerate(zip(one.cells(), other.cells(), strict=True)):
        for column, (mine, theirs) in enumerate(zip(left, right, strict=True)):
            if mine != theirs:
                return f"row {row} column {column}: {mine} is not {theirs}\n{one.lines()[row]}\n{other.lines()[row]}"
    return "" if one.cursor == other.cursor else f"cursor {one.cursor} is not {other.cursor}"


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_equal_to_stock_cell_by_cell_over_more_than_a_hundred_keys(demo: Start, columns: int, rows: int) -> None:
    assert len(STEPS) > 100
    diff, stock = demo(columns, rows), demo(columns, rows, DEMO_STOCK="display compositor", DEMO_SILENT="1")
    sent = wanted = 0
    assert same(diff, stock) == ""
    for number, step in enumerate(STEPS):
        for terminal in (diff, stock):
            terminal.send(KEYS.get(step.strip("<>"), step))
        pause = 0.2 if step == "<escape>" else 0.06
        sent += diff.until_quiet(pause).size
        wanted += stock.until_quiet(pause).size
        assert same(diff, stock) == "", f"after step {number} {step}"
    assert sent * 2 < wanted


def test_nothing_is_sent_while_nobody_types(demo: Start) -> None:
    terminal = demo()
    terminal.press("<down>x", 0.5)
    assert terminal.silence(3.0) == 0


def test_what_others_wrote_goes_on_ctrl_l_and_on_focus_in(demo: Start) -> None:
    terminal = demo()
    before = terminal.cells()
    for cure in ("\x0c", "\x1b[I"):
        terminal._stream.feed(b"\x1b[5;1HBroadcast message from root\x1b[1;1H")
        assert terminal.shows("Broadcast")
        terminal.send(cure)
        terminal.until_quiet()
        assert terminal.cells() == before


def test_a_resize_draws_the_screen_for_the_new_size(demo: Start) -> None:
    terminal, fresh = demo(80, 24), demo(100, 30)
    terminal.press("<down>")
    terminal.resize(100, 30)
    terminal.until(lambda seen: "Leave" in seen.lines()[29])
    terminal.until_quiet(0.3)
    fresh.press("<down>")
    assert same(terminal, fresh) == ""


@pytest.mark.parametrize(("columns", "rows"), [(40, 10), (20, 4), (8, 2)])
def test_a_small_terminal_shows_what_fits(demo: Start, columns: int, rows: int) -> None:
    terminal = demo(columns, rows, ready="Frame" if rows > 2 else "F")
    for step in ("<down>", "<f2>", "<escape>", "<ctrl+p>", "mo", "<escape>", "<f1>", "<escape>", "<ctrl+g>", "r"):
        terminal.press(step)
    terminal.resize(80, 24)
    terminal.until("Leave")
    terminal.press("<f10>")
    assert terminal.wait() == 0


def test_no_control_character_of_a_value_becomes_a_cell() -> None:
    red = Style.parse("red")
    line = [Segment("a\x1b[31mb\x07\x9bc\u202ed漢e\u0301", red)]
    assert [text for text, _ in cells_of([line])] == [*"a[31mb", "c", "d", "漢", "", "e\u0301"]


def test_a_line_of_cells_is_as_wide_as_textual_thinks() -> None:
    for text in ("漢字kana", "e\u0301a\u0300", "plain", "👨\u200d👩\u200d👧 x", "☎\ufe0f", "\u0301start"):
        assert len(cells_of([[Segment(text)]])) == Segment(text).cell_length


def test_styles_change_by_the_shortest_sequence() -> None:
    from rich.color import ColorSystem

    plain, bold, red = Style.parse("white on black"), Style.parse("bold white on black"), Style.parse("red on black")
    assert style_change(plain, plain, ColorSystem.EIGHT_BIT) == ""
    assert style_change(plain, red, ColorSystem.EIGHT_BIT) == "\x1b[31m"
    assert style_change(bold, plain, ColorSystem.EIGHT_BIT) == "\x1b[0;37;40m"
    assert style_change(red, None, ColorSystem.EIGHT_BIT) == "\x1b[0m"
    marked, chosen = Style.parse("bold underline white on black"), Style.parse("reverse white on black")
    assert style_change(marked, bold, ColorSystem.EIGHT_BIT) == "\x1b[24m"
    assert style_change(chosen, plain, ColorSystem.EIGHT_BIT) == "\x1b[27m"
    assert style_change(chosen, red, ColorSystem.EIGHT_BIT) == "\x1b[27;31m"
    assert style_change(marked, plain, ColorSystem.EIGHT_BIT) == "\x1b[0;37;40m"


def test_an_eight_bit_terminal_gets_lookalikes() -> None:
    assert encodable("─", "iso-8859-1") == "-"
    assert encodable("é", "iso-8859-1") == "é"
    assert encodable("漢", "ascii") == "?"
    assert encodable("▾", "utf-8") == "▾"
