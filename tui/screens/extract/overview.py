"""The lines of the first page: each tells one thing and leads on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.frame.line_list import LineList
from tui.frame.printable import fit, printable
from tui.frame.text_line import Piece
from tui.frame.tokens import MARKS

LABEL = 15


@dataclass(frozen=True)
class Line:
    """A line: its label, what it tells, its severity, what Enter does, and how that is said."""

    label: str
    told: str
    severity: str = ""
    go: Callable[[], object] | None = None
    hint: str = ""


class Overview(LineList):
    """The lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    @property
    def row_count(self) -> int:
        """How many there are."""
        return len(self.lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Tell other lines; the place is kept."""
        self.lines = list(lines)
        self.go(self.cursor, quiet=True)
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    @property
    def current(self) -> Line | None:
        """The line under the cursor."""
        return self.lines[self.cursor] if self.lines else None

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Mark, label, text."""
        one = self.lines[row]
        mark = MARKS[one.severity]
        return [
            (f" {mark} ", one.severity or "text"),
            (fit(one.label, LABEL) + " ", "heading"),
            (printable(one.told), one.severity or "text"),
        ]
