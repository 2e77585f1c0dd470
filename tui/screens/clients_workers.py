"""Whose clients are listed: the key workers by name."""

from collections.abc import Sequence

from textual.app import ComposeResult

from tui.frame.base_screen import BaseModal
from tui.frame.filter_line import FilteredList
from tui.frame.printable import printable

ANYBODY = "\x00anybody"
"""The answer that takes the filter away; no name holds such a character."""


class KeyWorkers(BaseModal[str]):
    """Dismissed with a key worker's name or `ANYBODY`; None on Escape."""

    DEFAULT_CSS = """
    KeyWorkers { align: center top; }
    KeyWorkers FilteredList { width: 90%; max-width: 60; height: 70%; max-height: 18; min-height: 4; margin-top: 1; }
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def compose(self) -> ComposeResult:
        """Everybody first, then the names."""
        items = [(ANYBODY, "(anybody)", "all clients")]
        yield FilteredList([*items, *((name, printable(name), "") for name in self._names)], "Key worker")

    def on_line_list_chosen(self) -> None:
        """Enter."""
        chosen = self.query_one(FilteredList).current_id
        if chosen is not None:
            self.dismiss(chosen)
