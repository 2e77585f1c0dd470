"""A list drawn as lines with a cursor: what the table, the tree and the palette have in common."""

from collections.abc import Sequence

from textual import events
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip

from tui.widgets.text_line import Drawn, Piece


class LineList(Drawn, can_focus=True):
    """A list of `row_count` lines of which one is current.

    Subclasses give `row_count`, `pieces_of(row)` and `token_of(row)`. Moving repaints two lines, scrolling all. Keys
    are handled in the list's own key handler, in their order. The real cursor stands on the current line.
    """

    DEFAULT_CSS = "LineList { width: 1fr; height: 1fr; }"
    head_lines = 0
    """Lines above the first row that do not scroll."""

    class Chosen(Message):
        """Enter or a double click on the current row."""

        def __init__(self, source: "LineList", row: int) -> None:
            super().__init__()
            self.source, self.row = source, row

        @property
        def control(self) -> "LineList":
            """The list it happened in."""
            return self.source

    class Moved(Message):
        """Another row is current."""

        def __init__(self, source: "LineList", row: int) -> None:
            super().__init__()
            self.source, self.row = source, row

        @property
        def control(self) -> "LineList":
            """The list it happened in."""
            return self.source

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        self.top = 0

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """What a row says, printable; the list draws the current row with its own token instead."""
        raise NotImplementedError

    def when_empty(self) -> str:
        """What stands where the first row would."""
        return ""

    def head_of(self, line: int) -> Sequence[Piece]:
        """What a line above the rows says."""
        return ()

    @property
    def page(self) -> int:
        """Rows in view."""
        return max(1, self.size.height - self.head_lines)

    def go(self, row: int, quiet: bool = False) -> None:
        """Make a row current, or the nearest there is, and bring it into view."""
        before, top = self.cursor, self.top
        self.cursor = max(0, min(self.row_count - 1, row))
        if not self.size.height:  # not laid out yet: what is in view is found then
            return
        if self.cursor < self.top:
            self.top = self.cursor
        elif self.cursor >= self.top + self.page:
            self.top = self.cursor - self.page + 1
        self.top = max(0, min(self.top, self.row_count - self.page))
        if self.top != top:
            self.refresh()
        elif self.cursor != before:
            for line in (before, self.cursor):
                self.refresh(Region(0, self.head_lines + line - self.top, self.size.width, 1))
        self.place_cursor()
        if self.cursor != before and not quiet:
            self.post_message(self.Moved(self, self.cursor))

    @property
    def has_cursor(self) -> bool:
        """Whether the terminal's cursor belongs in this list: typing goes here, on the screen in front."""
        # Asked of the screen: a widget that is told of its focus does not have it yet by its own word.
        return self.is_attached and self.screen.focused is self and self.screen.is_active

    def place_cursor(self) -> None:
        """The real cursor stands on the current line."""
        if self.has_cursor:
            self.app.cursor_position = self.content_region.offset + Offset(0, self.head_lines + self.cursor - self.top)

    def on_focus(self) -> None:
        """The real cursor stands where a screen reader has to read."""
        self.place_cursor()
        self._refresh_current()

    def on_blur(self) -> None:
        """The current row is drawn as chosen, no longer as under the cursor."""
        self._refresh_current()

    def _refresh_current(self) -> None:
        self.refresh(Region(0, self.head_lines + self.cursor - self.top, self.size.width, 1))

    def on_resize(self) -> None:
        """Keep the current row in view."""
        self.go(self.cursor, quiet=True)

    def move_by_key(self, key: str) -> bool:
        """Move as a key says; whether it was such a key."""
        steps = {"down": 1, "up": -1, "pagedown": self.page, "pageup": -self.page}
        if key in steps:
            self.go(self.cursor + steps[key])
        elif key == "home":
            self.go(0)
        elif key == "end":
            self.go(self.row_count - 1)
        else:
            return False
        return True

    def on_key(self, event: events.Key) -> None:
        """Moving keys and Enter."""
        if event.key == "enter" and self.row_count:
            self.post_message(self.Chosen(self, self.cursor))
        elif not self.move_by_key(event.key):
            return
        event.stop()
        event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """A click makes a row current, a double click chooses it."""
        row = self.top + event.y - self.head_lines
        if event.y >= self.head_lines and row < self.row_count:
            self.go(row)
            if event.chain == 2:
                self.post_message(self.Chosen(self, self.cursor))

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor, so that what is current is always in view."""
        self.go(self.cursor + 3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel, upwards."""
        self.go(self.cursor - 3)

    def text_to_copy(self) -> str:
        """The current row as plain text."""
        return "".join(text for text, _ in self.pieces_of(self.cursor)).rstrip() if self.row_count else ""

    def stripe_of(self, row: int) -> str:
        """The token of a row that is not current."""
        return "text"

    def render_line(self, y: int) -> Strip:
        """One line of the list."""
        width = self.size.width
        if y < self.head_lines:
            return self.strip_of(self.head_of(y), width, "heading")
        row = self.top + y - self.head_lines
        if row >= self.row_count:
            empty = [(f" {self.when_empty()}", "dim")] if y == self.head_lines and not self.row_count else []
            return self.strip_of(empty, width, "text")
        pieces = self.pieces_of(row)
        if row != self.cursor:
            return self.strip_of(pieces, width, self.stripe_of(row))
        token = "cursor" if self.has_focus else "chosen"
        return self.strip_of([(text, token) for text, _ in pieces], width, token)
