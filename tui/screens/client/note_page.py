"""Key worker and note of an episode: kept beside it, never exported."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Offset

from tui.form.line_input import LineInput
from tui.frame.base_screen import BaseModal
from tui.frame.text_line import TextLine

MOVES = {"tab": 1, "enter": 1, "down": 1, "shift+tab": -1, "up": -1}


class NoteLine:
    """One of the two lines; the host that its input works for."""

    def __init__(self, page: "NotePage") -> None:
        self.page = page
        self.input = LineInput(self)

    def press(self, key: str) -> bool:
        """The keys that move on or save."""
        if key in MOVES:
            self.page.move(self, MOVES[key])
        elif key in ("f2", "escape"):
            self.page.done()
        else:
            return False
        return True

    def typed(self, text: str) -> None:
        """Nothing waits for a single character."""

    def input_offset(self) -> Offset:
        """Where the input stands."""
        return self.input.content_region.offset


class NotePage(BaseModal[tuple[str, str]]):
    """Dismissed with key worker and note, on F2, on Enter in the last line and on Escape alike: what is typed stays."""

    DEFAULT_CSS = """
    NotePage Vertical { width: 90%; max-width: 76; height: 8; }
    NotePage LineInput { width: 100%; }
    """

    def __init__(self, name: str, key_worker: str, note: str, known: Sequence[str]) -> None:
        super().__init__()
        self._name, self._known = name, known
        self.lines = (NoteLine(self), NoteLine(self))
        self.before = (key_worker, note)

    def compose(self) -> ComposeResult:
        """The two lines with their names."""
        known = ", ".join(self._known)
        with Vertical():
            yield TextLine([(f" {self._name}: key worker and note", "title")], "title")
            yield TextLine([(" Kept here only, never sent. F2 keeps them, Ctrl+U empties a line.", "panel")], "panel")
            yield TextLine([(" Key worker", "panel_heading")], "panel")
            yield self.lines[0].input
            yield TextLine([(f" Key workers here: {known}" if known else " ", "panel")], "panel")
            yield TextLine([(" Note", "panel_heading")], "panel")
            yield self.lines[1].input
            yield TextLine([("", "panel")], "panel")

    def on_mount(self) -> None:
        """Begin with the key worker."""
        for line, text in zip(self.lines, self.before, strict=True):
            line.input.load(text)
        self.lines[0].input.focus()

    def move(self, line: NoteLine, step: int) -> None:
        """To the other line; on from the last one it is done."""
        target = self.lines.index(line) + step
        if target >= len(self.lines):
            self.done()
        elif target >= 0:
            self.lines[target].input.focus()

    def done(self) -> None:
        """Away with both."""
        self.dismiss((self.lines[0].input.value.strip(), self.lines[1].input.value.strip()))

    def action_back(self) -> None:
        """Escape from elsewhere."""
        self.done()
