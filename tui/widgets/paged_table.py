"""A table of any length that reads only the pages in view."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.widgets.line_list import LineList
from tui.widgets.text import fit, one_line, width_of
from tui.widgets.text_line import Piece

Row = Sequence[object]
"""A row's id, then its values in the order of the columns."""

PAGE = 128
MOST_PAGES = 16


@dataclass(frozen=True)
class Column:
    """A column: heading, width in cells (0: what is left over), the name to sort by ("" for none), right-aligned?"""

    heading: str
    width: int
    sort: str = ""
    right: bool = False


class PagedTable(LineList):
    """Rows by `fetch(offset, limit)` and `count()`; both are asked again after `reload`.

    The current row is kept by its id over a reload: `find(id)` gives its new place, None when it is gone; without
    `find` the place is kept. `1` to `9` sort by a column, the same again turns the order: a `SortWanted` message is
    posted and the owner reloads. `/` posts `FilterWanted`. Memory is at most `MOST_PAGES` pages, however many rows.
    """

    head_lines = 1

    class SortWanted(Message):
        """Somebody wants another order: `column` is the `sort` of a column."""

        def __init__(self, table: "PagedTable", column: str, descending: bool) -> None:
            super().__init__()
            self.table, self.column, self.descending = table, column, descending

        @property
        def control(self) -> "PagedTable":
            """The table it happened in."""
            return self.table

    class FilterWanted(Message):
        """`/` was pressed."""

        def __init__(self, table: "PagedTable") -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> "PagedTable":
            """The table it happened in."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        count: Callable[[], int],
        fetch: Callable[[int, int], Sequence[Row]],
        find: Callable[[object], int | None] | None = None,
        empty: str = "Nothing here.",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.columns, self.empty = tuple(columns), empty
        self._count, self._fetch, self._find = count, fetch, find
        self._rows = 0
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self.sorted_by, self.descending = "", False

    @property
    def row_count(self) -> int:
        """How many rows there are, as of the last reload."""
        return self._rows

    def on_mount(self) -> None:
        """Read the first page."""
        self.reload(keep=False)

    def row(self, index: int) -> Row | None:
        """A row by its place; None when it has gone since the count was taken."""
        number, place = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = self._fetch(number * PAGE, PAGE)
            if len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[place] if place < len(page) else None

    @property
    def current_id(self) -> object:
        """The id of the current row; None when there is none."""
        row = self.row(self.cursor) if self._rows else None
        return row[0] if row else None

    def reload(self, keep: bool = True) -> None:
        """Count and read again, keeping the current row by its id where `keep`; else from the top."""
        wanted = self._cached_id() if keep else None
        self._pages.clear()
        self._rows = self._count()
        place = self._place_of(wanted) if wanted is not None else None
        self.go((self.cursor if keep else 0) if place is None else place, quiet=True)
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def _place_of(self, wanted: object) -> int | None:
        """Where the row of an id stands now, its page read: left to the next drawing, which beneath another screen may
        be long after, the page may have somebody else in that place by then."""
        for _ in range(2):  # it may move between the two questions, too
            place = self._find(wanted) if self._find is not None else None
            row = self.row(place) if place is not None else None
            if row is None or row[0] == wanted:
                return place
            self._pages.clear()
        return place

    def recount(self) -> None:
        """Count again; the rows that were read stay, as does the place."""
        self._rows = self._count()
        self.go(self.cursor, quiet=True)
        self.refresh()

    def _cached_id(self) -> object:
        page = self._pages.get(self.cursor // PAGE, ())
        place = self.cursor % PAGE
        return page[place][0] if place < len(page) else None

    def on_key(self, event: events.Key) -> None:
        """Sorting and the filter; moving is the list's."""
        if event.key == "slash":
            self.post_message(self.FilterWanted(self))
        elif (
            event.key.isdecimal() and 0 < int(event.key) <= len(self.columns) and self.columns[int(event.key) - 1].sort
        ):
            self.sort_by(self.columns[int(event.key) - 1].sort)
        else:
            return
        event.stop()
        event.prevent_default()

    def sort_by(self, column: str) -> None:
        """Ask for the order of a column; the same again for the other way round."""
        self.descending = column == self.sorted_by and not self.descending
        self.sorted_by = column
        self.post_message(self.SortWanted(self, column, self.descending))

    def _widths(self) -> list[int]:
        taken = sum(column.width + 1 for column in self.columns if column.width)
        shared = [column for column in self.columns if not column.width]
        left = max(len(shared) * 4, self.size.width - taken - len(shared))
        return [column.width or left // len(shared) for column in self.columns]

    def head_of(self, line: int) -> Sequence[Piece]:
        """Headings; the order is told by an arrow."""
        parts = []
        for column, width in zip(self.columns, self._widths(), strict=True):
            arrow = ("↓" if self.descending else "↑") if column.sort and column.sort == self.sorted_by else ""
            parts.append(fit(column.heading + arrow, width))
        return [(" ".join(parts), "heading")]

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """One row, every value escaped."""
        values = self.row(row)
        if values is None:
            return []
        parts = []
        for column, width, value in zip(self.columns, self._widths(), values[1:], strict=False):
            text = one_line(value, width)
            if column.right:
                bare = text.rstrip()
                text = " " * (width - width_of(bare)) + bare
            parts.append(text)
        return [(" ".join(parts), self.stripe_of(row))]

    def stripe_of(self, row: int) -> str:
        """Every second row has another ground, so that the eye keeps the line."""
        return "stripe" if row & 1 else "text"

    def render_line(self, y: int) -> Strip:
        """One line; an empty table says so."""
        if y == 1 and not self._rows:
            return self.strip_of([(f" {self.empty}", "dim")], self.size.width, "text")
        return super().render_line(y)
