"""One line of a file, field by field, with what a rule says of it: the cursor stands on the field that is meant."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from textual.widget import Widget

from tui.screens.field_page import FieldPage
from tui.session.program import StoreScreen
from tui.session.wording import rule_title
from tui.widgets.line_list import LineList
from tui.widgets.text import one_line, printable
from tui.widgets.text_line import Piece, TextLine
from tui.widgets.text_page import wrapped
from tui.widgets.theme import MARKS
from validators.records import Finding, Values
from validators.standard.model import Standard

HEADER, LABEL = 10, 32


class RowFields(LineList):
    """Every field that the row has a value in, and those that the finding is about, empty or not."""

    def __init__(self, standard: Standard, finding: Finding, values: Values) -> None:
        super().__init__()
        self.standard, self.finding, self.values = standard, finding, values
        meant = {finding.field, *finding.fields}
        known = [one for one in standard.headers if values.get(one) or one in meant]
        self.headers = [*known, *sorted(one for one in {*values, *meant} - {*standard.headers} if one)]

    @property
    def row_count(self) -> int:
        """How many."""
        return len(self.headers)

    def when_empty(self) -> str:
        """For a finding about all of the file."""
        return "This is about the whole file, not about one of its lines."

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Mark, header, label, value with the label of its code, all escaped."""
        header = self.headers[row]
        field = self.standard.by_header.get(header)
        value = self.values.get(header, "")
        meant = header == self.finding.field or header in self.finding.fields
        mark = MARKS[self.finding.severity.value] if meant else " "
        codes = self.standard.code_lists.get(field.codes) if field else None
        said = codes.codes.get(value, "") if codes else ""
        name = f"{one_line(header, HEADER)} {one_line(field.label if field else '', LABEL)}"
        told = printable(f"{value}  {said}" if said else value) or "(empty)"
        token = self.finding.severity.value if meant else "text"
        return [(f" {mark} {name} ", token), (told, token if meant or value else "dim")]


class RowScreen(StoreScreen[None]):
    """What is wrong, then the row."""

    scope = "file_row"
    heading = "A line of the file"

    def __init__(
        self, standard: Standard, finding: Finding, values: Values, walk: Callable[[Literal[1, -1]], None]
    ) -> None:
        """Show the row's `values`; `walk` leads to the next finding or the one before."""
        super().__init__()
        self.standard, self.finding, self._walk = standard, finding, walk
        self.told = tuple(TextLine() for _ in range(3))
        self.fields = RowFields(standard, finding, values)
        if finding.line:
            self.title = f"Line {finding.line} of the file"

    def body(self) -> Iterable[Widget]:
        """The sentence, then the fields."""
        yield from self.told
        yield self.fields

    def on_mount(self) -> None:
        """On the field that is meant."""
        self.fields.focus()
        headers, meant = self.fields.headers, self.finding.field
        self.fields.cursor = headers.index(meant) if meant in headers else 0
        self._tell()

    def on_resize(self) -> None:
        """Wrap anew."""
        self._tell()

    def _tell(self) -> None:
        one = self.finding
        more = f" The same holds of lines {', '.join(map(str, one.lines[1:6]))}." if len(one.lines) > 1 else ""
        text = f"{MARKS[one.severity.value]} {one.message}. {rule_title(self.standard, one.rule)}.{more}"
        lines = wrapped(text, max(20, self.size.width - 2))
        for line, told in zip(self.told, [*lines, "", "", ""], strict=False):
            line.show((f" {told}", one.severity.value))

    def on_line_list_chosen(self) -> None:
        """Enter: the field's own page, with its codes and rules."""
        header = self.fields.headers[self.fields.cursor]
        if header in self.standard.by_header:
            self.app.push_screen(FieldPage(self.standard, header))
        else:
            self.say("The data set has no such field.", "notice")

    def action_next_finding(self) -> None:
        """F8."""
        self._walk(1)

    def action_previous_finding(self) -> None:
        """F7."""
        self._walk(-1)
