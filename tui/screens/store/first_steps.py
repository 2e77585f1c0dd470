"""After the first start: where the key is, and the two ways in: the last extract, or the first client."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.widget import Widget

from tui.session.program import StoreScreen
from tui.session.wording import path_text
from tui.widgets.line_list import LineList
from tui.widgets.text_line import Piece
from tui.widgets.text_page import TextPage


@dataclass(frozen=True)
class FirstStep:
    """A way on: what it is called, what it is, and the screen it leads to ("" for the form of a new client)."""

    name: str
    about: str
    screen: str


STEPS = (
    FirstStep("Copy the key", "shown once to be written down, a part typed back", "key"),
    FirstStep("Bring your last extract", "checked, nothing stored; a key then takes it in", "file_check"),
    FirstStep("Key the first client", "a form with the rules beside it", ""),
    FirstStep("Make a backup", "an encrypted copy of the store; it needs the same key", "backup"),
    FirstStep("Look at the month", "what is due, and when", "month"),
)
"""In this order; another way on is one more entry. One begins at the second, the first of the ways in."""
DOCUMENTS = FirstStep("Bring the documents", "of the edition, on Standards: what is here is a frame", "standards")
"""The first way in where the agency reports by a frame."""


class StepList(LineList):
    """The ways on."""

    def __init__(self, steps: Sequence[FirstStep]) -> None:
        super().__init__()
        self.steps = steps
        self.styles.height = len(steps)

    @property
    def row_count(self) -> int:
        """How many there are."""
        return len(self.steps)

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Name, then what it is."""
        one = self.steps[row]
        return [(f" {one.name:<26}", "text"), (one.about, "dim")]


class FirstStepsScreen(StoreScreen[None]):
    """Where the store and its key are; the ways on below."""

    scope = "first_steps"
    heading = "First steps"

    def body(self) -> Iterable[Widget]:
        """Words, then the ways."""
        frame = self.program.standard.whole.unverified
        self.steps, self.page = StepList((STEPS[0], DOCUMENTS, *STEPS[1:]) if frame else STEPS), TextPage()
        yield self.page
        yield self.steps

    def on_mount(self) -> None:
        """On the first way in."""
        store, its = self.program.opened_store, self.program.agency
        name = f" ({its.name})" if its.name else ""
        self.page.show(
            [
                f"# Agency {its.code}{name}: {self.program.standard.title}",
                "",
                f"  Reports from here since {its.reports_since}: what was due before is never called late.",
                "",
                "# Keep a copy of the key",
                "",
                f"  Store  {path_text(store.path)}",
                f"  Key    {path_text(store.key_file)}",
                "",
                "  The store is encrypted. Without the key nothing in it can be read, by anybody: keep a copy of the "
                "key in a safe place that is not this machine, and not beside a backup.",
                "",
                "# How to begin (Enter; the palette, Ctrl+P, finds this page again)",
            ]
        )
        self.steps.focus()
        self.steps.go(1, quiet=True)

    def on_line_list_chosen(self) -> None:
        """Enter: go there; this page stays below."""
        one = self.steps.steps[self.steps.cursor]
        if one.screen:
            self.program.open_screen(one.screen)
        else:
            self.program.open_client()
