"""The text of an extract kept in memory, compressed, to look through: a page is taken out when it is looked at."""

import hashlib
import io
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache

BLOCK = 1 << 16
_OPEN = 4


class Pieces(io.RawIOBase):
    """Pieces of bytes as one file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Take the pieces; what they raise is raised where they are read."""
        self._pieces = iter(pieces)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, target: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill the target as far as the next piece goes; 0 at the end."""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        taken = min(len(target), len(self._left))
        target[:taken] = self._left[:taken]
        self._left = self._left[taken:]
        return taken


class KeptText:
    """A text that is written to as a file is, and looked through by lines, and by rows of a table.

    Memory is a tenth of the text, and a few blocks. By itself every line is a row of one column; a format whose rows
    are other things says so in a class of its own.
    """

    unit = "line"
    """What one of its rows is called."""

    def __init__(self, encoding: str, pieces: Iterable[bytes] = ()) -> None:
        """Take the encoding, and what is to be written at once. Raises what the pieces raise."""
        self._encoding = encoding
        self._blocks: list[bytes] = []
        self._firsts: list[int] = []
        self._lines = 0
        self._pending = b""
        self._digest = hashlib.sha256()
        self._page = lru_cache(maxsize=_OPEN)(self._opened)
        for piece in pieces:
            self.write(piece)

    def write(self, data: bytes, /) -> int:
        """Add bytes; lines may be cut anywhere."""
        self._pending += bytes(data)
        self._digest.update(data)
        while len(self._pending) >= BLOCK and self._cut():
            pass
        return len(data)

    def _cut(self) -> bool:
        """Put full lines away; whether there were any."""
        end = self._whole_lines(2 * BLOCK)
        if end:
            self._keep(self._pending[:end])
            self._pending = self._pending[end:]
        return bool(end)

    def _whole_lines(self, most: int) -> int:
        """How many of the pending bytes make whole lines."""
        return self._pending.rfind(b"\n", 0, most) + 1

    def _keep(self, block: bytes) -> None:
        self._blocks.append(zlib.compress(block, 1))
        self._firsts.append(self._lines)
        self._lines += self._count(block)

    def _count(self, block: bytes) -> int:
        """How many lines a block has."""
        return block.count(b"\n") + (not block.endswith(b"\n"))

    def _split(self, block: bytes) -> Iterable[str]:
        """The lines of a block."""
        # Not at the other line ends that Python knows: they may stand in a value.
        *whole, rest = block.decode(self._encoding, "replace").split("\n")
        return [*(f"{line}\n" for line in whole), *([rest] if rest else ())]

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
    def line_count(self) -> int:
        """How many lines there are."""
        self.finish()
        return self._lines

    def pieces(self) -> Iterator[bytes]:
        """The bytes as they were written."""
        self.finish()
        for block in self._blocks:
            yield zlib.decompress(block)

    def _opened(self, number: int) -> list[str]:
        return list(self._split(zlib.decompress(self._blocks[number])))

    def lines(self, offset: int, limit: int) -> list[str]:
        """At most `limit` lines from `offset` on, the first being line 0, each with its ending."""
        self.finish()
        found: list[str] = []
        at = max(0, bisect_right(self._firsts, offset) - 1)
        while len(found) < limit and at < len(self._blocks):
            block = self._page(at)
            start = max(0, offset + len(found) - self._firsts[at])
            found += block[start : start + limit - len(found)]
            at += 1
        return found

    # As a table

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.line_count

    @property
    def headers(self) -> list[str]:
        """The columns."""
        return ["Text"]

    def line_of(self, row: int) -> int:
        """The line that a row begins in, the first line being 1."""
        return row + 1

    def cells(self, offset: int, limit: int) -> list[list[str]]:
        """At most `limit` rows from `offset` on, the first being 0, as cells."""
        return [[line.rstrip("\r\n")] for line in self.lines(offset, limit)]
