"""Ctrl+G: one line with a letter for every place; the letter brings one there."""

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult

from tui.widgets.base_screen import BaseModal, JumpPlace
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
        pieces: list[Piece] = [(" Jump to ", "bar")]
        for letter, label, _ in places:
            pieces += [(f" {letter.upper()} ", "bar_key"), (f"{label} ", "bar")]
        self._pieces = pieces

    def compose(self) -> ComposeResult:
        """The one line, over the key bar."""
        yield TextLine(self._pieces, "bar")

    def on_key(self, event: events.Key) -> None:
        """A letter jumps; anything else goes away without a move, and is not typed into the screen below."""
        event.stop()
        event.prevent_default()
        self.dismiss(self._places.get((event.character or "").lower()))
