"""Ctrl+G: a letter for every place; the letter brings one there."""

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult

from tui.widgets.base_screen import BaseModal, JumpPlace
from tui.widgets.text import width_of
from tui.widgets.text_line import Piece, TextLine


class Jump(BaseModal[Callable[[], object]]):
    """Dismissed with what brings one to the place whose letter was typed; None for any other key."""

    DEFAULT_CSS = """
    Jump { align: left bottom; }
    Jump TextLine { width: 100%; }
    """

    def __init__(self, places: Sequence[JumpPlace]) -> None:
        super().__init__()
        self._places = {letter.lower(): bring for letter, _, bring in places}
        self._names = [(letter.upper(), label) for letter, label, _ in places]

    def compose(self) -> ComposeResult:
        """As many lines as the places take, over the key bar: what is cut off cannot be jumped to."""
        lines: list[list[Piece]] = [[(" Jump to ", "bar")]]
        used = len(lines[0][0][0])
        for letter, label in self._names:
            place: list[Piece] = [(f" {letter} ", "bar_key"), (f"{label} ", "bar")]
            width = sum(width_of(text) for text, _ in place)
            if used + width > self.app.size.width:
                lines.append([(" ", "bar")])
                used = 1
            lines[-1] += place
            used += width
        for line in lines:
            yield TextLine(line, "bar")

    def on_key(self, event: events.Key) -> None:
        """A letter jumps; anything else goes away without a move, and is not typed into the screen below."""
        event.stop()
        event.prevent_default()
        self.dismiss(self._places.get((event.character or "").lower()))
