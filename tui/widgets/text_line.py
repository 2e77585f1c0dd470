"""Lines that repaint only when what they say changes: title, status, and the base of the key bar."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal import textual_private
from tui.widgets.text import fit, in_lines, printable, width_of
from tui.widgets.theme import MARKS, WORDS, tokens_of

if TYPE_CHECKING:
    from tui.widgets.frame import Frame

MOST_LINES, LOW = 2, 16
"""A message has as many lines, on a screen of so many lines; one on a lower one."""

DEMO, DEMO_SHORTLY = " DEMO - no real people, nothing is kept ", " DEMO "
LONG_BANNER = 60
"""So wide a line has room for the whole banner and a title."""

Piece = tuple[str, str]
"""A text and the name of the token it is drawn with."""


def drawn_lines(widget: Widget, part: Region) -> list[Strip]:
    """Lines of a widget that gives each in its whole width and in colours of its own: for its `render_lines`.

    Textual lays the style sheet's ground, borders, tint and opacity over every line it draws anew, and asks the style
    sheet for each of them: more than half of what a line costs. None of that is anything to a line that is complete.
    """
    strips = [widget.render_line(y) for y in part.line_range]
    filters = getattr(widget.app, "token_filters", None)
    for one in widget.get_line_filters() if filters is None else filters:
        strips = [strip.apply_filter(one, widget.background_colors[1]) for strip in strips]
    if part.column_span != (0, widget.outer_size.width):
        strips = [strip.crop(*part.column_span) for strip in strips]
    return strips


class Drawn(Widget, can_focus=False):
    """A widget drawn line by line from `pieces_at`; the base of all of the frame's lines and lists."""

    DEFAULT_CSS = "Drawn { overflow: hidden hidden; }"

    @property
    def base(self) -> "Frame":
        """The app, as what it is."""
        return cast("Frame", self.app)

    def strip_of(self, pieces: Sequence[Piece], width: int, rest: str) -> Strip:
        """A strip of exactly `width` cells: the pieces one after the other, then blanks of the token `rest`.

        Callers have made the texts printable; what stands beyond the width is cut.
        """
        tokens = tokens_of(self.app)
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
        textual_private.drawn_at_the_end(self)
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

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines as they are drawn."""
        return drawn_lines(self, crop)

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
        self._title = title
        banner = DEMO if self.size.width >= LONG_BANNER or not self.size.width else DEMO_SHORTLY
        self.show(*([(banner, "demo")] if self.demo else []), (f" {title}", "title"))

    def on_resize(self) -> None:
        """On a narrow line the banner leaves room for the title."""
        self.set_title(self._title)


class StatusLine(TextLine):
    """One message at a time, its severity told by a mark and a word."""

    def __init__(self) -> None:
        super().__init__(rest="text", id="status-line")
        self._lines = 1
        self.severity = ""

    def on_resize(self) -> None:
        """Another width: perhaps another number of lines."""
        self._fit()

    def _wrapped(self) -> list[str]:
        """What is said, line by line; what is longer than the lines there are ends in a mark of that."""
        width, most = max(10, self.size.width), MOST_LINES if self.app.size.height >= LOW else 1
        return in_lines(self.text, width, most=most) or [""]

    def _fit(self) -> None:
        """A sentence longer than the line has two; the line above gives way."""
        lines = len(self._wrapped()) if self.size.width else 1
        if lines != self._lines:
            self._lines = lines
            self.styles.height = lines

    def render_line(self, y: int) -> Strip:
        """One line of it; the word for the severity in its colour."""
        lines = self._wrapped()
        text = lines[y] if y < len(lines) else ""
        before, token = self._pieces[0] if self._pieces else ("", "text")
        if y or not before or not text.startswith(before):
            return self.strip_of([(text, "text")], self.size.width, self._rest)
        return self.strip_of([(before, token), (text[len(before) :], "text")], self.size.width, self._rest)

    def say(self, text: str, severity: str = "") -> None:
        """Show a message; severity is `error`, `warning`, `notice`, `ok` or nothing."""
        self.severity = severity
        word = WORDS.get(severity, "")
        before = f"{MARKS.get(severity, ' ')} {word}: " if word else ""
        self.show((before, severity if word else "text"), (text, "text"))
        self._fit()
