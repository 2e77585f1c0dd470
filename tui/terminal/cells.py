"""Cells of a terminal line: what the diffing display compares, and how a style is sent in the fewest bytes."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import repeat
from typing import TypeAlias

from rich.cells import split_graphemes
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

Cell: TypeAlias = tuple[str, Style | None]
"""What one cell shows: a character with its combining marks; "" is the right half of a wide one to its left."""

RESET = "\x1b[0m"
TAKEN_BACK = {"4": "24", "7": "27"}
"""Underline and reverse: the attributes that every terminal takes back by themselves, and by what."""

# Drawing characters that an 8-bit or ASCII terminal lacks, and what stands for them there.
PLAIN = {
    ord(character): plain
    for plain, characters in {
        "|": "│┃║▌▐",
        "-": "─━═–—",
        "+": "┌┐└┘├┤┬┴┼╭╮╯╰",
        "#": "█▪",
        ">": "▸▶»→",
        "v": "▾▼✓↓",
        "x": "✗",
        "*": "●•",
        "o": "○",
        ".": "…·",
        "'": "‘’",
        '"': "“”",
        "<": "«←",
        "^": "↑",
        "!": "⚠",
    }.items()
    for character in characters
}


def cells_of(strips: Iterable[Iterable[Segment]]) -> list[Cell]:
    """The cells of one drawn line, left to right; control characters and unattached zero-width marks are left out."""
    cells: list[Cell] = []
    for strip in strips:
        for text, style, control in strip:
            if control:
                continue
            if text.isascii():
                if text.isprintable():
                    cells.extend(zip(text, repeat(style)))
                else:
                    # Rich counts controls as zero cells wide: dropping them keeps the line's width, and no stored
                    # value reaches the terminal as a command.
                    cells.extend([(character, style) for character in text if character.isprintable()])
                continue
            for start, end, width in split_graphemes(text)[0]:
                shown = text[start:end]
                if not shown.isprintable():
                    shown = "".join([character for character in shown if character.isprintable()])
                if width <= 0 or not shown:
                    if shown and cells and not cells[-1][0].isspace():
                        cells[-1] = (cells[-1][0] + shown, cells[-1][1])
                    elif width > 0:
                        cells.extend([("?", style)] * width)
                    continue
                cells.append((shown, style))
                cells.extend([("", style)] * (width - 1))
    return cells


def is_simple(text: str) -> bool:
    """Whether every terminal agrees how far the cursor moves when `text` is written."""
    return text.isascii() or (len(text) == 1 and "─" <= text <= "▟")


@lru_cache(maxsize=4096)
def style_codes(style: Style | None, color_system: ColorSystem | None) -> tuple[str, str, str]:
    """The SGR parameters of a style in three parts: attributes, foreground, background; "" for a default."""
    if style is None or color_system is None:
        return "", "", ""
    attributes: list[str] = []
    for codes, has in (
        ("1", style.bold),
        ("2", style.dim),
        ("3", style.italic),
        ("4", style.underline),
        ("5", style.blink),
        ("7", style.reverse),
        ("9", style.strike),
    ):
        if has:
            attributes.append(codes)
    foreground = background = ""
    if style.color is not None and not style.color.is_default:
        foreground = ";".join(style.color.downgrade(color_system).get_ansi_codes())
    if style.bgcolor is not None and not style.bgcolor.is_default:
        background = ";".join(style.bgcolor.downgrade(color_system).get_ansi_codes(foreground=False))
    return ";".join(attributes), foreground, background


@lru_cache(maxsize=16384)
def style_change(before: Style | None, after: Style | None, color_system: ColorSystem | None) -> str:
    """The shortest sequence that turns a terminal drawing `before` to `after`; "" when they look the same."""
    old, new = style_codes(before, color_system), style_codes(after, color_system)
    if old == new:
        return ""
    if not any(new):
        return RESET
    full = "\x1b[" + ";".join(["0", *(part for part in new if part)]) + "m"
    had, has = ([code for code in each[0].split(";") if code] for each in (old, new))
    gone = [code for code in had if code not in has]
    if not TAKEN_BACK.keys() >= set(gone):
        return full  # the others cannot be taken back one by one on every terminal
    parts = [TAKEN_BACK[code] for code in gone] + [code for code in has if code not in had]
    if old[1] != new[1]:
        parts.append(new[1] or "39")
    if old[2] != new[2]:
        parts.append(new[2] or "49")
    short = "\x1b[" + ";".join(parts) + "m"
    return short if len(short) <= len(full) else full


@lru_cache(maxsize=4096)
def encodable(text: str, encoding: str) -> str:
    """`text` as a terminal of that encoding can show it, as many cells wide; what it lacks becomes a lookalike or ?."""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        plain = text.translate(PLAIN)
        return plain if plain.isascii() else "?"
    return text
