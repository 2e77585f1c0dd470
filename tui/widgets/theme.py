"""The colours, in one place: every theme names the same tokens, and terminals without colour get marks and weight.

SSH hands no COLORTERM on, so every colour here is one of the 256 (the 6x6x6 cube or the grey ramp) and is sent
unchanged. With 16 colours the terminal's own palette is used; with NO_COLOR none, and bold, reverse and underline tell
what colour told. No state is told by colour alone: severities carry a mark and a word too.
"""

from dataclasses import dataclass
from typing import Any

from rich.style import Style
from textual.app import App
from textual.theme import Theme

NAMES = (
    "text", "dim", "heading", "title", "demo", "bar", "bar_key", "cursor", "chosen", "stripe", "field", "field_focus",
    "error", "warning", "notice", "ok", "panel", "panel_heading", "match",
)  # fmt: skip
"""The tokens that a widget may draw with."""

MARKS = {"error": "✗", "warning": "!", "notice": "i", "ok": "✓", "": " "}
"""One character for each severity, always drawn beside the colour."""
WORDS = {"error": "Error", "warning": "Warning", "notice": "Note", "ok": "Done", "": ""}
"""The word for each severity, as the status line says it."""

# Each row: token, dark, light, high contrast. Foreground and background as 256-colour cube values.
_TABLE = """
text           #d0d0d0 on #1c1c1c          | #1c1c1c on #eeeeee          | #ffffff on #000000
dim            #8a8a8a on #1c1c1c          | #5f5f5f on #eeeeee          | #d0d0d0 on #000000
heading        bold #ffffff on #1c1c1c     | bold #000000 on #eeeeee     | bold #ffff00 on #000000
title          bold #ffffff on #005f87     | bold #ffffff on #005f87     | bold #000000 on #ffffff
demo           bold #000000 on #ffaf00     | bold #000000 on #ffaf00     | bold #000000 on #ffff00
bar            #d0d0d0 on #303030          | #303030 on #d0d0d0          | #ffffff on #000000
bar_key        bold #ffffff on #303030     | bold #005f87 on #d0d0d0     | bold #ffff00 on #000000
cursor         bold #ffffff on #005faf     | bold #ffffff on #005faf     | bold #000000 on #00ffff
chosen         bold #87d7ff on #1c1c1c     | bold #005f87 on #eeeeee     | bold underline #00ffff on #000000
stripe         #d0d0d0 on #262626          | #1c1c1c on #e4e4e4          | #ffffff on #000000
field          #ffffff on #303030          | #000000 on #ffffff          | #ffffff on #000000
field_focus    #ffffff on #00005f          | #000000 on #d7ffff          | #ffffff on #00005f
error          bold #ff8787 on #1c1c1c     | bold #af0000 on #eeeeee     | bold #ff5f5f on #000000
warning        #ffd75f on #1c1c1c          | #875f00 on #eeeeee          | #ffff00 on #000000
notice         #87d7ff on #1c1c1c          | #005f87 on #eeeeee          | #00ffff on #000000
ok             #87d787 on #1c1c1c          | #005f00 on #eeeeee          | #00ff00 on #000000
panel          #d0d0d0 on #262626          | #1c1c1c on #e4e4e4          | #ffffff on #000000
panel_heading  bold #ffffff on #262626     | bold #000000 on #e4e4e4     | bold #ffff00 on #000000
match          bold underline #ffffff on #1c1c1c | bold underline #000000 on #eeeeee | bold underline #ffff00 on #000000
"""

# What the terminal's own sixteen colours make of it; black or white behind is the terminal's business.
_SIXTEEN = {
    "title": "bold reverse", "demo": "bold black on yellow", "bar": "reverse", "bar_key": "bold reverse",
    "cursor": "bold reverse", "chosen": "bold underline", "heading": "bold", "panel_heading": "bold underline",
    "field": "underline", "field_focus": "bold underline", "error": "bold red", "warning": "yellow", "notice": "cyan",
    "ok": "green", "match": "bold underline",
}  # fmt: skip
_MONO = {
    "title": "bold reverse", "demo": "bold reverse", "bar": "reverse", "bar_key": "bold reverse",
    "cursor": "bold reverse", "chosen": "bold underline", "heading": "bold", "panel_heading": "bold underline",
    "field": "underline", "field_focus": "bold underline", "error": "bold", "match": "bold underline",
}  # fmt: skip

THEMES = ("dark", "light", "contrast")
"""The names of the themes, in the order the next-theme action walks them."""


@dataclass(frozen=True)
class Tokens:
    """The styles of one theme on one kind of terminal. `styles` has every name in `NAMES`."""

    theme: str
    styles: dict[str, Style]

    def __getitem__(self, name: str) -> Style:
        return self.styles[name]

    def severity(self, severity: str) -> Style:
        """The style of a severity: `error`, `warning`, `notice`, `ok`; any other is plain text."""
        return self.styles.get(severity, self.styles["text"])


def tokens_for(theme: str, colours: str) -> Tokens:
    """The tokens of a theme for a terminal: `colours` is `256` (or more), `16` or `none`."""
    if colours != "256":
        table = _SIXTEEN if colours == "16" else _MONO
        return Tokens(theme, {name: Style.parse(table.get(name, "none")) for name in NAMES})
    column = THEMES.index(theme) + 0
    styles: dict[str, Style] = {}
    for line in _TABLE.strip().splitlines():
        name, rest = line.split(maxsplit=1)
        styles[name] = Style.parse(rest.split("|")[column].strip())
    return Tokens(theme, styles)


def textual_theme(theme: str, colours: str) -> Theme:
    """The Textual theme that stock widgets (the live input, scroll bars) take their colours from."""
    tokens = tokens_for(theme, "256")

    def ground(name: str) -> str:
        colour = tokens[name].bgcolor
        return colour.name if colour is not None else "#000000"

    def ink(name: str) -> str:
        colour = tokens[name].color
        return colour.name if colour is not None else "#ffffff"

    plain = colours != "256"
    return Theme(
        name=f"keywork-{theme}",
        primary=ground("title"),
        secondary=ground("cursor"),
        warning=ink("warning"),
        error=ink("error"),
        success=ink("ok"),
        accent=ink("notice"),
        foreground="#ffffff" if plain else ink("text"),
        background="#000000" if plain else ground("text"),
        surface="#000000" if plain else ground("field"),
        panel="#000000" if plain else ground("panel"),
        dark=theme != "light",
        text_alpha=1.0,
    )


_PLAIN = tokens_for("dark", "256")


def tokens_of(app: App[Any]) -> Tokens:
    """The tokens of the app's theme; the dark ones in an app that has none."""
    tokens = getattr(app, "tokens", None)
    return tokens if isinstance(tokens, Tokens) else _PLAIN
