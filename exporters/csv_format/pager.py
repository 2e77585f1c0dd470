"""An extract in CSV kept in memory to look through: below the heading each row is one, whatever is in its cells."""

from collections.abc import Iterable

from exporters.csv_format.text import cells_of, lines_of
from exporters.formats.kept_text import KeptText


class KeptTable(KeptText):
    """`headers` are the columns, `rows` how many rows there are below the heading. A row with line ends in it is one
    line."""

    unit = "row"

    def _whole_lines(self, most: int) -> int:
        end = self._pending.rfind(b"\n", 0, most) + 1
        while end and self._pending.count(b'"', 0, end) & 1:
            end = self._pending.rfind(b"\n", 0, end - 1) + 1
        return end

    def _count(self, block: bytes) -> int:
        return block.count(b"\n") if b'"' not in block else sum(1 for _ in self._split(block))

    def _split(self, block: bytes) -> Iterable[str]:
        return lines_of([block], self._encoding)

    @property
    def rows(self) -> int:
        """How many rows there are, the heading left out."""
        self.finish()
        return max(0, self._lines - 1)

    @property
    def line_count(self) -> int:
        """How many lines there are, the heading among them."""
        return self.rows + 1

    def line_of(self, row: int) -> int:
        """The line that a row stands in, the heading being line 1."""
        return row + 2

    @property
    def headers(self) -> list[str]:
        """The columns."""
        return cells_of(next(iter(self.lines(0, 1)), ""))

    def cells(self, offset: int, limit: int) -> list[list[str]]:
        """At most `limit` rows from `offset` on, the first below the heading being 0, as cells."""
        return [cells_of(line) for line in self.lines(offset + 1, limit)]
