"""The file as a table, which scrolls sideways by columns, and as text. Only what is looked at is taken out."""

from collections.abc import Iterable, Sequence

from textual import events
from textual.widget import Widget

from exporters.formats.kept_text import KeptText
from tui.widgets.base_screen import BaseScreen
from tui.widgets.line_list import LineList
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text import printable
from tui.widgets.text_line import Piece, TextLine
from validators.standard.model import Standard
from validators.standard.terminology import counted

WIDEST = 14
STEP = 20


class SheetTable(PagedTable):
    """The rows of the file, from one of the columns on; Left and Right move by a column."""

    def __init__(self, text: KeptText, standard: Standard) -> None:
        self._text, self.first = text, 0
        self._headers = text.headers
        lengths = {item.header: item.layout.length for item in standard.fields}
        self._wide = [max(len(h), min(lengths.get(h, WIDEST), WIDEST)) for h in self._headers]
        super().__init__((), lambda: text.rows, self._cells, empty=f"No {text.unit} would be written.")
        self._lay_out()

    def _lay_out(self) -> None:
        self.columns = (
            Column("Line", 7, right=True),
            *(
                Column(printable(header), width)
                for header, width in zip(self._headers[self.first :], self._wide[self.first :], strict=True)
            ),
        )

    def _cells(self, offset: int, limit: int) -> Sequence[Row]:
        found = self._text.cells(offset, limit)
        line_of = self._text.line_of
        return [(offset + at, line_of(offset + at), *cells[self.first :]) for at, cells in enumerate(found)]

    def shift(self, by: int) -> None:
        """Begin with another column."""
        first = max(0, min(len(self._headers) - 1, self.first + by))
        if first != self.first:
            self.first = first
            self._lay_out()
            self.reload()

    def on_key(self, event: events.Key) -> None:
        """Sideways; up and down are the list's."""
        steps = {"right": 1, "left": -1, "ctrl+right": 8, "ctrl+left": -8}
        if event.key in steps:
            self.shift(steps[event.key])
            event.stop()
            event.prevent_default()


class SheetText(LineList):
    """The lines of the file; Left and Right scroll."""

    def __init__(self, text: KeptText) -> None:
        super().__init__()
        self._text, self._left = text, 0

    @property
    def row_count(self) -> int:
        """The heading and the rows."""
        return self._text.line_count

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """A line, from where it was scrolled to, escaped."""
        line = next(iter(self._text.lines(row, 1)), "").rstrip("\r\n")
        return [(printable(line[self._left : self._left + self.size.width]), "text")]

    def on_key(self, event: events.Key) -> None:
        """Sideways; up and down are the list's."""
        if event.key in ("right", "left"):
            self._left = max(0, self._left + (STEP if event.key == "right" else -STEP))
            self.refresh()
            event.stop()
            event.prevent_default()


class SheetScreen(BaseScreen[None]):
    """Both ways to look, one at a time."""

    scope = "extract_sheet"
    heading = "The file"
    DEFAULT_CSS = """
    SheetScreen SheetText { display: none; }
    SheetScreen.-text SheetText { display: block; }
    SheetScreen.-text SheetTable { display: none; }
    """

    def __init__(self, title: str, text: KeptText, standard: Standard, as_text: bool = False) -> None:
        super().__init__()
        self.title = title
        self._text, self._standard, self._as_text = text, standard, as_text
        self._about = TextLine(id="about")

    def body(self) -> Iterable[Widget]:
        """What it is, then both."""
        self.table, self.lines = SheetTable(self._text, self._standard), SheetText(self._text)
        yield self._about
        yield self.table
        yield self.lines

    def on_mount(self) -> None:
        """As it was asked for."""
        self._show()

    def _show(self) -> None:
        self.set_class(self._as_text, "-text")
        (self.lines if self._as_text else self.table).focus()
        how = "as text" if self._as_text else f"{len(self._text.headers)} columns"
        self._about.show(
            (f" {counted(self._text.rows, self._text.unit)}, {how}; Left and Right scroll sideways.", "dim")
        )

    def action_text(self) -> None:
        """The other way to look."""
        self._as_text = not self._as_text
        self._show()
