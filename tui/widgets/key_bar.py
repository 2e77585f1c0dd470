"""The bottom line: this screen's keys and what they do."""

from tui.widgets.text import width_of
from tui.widgets.text_line import Piece, TextLine


class KeyBar(TextLine):
    """`F1 Help  F2 Save ...`, as many as there is room for; repainted only when it says something else.

    Stock Textual rebuilds its footer whenever the focus moves; this line is told what to say by the screen.
    """

    def __init__(self, keys: list[tuple[str, str]]) -> None:
        super().__init__(rest="bar", id="key-bar")
        self._keys = keys

    def on_mount(self) -> None:
        """Say the keys it was made with."""
        self.show_keys(self._keys)

    def on_resize(self) -> None:
        """Another width has room for other keys."""
        self.show_keys(self._keys)

    def show_keys(self, keys: list[tuple[str, str]]) -> None:
        """List these keys: pairs of key and name. What does not fit is left out whole; F1 has them all."""
        self._keys = keys
        pieces: list[Piece] = []
        left = self.size.width
        for key, name in keys:
            needed = width_of(key) + width_of(name) + (3 if pieces else 1)
            if needed > left and left:
                break
            pieces += [("  " if pieces else "", "bar"), (key, "bar_key"), (f" {name}", "bar")]
            left -= needed
        self.show(*pieces)
