"""The table of clients, which is driven from the line one types in."""

from textual import events
from textual.strip import Strip

from tui.frame.paged_table import PagedTable


class ClientTable(PagedTable, can_focus=False):
    """The rows. Keys come to it from the line one types in; its current row is drawn as if it had the focus."""

    def render_line(self, y: int) -> Strip:
        """One line; the chosen one as under the cursor, for that is where Enter goes."""
        row = self.top + y - self.head_lines
        if y >= self.head_lines and row == self.cursor and row < self.row_count:
            pieces = [(text, "cursor") for text, _ in self.pieces_of(row)]
            return self.strip_of(pieces, self.size.width, "cursor")
        return super().render_line(y)

    def on_click(self, event: events.Click) -> None:
        """A click on a heading sorts by it."""
        if event.y == 0:
            at = 0
            for column, width in zip(self.columns, self._widths(), strict=True):
                if at <= event.x <= at + width and column.sort:
                    self.sort_by(column.sort)
                at += width + 1
        else:
            super().on_click(event)
