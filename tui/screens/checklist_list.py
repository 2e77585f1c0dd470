"""The list of the Checklist screen, one line for each item; and what is done to one, in the writers' thread."""

from collections.abc import Callable

from textual import events
from textual.message import Message

from exporters.checklist import Item
from exporters.checklist_acts import Acts
from tui.frame.line_list import LineList
from tui.frame.printable import fit, one_line
from tui.frame.text_line import Piece

BOXES = {"done": ("[x]", "ok"), "open": ("[ ]", "warning"), "waits": ("[.]", "dim"), "not needed": ("[-]", "dim")}
TITLE = 46


def _told(item: Item) -> str:
    return item.told


class ChecklistList(LineList):
    """One line for each item: its box, its title, who ticked it and when or why it is not ticked."""

    class Pressed(Message):
        """Space, or a key to another submission: -1, 1; 0 is a tick."""

        def __init__(self, what: int) -> None:
            super().__init__()
            self.what = what

    def __init__(self) -> None:
        super().__init__(id="items")
        self.items: tuple[Item, ...] = ()
        self.tail: Callable[[Item], str] = _told

    @property
    def row_count(self) -> int:
        """The items."""
        return len(self.items)

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self.cursor] if self.cursor < len(self.items) else None

    def show(self, items: tuple[Item, ...]) -> None:
        """Show other items, or the same ones as they stand now."""
        if items != self.items:
            self.items = items
            self.go(self.cursor, quiet=True)
            self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def pieces_of(self, row: int) -> list[Piece]:
        """The line, everything stored escaped."""
        item = self.items[row]
        box, token = BOXES[item.state]
        title = fit(one_line(item.title, TITLE), TITLE)
        room = max(0, self.size.width - 5 - TITLE)
        return [(f" {box} ", token), (title, "text"), (one_line(self.tail(item), room), "dim")]

    def on_key(self, event: events.Key) -> None:
        """Space ticks, Left and Right go to other submissions; moving is the list's."""
        keys = {"space": 0, "left": -1, "right": 1}
        if event.key not in keys:
            return
        self.post_message(self.Pressed(keys[event.key]))
        event.stop()
        event.prevent_default()


def do(
    store: object, about: tuple[object, ...], act: str, item: str, texts: dict[str, str], attempt: int | None
) -> tuple[str, bool]:
    """Do one act in the writers' thread; what is said of it, and whether there is a new attempt. Raises Problem."""
    acts = Acts(store, *about)  # type: ignore[arg-type]
    if act == "tick":
        acts.tick(item, texts, attempt)
        return f"Ticked. {acts.said_of_today(item)}".strip(), False
    if act == "reopen":
        acts.reopen(item, texts["reason"], attempt)
        return "Reopened; the tick before is kept with your reason.", False
    made = acts.correct(texts["reason"]) if act == "correct" else acts.declare_nil(texts["reason"])
    return f"Attempt {made.attempt} of {made.month} is begun.", True
