"""A filter typed on top of a list: characters and moving keys in one handler, so that typing ahead lands right."""

from collections.abc import Sequence
from difflib import get_close_matches

from textual import events
from textual.geometry import Offset

from tui.widgets.line_list import LineList
from tui.widgets.text import LEFT_OUT, first_cell, width_of
from tui.widgets.text_line import Piece

ALIKE = 0.7
"""How much of a word has to be the same, of 1, for a slip of the keys to be passed over."""


def _nearly(word: str, item: tuple[str, str, str]) -> bool:
    """Whether a label has a word that a typed one is but for a slip, or that begins so."""
    known = item[1].lower().split()
    beginnings = [each[: len(word)] for each in known]
    return bool(get_close_matches(word, [*known, *beginnings], 1, ALIKE))


class FilteredList(LineList):
    """A list with a line above it in which a filter is typed; `items` are filtered by `filtered` at every character.

    Words may stand in any order; all have to occur. Where they occur nowhere, slips of the keys are passed over.
    """

    head_lines = 1

    def __init__(self, items: Sequence[tuple[str, str, str]], prompt: str = "Find", id: str | None = None) -> None:
        """Items are id, label, detail. The filter looks at label and detail."""
        super().__init__(id=id)
        self.prompt, self.typed = prompt, ""
        self._items = list(items)
        self._found = list(items)

    @property
    def row_count(self) -> int:
        """How many items the filter leaves."""
        return len(self._found)

    @property
    def current_id(self) -> str | None:
        """The id of the current item; None when the filter leaves none."""
        return self._found[self.cursor][0] if self.cursor < len(self._found) else None

    def head_of(self, line: int) -> Sequence[Piece]:
        """The filter as typed."""
        return [(f" {self.prompt}: ", "heading"), (self.typed, "field_focus")]

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Label, then detail."""
        _, label, detail = self._found[row]
        half = max(12, self.size.width * 2 // 5)
        return [(f" {label}".ljust(half)[:half] + " ", "text"), (detail, "dim")]

    def when_empty(self) -> str:
        """That it is the filter that leaves nothing."""
        return "Nothing here is called so." if self.typed else ""

    def offer(self, items: Sequence[tuple[str, str, str]]) -> None:
        """Have other items to choose from; the filter stays, and so does what is chosen, while it is there."""
        chosen = self.current_id
        self._items = list(items)
        self.filter_by(self.typed)
        self.go(next((row for row, item in enumerate(self._found) if item[0] == chosen), 0), quiet=True)

    def filter_by(self, typed: str) -> None:
        """Leave only what has all the words: what is called so first, then what begins so, and what has it at all."""
        self.typed = typed
        words = typed.lower().split()
        self._found = [
            item for item in self._items if all(word in item[1].lower() or word in item[2].lower() for word in words)
        ]
        if words and not self._found:
            self._found = [item for item in self._items if all(_nearly(word, item) for word in words)]
        if words:
            self._found.sort(key=lambda item: self._rank(item, " ".join(words), words[0]))
        self.cursor = self.top = 0
        self.refresh()
        self.place_cursor()

    def _rank(self, item: tuple[str, str, str], typed: str, word: str) -> tuple[bool, ...]:
        """Where an item comes in order: Enter takes the first, so nothing stands before what is called as was typed."""
        label = item[1].lower()
        about = self.about(item).lower()
        return (
            label != typed,
            not label.startswith(typed),
            not label.startswith(word),
            word not in label,
            not about.startswith(word),
        )

    def about(self, item: tuple[str, str, str]) -> str:
        """What is said of an item, without what stands before it in the line."""
        return item[2]

    def place_cursor(self) -> None:
        """The real cursor stands where the next character goes."""
        if self.has_cursor:
            self.app.cursor_position = self.content_region.offset + Offset(width_of(f" {self.prompt}: {self.typed}"), 0)

    def on_key(self, event: events.Key) -> None:
        """Characters and what takes them away; moving and Enter are the list's."""
        if event.key in ("backspace", "ctrl+w", "ctrl+u"):
            kept = {"backspace": self.typed[:-1], "ctrl+w": self.typed.rstrip().rpartition(" ")[0]}
            self.filter_by(kept.get(event.key, ""))
        elif event.is_printable and event.character:
            self.filter_by(self.typed + event.character)
        elif event.key == "tab":
            self.go(self.cursor + 1)
        elif event.key == "shift+tab":
            self.go(self.cursor - 1)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """The first cell or line of a paste is typed, without control characters."""
        first, others = first_cell(event.text)
        self.filter_by(self.typed + first)
        if others:
            self.base.say(LEFT_OUT.format(number=others + 1))
        event.stop()
