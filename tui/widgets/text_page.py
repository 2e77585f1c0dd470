"""A page of plain text that scrolls: help, standards, history."""

import re
from collections.abc import Iterable, Sequence

from textual import events
from textual.geometry import Offset
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.base_screen import BaseScreen
from tui.widgets.text import printable, width_of
from tui.widgets.text_line import Drawn


def wrapped(text: str, width: int) -> list[str]:
    """A line in pieces of at most `width` cells, broken at blanks.

    What it is indented by is kept on every piece; where a first column ends in two blanks or more, the rest stays
    beside it.
    """
    if width_of(text) <= width or width < 8:
        return [text]
    column = re.match(r" *\S.*?  +(?=\S)", text)
    if column is not None and width_of(column[0]) <= width // 2:
        first, *further = wrapped(text[column.end() :], width - width_of(column[0]))
        return [column[0] + first, *(" " * width_of(column[0]) + piece for piece in further)]
    indent = text[: len(text) - len(text.lstrip())][: width // 2]
    pieces: list[str] = []
    line = ""
    for word in text.split():
        while width_of(word) > width - len(indent):
            pieces += [line] if line else []
            pieces.append(indent + word[: width - len(indent)])
            word, line = word[width - len(indent) :], ""
        if line and width_of(line) + 1 + width_of(word) > width:
            pieces.append(line)
            line = ""
        line = f"{line} {word}" if line else indent + word
    return [*pieces, line] if line else pieces


class TextPage(Drawn, can_focus=True):
    """Lines of text, wrapped to the width; a line that begins with `# ` is a heading.

    Up, Down, PageUp, PageDown, Home, End and the wheel scroll; `n` and `p` go to the next and the previous heading.
    """

    DEFAULT_CSS = "TextPage { width: 1fr; height: 1fr; padding: 0 1; }"

    def __init__(self, lines: Sequence[str] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self._source = [printable(line) for line in lines]
        self._lines: list[tuple[str, str]] = []
        self.top = 0

    def show(self, lines: Sequence[str]) -> None:
        """Show another text, from its top."""
        self._source = [printable(line) for line in lines]
        self.top = 0
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        width = max(1, self.size.width)
        self._lines = []
        for line in self._source:
            token = "heading" if line.startswith("# ") else "text"
            self._lines += [(piece, token) for piece in wrapped(line.removeprefix("# "), width)]

    def on_mount(self) -> None:
        """Wrap for the first time."""
        self._lay_out()

    def on_resize(self) -> None:
        """Wrap again; the top line stays about where it was."""
        share = self.top / len(self._lines) if self._lines else 0
        self._lay_out()
        self.top = 0
        self.scroll_lines(int(share * len(self._lines)))
        # The first drawing may have come before the size was told.
        self.refresh()

    def on_focus(self) -> None:
        """The real cursor stands where the text begins."""
        self.app.cursor_position = self.content_region.offset + Offset(0, 0)

    def scroll_lines(self, by: int) -> None:
        """Scroll by so many lines, as far as there are any."""
        top = max(0, min(self.top + by, len(self._lines) - max(1, self.size.height)))
        if top != self.top:
            self.top = top
            self.refresh()

    def on_key(self, event: events.Key) -> None:
        """The keys that scroll."""
        page = max(1, self.size.height - 1)
        steps = {"down": 1, "up": -1, "pagedown": page, "space": page, "pageup": -page}
        whole = len(self._lines)
        steps |= {"home": -whole, "end": whole}
        headings = [row for row, (_, kind) in enumerate(self._lines) if kind == "heading"]
        if event.key in steps:
            self.scroll_lines(steps[event.key])
        elif event.key in ("n", "N"):
            self.scroll_lines(next((row - self.top for row in headings if row > self.top), 0))
        elif event.key in ("p", "P"):
            self.scroll_lines(next((row - self.top for row in reversed(headings) if row < self.top), 0))
        else:
            return
        event.stop()
        event.prevent_default()

    def on_mouse_scroll_down(self) -> None:
        """The wheel."""
        self.scroll_lines(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel, upwards."""
        self.scroll_lines(-3)

    def text_to_copy(self) -> str:
        """The whole text."""
        return "\n".join(self._source)

    def render_line(self, y: int) -> Strip:
        """One line of the page."""
        row = self.top + y
        pieces = [self._lines[row]] if row < len(self._lines) else []
        return self.strip_of(pieces, self.size.width, "text")


class PageScreen(BaseScreen[None]):
    """One page by itself; Escape goes back."""

    scope = "page"

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self.title = title
        self._lines = list(lines)

    def body(self) -> Iterable[Widget]:
        """The text."""
        yield TextPage(self._lines)
