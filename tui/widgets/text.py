"""Making any stored text safe to draw: no value may steer the terminal of whoever looks at it.

Every character is replaced one for one, so that a place in the drawn text is the same place in the kept text and the
cursor of the live input stands where it should.
"""

import unicodedata
from functools import lru_cache
from textwrap import wrap

from rich.cells import cell_len, set_cell_size

MARK = "\N{REPLACEMENT CHARACTER}"
# Combining marks beyond this many on one letter climb over the neighbouring lines of a terminal.
MOST_MARKS = 2
# Controls, formats (bidirectional controls and joiners among them), surrogates, private, unassigned, separators.
UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
COMBINING = frozenset({"Mn", "Me"})


@lru_cache(maxsize=4096)
def mark_for(character: str) -> str:
    """The character itself when it may be drawn, else a visible mark one cell wide.

    C0 controls become their control pictures; all else that steers, joins or changes the width of its neighbours
    becomes the replacement character.
    """
    point = ord(character)
    if point < 0x20:
        return chr(0x2400 + point)
    if point == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if point < 0x7F:
        return character
    # Variation selectors, regional indicators and skin tones change the width of what stands beside them, and
    # terminals disagree on how: drawn alone they cannot shift a line.
    if 0xFE00 <= point <= 0xFE0F or 0x1F1E6 <= point <= 0x1F1FF or 0x1F3FB <= point <= 0x1F3FF:
        return MARK
    return MARK if unicodedata.category(character) in UNSAFE else character


class _DrawnCharacters(dict[int, str]):
    """What `mark_for` makes of each character, by its number; of one that joins with others nothing but `JOINS`."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        self[point] = drawn = JOINS if unicodedata.category(character) in COMBINING else mark_for(character)
        return drawn


JOINS = "\0"
_drawn_as = _DrawnCharacters()


def printable(text: str) -> str:
    """The text as it may be drawn; as many characters as before, none of them a control or a bidirectional mark."""
    if text.isascii() and text.isprintable():
        return text
    if JOINS not in (shown := text.translate(_drawn_as)):  # what a character becomes hangs on no other
        return shown
    drawn: list[str] = []
    marks = MOST_MARKS  # a combining mark that opens the text would sit on the cell before it
    for character in text:
        if unicodedata.category(character) in COMBINING:
            marks += 1
            drawn.append(MARK if marks > MOST_MARKS else mark_for(character))
        else:
            marks = 0
            drawn.append(mark_for(character))
    return "".join(drawn)


def pasted(text: str) -> str:
    """What remains of one pasted value: line breaks, controls and invisible characters dropped, the rest joined."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character for character in text if unicodedata.category(character) not in UNSAFE)


LEFT_OUT = "{number} cells were pasted: only the first was taken."


def first_cell(text: str) -> tuple[str, int]:
    """The first cell of a pasted text that is not empty, and how many more there are.

    Cells are parted by tabs and line ends; joined they would be a value that nobody typed.
    """
    cells = [cell for line in text.splitlines() for cell in map(pasted, line.split("\t")) if cell.strip()]
    return (cells[0], len(cells) - 1) if cells else ("", 0)


# Text as it may be drawn: marks for what would steer a terminal, and lines cut to an exact width.

__all__ = ["fit", "in_lines", "one_line", "printable", "width_of"]


def width_of(text: str) -> int:
    """Cells that `text` takes on the screen."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, width: int) -> str:
    """`text` cut or padded to exactly `width` cells; a cut is shown by an ellipsis where there is room for one."""
    if width <= 0:
        return ""
    length = width_of(text)
    if length <= width:
        return text + " " * (width - length)
    if width == 1:
        return set_cell_size(text, 1)
    return set_cell_size(text, width - 1) + "…"


def in_lines(text: str, width: int, indent: str = "", most: int | None = None) -> list[str]:
    """The text in lines, all but the first indented; at most so many, a cut shown by an ellipsis: as `textwrap` does.

    That looks for every way to part a text, which with each key is a twentieth of what the key costs. Plain words are
    laid one behind the other here.
    """
    words = text.split(" ")
    is_plain = text.isprintable() and "-" not in text and "" not in words
    if not is_plain or max(map(len, words)) > width - len(indent):
        return wrap(text, width, subsequent_indent=indent, max_lines=most, placeholder="…")
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        elif most is None or len(lines) < most:
            lines.append(indent + word)
        elif len(lines[-1]) < width:
            lines[-1] += "…"
            break
        else:
            return wrap(text, width, subsequent_indent=indent, max_lines=most, placeholder="…")
    return lines


def one_line(value: object, width: int) -> str:
    """Any stored value as one safe piece of a line of exactly `width` cells; None is drawn as nothing."""
    return fit("" if value is None else printable(str(value)), width)
