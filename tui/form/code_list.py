"""The code list that opens within the form: filtered while typing, drawn as lines, never focused. Knows no screen."""

from rich.cells import cell_len

from tui.form.codes import Choice, list_status
from tui.form.record_model import RecordModel
from tui.form.row_drawing import Piece
from tui.widgets.text import one_line

TALLEST = 10
HINT = "?"


class CodeListing:
    """The codes of the model's current field while somebody looks for one.

    The typed text is a question to the list, not a value of the record: closing it without choosing changes nothing.
    """

    def __init__(self) -> None:
        self.model: RecordModel | None = None
        self.query = ""
        self.choices: tuple[Choice, ...] = ()
        self.at = self.top = self.height = self.total = 0
        self.title = ""

    @property
    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self.model is not None

    def open(self, model: RecordModel, room: int, query: str = "") -> bool:
        """Open the list of the current field within `room` lines; False without a list.

        It opens on the value's own code, or on what `query` finds.
        """
        codes = model.codes(model.current)
        if codes is None or not (codes.codes or codes.labels):
            return False
        self.model, self.title = model, list_status(codes)
        self.filter("")
        self.total = len(self.choices)
        self.fit(room)
        if query:
            self.filter(query)
            return True
        value = model.value(model.current)
        self.move(next((index for index, choice in enumerate(self.choices) if value and choice.code == value), 0))
        return True

    def fit(self, room: int) -> None:
        """Take up to `room` lines, the chosen one among those that are shown."""
        self.height = max(0, min(TALLEST, self.total + 1, room))
        self.move(0)

    def close(self) -> None:
        """Close the list."""
        self.model = None

    def filter(self, text: str) -> None:
        """Show the codes that a typed text may mean; the best is chosen."""
        assert self.model is not None
        self.query = text
        self.choices = self.model.choices(self.model.current, text)
        self.at = self.top = 0

    @property
    def answer(self) -> str | None:
        """The chosen code; None on a label whose code is not known, and where nothing is found.

        What is typed here is a question: it is never a value.
        """
        return (self.choices[self.at].code if self.choices else "") or None

    def move(self, lines: int) -> None:
        """Choose another line, so many further down (up when negative)."""
        page = max(1, self.height - 1)
        self.at = max(0, min(len(self.choices) - 1, self.at + lines))
        if not self.top <= self.at < self.top + page:
            self.top = max(0, min(self.at - page // 2, len(self.choices) - page))

    def point(self, line: int) -> bool:
        """Choose the code drawn on a line (0 is the title); False where there is none."""
        index = self.top + line - 1
        if line < 1 or index >= len(self.choices):
            return False
        self.at = index
        return True

    def line_at(self, y: int, row: int, height: int) -> int | None:
        """Which line of the open list covers line `y` of a view `height` lines high; None where it does not.

        It hangs under the current line, `row`, or stands over it where only there is room.
        """
        if not self.is_open:
            return None
        below = row + self.height < height or height - 1 - row >= row
        first = row + 1 if below else row - self.height
        return y - first if first <= y < first + self.height else None

    def draw(self, line: int, width: int) -> list[Piece]:
        """A line of the list in `width` cells: the title, or a code with its label."""
        if line == 0:
            told = f" {self.title}: {len(self.choices)} of {self.total}  Enter chooses  Esc closes"
            return [(one_line(told, width), "title")]
        index = self.top + line - 1
        if index >= len(self.choices):
            nothing = " none fits: type other words, or Esc and then the code" if index == 0 else ""
            return [(one_line(nothing, width), "choice")]
        choice, pointer = self.choices[index], ">" if index == self.at else " "
        code = choice.code or HINT
        space = max(5, cell_len(code) + 1)
        label = choice.label if choice.code else f"{choice.label} (code not known)"
        name = "chosen" if index == self.at else "choice" if choice.code else "hint"
        return [(one_line(f"{pointer}{one_line(code, space)}{label}", width), name)]
