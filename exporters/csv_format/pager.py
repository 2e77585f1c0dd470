"""The text of an extract kept in memory, compressed, to look through: a page is taken out when it is looked at."""

import hashlib
import io
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache

from exporters.csv_format.text import cells_of, lines_of

BLOCK = 1 << 16
_OPEN = 4


class KeptText(io.BytesIO):
    """A text that is written to as a binary file is, and read by rows. Memory is a tenth of the text, and a few blocks.

    `headers` are the columns, `rows` how many rows there are below the heading.
    """

    unit = "row"
    """What one of its rows is called."""

    def __init__(self, encoding: str, pieces: Iterable[bytes] = ()) -> None:
        """Take the encoding, and what is to be written at once. Raises what the pieces raise."""
        super().__init__()
        self._encoding = encoding
        self._blocks: list[bytes] = []
        self._firsts: list[int] = []
        self._lines = 0
        self._pending = b""
        self._digest = hashlib.sha256()
        self._page = lru_cache(maxsize=_OPEN)(self._opened)
        for piece in pieces:
            self.write(piece)

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        """Add bytes; rows may be cut anywhere."""
        self._pending += bytes(data)
        self._digest.update(data)
        while len(self._pending) >= BLOCK and self._cut():
            pass
        return len(data)

    def _cut(self) -> bool:
        """Put full rows away; whether there were any."""
        end = self._whole_rows(2 * BLOCK)
        if end:
            self._keep(self._pending[:end])
            self._pending = self._pending[end:]
        return bool(end)

    def _whole_rows(self, most: int) -> int:
        """How many of the pending bytes make whole rows."""
        end = self._pending.rfind(b"\n", 0, most) + 1
        while end and self._pending.count(b'"', 0, end) & 1:
            end = self._pending.rfind(b"\n", 0, end - 1) + 1
        return end

    def _keep(self, block: bytes) -> None:
        self._blocks.append(zlib.compress(block, 1))
        self._firsts.append(self._lines)
        self._lines += self._count(block)

    def _count(self, block: bytes) -> int:
        return block.count(b"\n") if b'"' not in block else sum(1 for _ in self._split(block))

    def _split(self, block: bytes) -> Iterable[str]:
        """The lines of a block."""
        return lines_of([block], self._encoding)

    def finish(self) -> None:
        """Put away what is left; called before the text is looked at."""
        if self._pending:
            self._keep(self._pending)
            self._pending = b""

    @property
    def sha256(self) -> str:
        """The digest of all bytes."""
        return self._digest.hexdigest()

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

    def pieces(self) -> Iterator[bytes]:
        """The bytes as they were written."""
        self.finish()
        for block in self._blocks:
            yield zlib.decompress(block)

    def _opened(self, number: int) -> list[str]:
        return list(self._split(zlib.decompress(self._blocks[number])))

    def lines(self, offset: int, limit: int) -> list[str]:
        """At most `limit` lines from `offset` on, the heading being line 0; a row with line ends in it is one."""
        self.finish()
        found: list[str] = []
        at = max(0, bisect_right(self._firsts, offset) - 1)
        while len(found) < limit and at < len(self._blocks):
            block = self._page(at)
            start = max(0, offset + len(found) - self._firsts[at])
            found += block[start : start + limit - len(found)]
            at += 1
        return found

    def cells(self, offset: int, limit: int) -> list[list[str]]:
        """At most `limit` rows from `offset` on, the first below the heading being 0, as cells."""
        return [cells_of(line) for line in self.lines(offset + 1, limit)]
