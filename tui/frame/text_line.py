"""Lines that repaint only when what they say changes: title, status, and the base of the key bar."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui.frame.printable import fit, printable, width_of
from tui.frame.tokens import MARKS, WORDS

if TYPE_CHECKING:
    from tui.frame.base_app import BaseApp

Piece = tuple[str, str]
"""A text and the name of the token it is drawn with."""


class Drawn(Widget, can_focus=False):
    """A widget drawn line by line from `pieces_at`; the base of all of the frame's lines and lists."""

    DEFAULT_CSS = "Drawn { overflow: hidden hidden; }"

    @property
    def base(self) -> "BaseApp":
        """The app, as what it is."""
        return cast("BaseApp", self.app)

    def strip_of(self, pieces: Sequence[Piece], width: int, rest: str) -> Strip:
        """A strip of exactly `width` cells: the pieces one after the other, then blanks of the token `rest`.

        Callers have made the texts printable; what stands beyond the width is cut.
        """
        tokens = self.base.tokens
        segments: list[Segment] = []
        left = width
        for text, token in pieces:
            if left <= 0:
                break
            length = width_of(text)
            if length > left:
                text, length = fit(text, left), left
            if text:
                segments.append(Segment(text, tokens[token]))
            left -= length
        if left > 0:
            segments.append(Segment(" " * left, tokens[rest]))
        return Strip(segments, width)


class TextLine(Drawn):
    """One line of pieces. `show` repaints only on a change."""

    DEFAULT_CSS = "TextLine { height: 1; width: 1fr; }"

    def __init__(self, pieces: Sequence[Piece] = (), rest: str = "text", id: str | None = None) -> None:
        super().__init__(id=id)
        self._pieces: tuple[Piece, ...] = tuple((printable(text), token) for text, token in pieces)
        self._rest = rest

    @property
    def text(self) -> str:
        """What the line says, as plain text."""
        return "".join(text for text, _ in self._pieces)

    def show(self, *pieces: Piece) -> None:
        """Say something else."""
        new = tuple((printable(text), token) for text, token in pieces)
        if new != self._pieces:
            self._pieces = new
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line, cut to the width there is."""
        return self.strip_of(self._pieces, self.size.width, self._rest)


class TitleLine(TextLine):
    """The top line of a screen: where one is; in demo mode first of all that it is a demo."""

    def __init__(self, title: str = "", demo: bool = False) -> None:
        super().__init__(rest="title", id="title-line")
        self.demo = demo
        self.set_title(title)

    def set_title(self, title: str) -> None:
        """Say where one is."""
        banner = [(" DEMO - no real people, nothing is kept ", "demo")] if self.demo else []
        self.show(*banner, (f" {title}", "title"))


class StatusLine(TextLine):
    """One message at a time, its severity told by a mark and a word."""

    def __init__(self) -> None:
        super().__init__(rest="text", id="status-line")

    def say(self, text: str, severity: str = "") -> None:
        """Show a message; severity is `error`, `warning`, `notice`, `ok` or nothing."""
        word = WORDS.get(severity, "")
        before = f"{MARKS.get(severity, ' ')} {word}: " if word else ""
        self.show((before, severity if word else "text"), (text, "text"))
