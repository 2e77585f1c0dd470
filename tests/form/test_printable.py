"""No stored text may steer the terminal that shows it."""

import unicodedata
from textwrap import wrap

from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.text import in_lines, pasted, printable


def test_controls_and_bidirectional_marks_become_visible() -> None:
    assert printable("a\x1b[2Jb") == "a␛[2Jb"
    assert printable("x\x7fy\ty\n") == "x␡y␉y␊"
    assert printable("abc\u202edef\u2066") == "abc�def�"
    assert printable("\x9b31m") == "�31m"
    assert printable("👩\u200d👧 ❤\ufe0f") == "👩�👧 ❤�"


def test_letters_of_every_language_stay() -> None:
    for text in ("Siân Llŷr", "w\u0302yn", "漢字", "Zoë O’Brien", "Łukasz", "مريم"):
        assert printable(text) == text


def test_a_mark_never_sits_on_the_cell_before_the_text() -> None:
    assert printable("\u0301a") == "�a"
    assert printable("a" + "\u0301" * 9) == "a\u0301\u0301" + "�" * 7


@given(st.text())
def test_the_drawn_text_has_as_many_characters_and_none_that_steers(text: str) -> None:
    drawn = printable(text)
    assert len(drawn) == len(text)
    assert all(unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in drawn)


def test_pasted_text_loses_line_breaks_and_controls_and_is_joined() -> None:
    assert pasted("AB1\r\n2CD\n") == "AB12CD"
    assert pasted("tab\there\x1b[31m \u202eback") == "tabhere[31m back"


@given(st.text("ab \u00e9-", max_size=60), st.integers(8, 20), st.integers(1, 4))
def test_a_text_is_laid_in_lines_as_the_library_does_it(text: str, width: int, most: int) -> None:
    expected = wrap(text, width, subsequent_indent="  ", max_lines=most, placeholder="\u2026")
    assert in_lines(text, width, "  ", most) == expected
    assert in_lines(text, width) == wrap(text, width)
    assert in_lines(text, width, most=most) == wrap(text, width, max_lines=most, placeholder="\u2026")
