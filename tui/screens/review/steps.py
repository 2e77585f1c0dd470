"""Choosing from lists, step after step: one of them, several of them, and what drives one dialog after the other."""

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen

from tui.widgets.base_screen import BaseModal
from tui.widgets.filter_list import FilteredList
from tui.widgets.text import fit, printable, width_of
from tui.widgets.text_line import Piece, TextLine

Steps = Generator[BaseModal[Any], Any, None]
StepsTo = Generator[BaseModal[Any], Any, str]
"""Steps that lead to a text."""
Offered = Sequence[tuple[str, str, str]]
"""Id, label, detail."""


def walk(screen: Screen[Any], steps: Steps) -> None:
    """Show the dialogs that a generator gives, each after the answer to the one before; Escape ends it."""

    def came(answer: Any) -> None:
        try:
            dialog = steps.send(answer)
        except StopIteration:
            return
        screen.app.push_screen(dialog, lambda given: came(given) if given is not None else steps.close())

    came(None)


class _Offer(FilteredList):
    """Labels as wide as they need to be; what is marked has a cross before it."""

    def __init__(self, items: Offered, prompt: str, marked: Iterable[str] | None) -> None:
        super().__init__(items, prompt)
        self.marked = dict.fromkeys(marked) if marked is not None else None

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Mark, label, detail."""
        own, label, detail = self._found[row]
        mark = "" if self.marked is None else "[x] " if own in self.marked else "[ ] "
        width = min(34, max(12, width_of(label)))
        return [(" " + mark + fit(printable(label), width) + "  ", "text"), (printable(detail), "dim")]


class ChooseOne(BaseModal[str]):
    """Dismissed with the id of what Enter was pressed on; None on Escape."""

    DEFAULT_CSS = """
    ChooseOne { align: center top; }
    ChooseOne Vertical { width: 90%; max-width: 76; height: auto; margin-top: 1; }
    ChooseOne FilteredList { height: 70vh; max-height: 17; min-height: 3; }
    """

    def __init__(self, title: str, items: Offered, prompt: str = "Find") -> None:
        super().__init__()
        self.title, self.items, self.prompt = title, items, prompt

    def compose(self) -> ComposeResult:
        """What is asked, and the list."""
        with Vertical():
            yield TextLine([(f" {self.title}", "title")], "title")
            yield _Offer(self.items, self.prompt, None)

    def on_line_list_chosen(self) -> None:
        """Enter."""
        if (chosen := self.query_one(_Offer).current_id) is not None:
            self.dismiss(chosen)


class ChooseSome(BaseModal[tuple[str, ...]]):
    """Enter marks and unmarks, F2 is done: dismissed with the ids in the order of the list; None on Escape."""

    DEFAULT_CSS = """
    ChooseSome { align: center top; }
    ChooseSome Vertical { width: 90%; max-width: 76; height: auto; margin-top: 1; }
    ChooseSome FilteredList { height: 65vh; max-height: 16; min-height: 3; }
    """

    def __init__(
        self, title: str, items: Offered, marked: Iterable[str] = (), check: Callable[[int], str] | None = None
    ) -> None:
        """`check` gets how many are marked and says what is wrong with that, or nothing."""
        super().__init__()
        self.title, self.items, self.check = title, items, check
        self._listed = _Offer(items, "Find", marked)
        self._keys = TextLine([("", "panel")], "panel")

    def compose(self) -> ComposeResult:
        """What is asked, the list, the keys."""
        with Vertical():
            yield TextLine([(f" {self.title}", "title")], "title")
            yield self._listed
            yield self._keys

    def on_mount(self) -> None:
        """Begin."""
        self._tell()

    def _tell(self, wrong: str = "") -> None:
        many = len(self._listed.marked or ())
        told = wrong or f"{many} marked; Enter marks and unmarks, F2 takes them, Esc leaves"
        self._keys.show((f" {told}", "error" if wrong else "panel"))

    def on_line_list_chosen(self) -> None:
        """Enter: mark it, or take the mark away; what was typed to find it is done with."""
        chosen, marked = self._listed.current_id, self._listed.marked
        if chosen is None or marked is None:
            return
        if chosen in marked:
            del marked[chosen]
        else:
            marked[chosen] = None
        if self._listed.typed:
            self._listed.filter_by("")
            self._listed.go([own for own, _, _ in self.items].index(chosen), quiet=True)
        self._listed.refresh()
        self._tell()

    def on_key(self, event: events.Key) -> None:
        """F2."""
        if event.key != "f2":
            return
        event.stop()
        marked = self._listed.marked or {}
        if self.check is not None and (wrong := self.check(len(marked))):
            self._tell(wrong)
        else:
            self.dismiss(tuple(own for own, _, _ in self.items if own in marked))
