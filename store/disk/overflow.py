"""What does not fit into memory waits on the disk: encrypted with a key that nobody else ever has, under no name.

What waits is client data. SQLCipher writes it into a file that is private from its first byte, loses its name before
anything is in it, and can be read by nobody once this program has ended, however that came about.
"""

import contextlib
import json
import os
import secrets
import tempfile
import zlib
from collections.abc import Callable, Iterator
from heapq import merge
from pathlib import Path
from typing import Any, Generic, TypeVar

from store.disk.files import PRIVATE, make, refused
from validators.problems import Problem

Item = TypeVar("Item")
Place = tuple[int, ...]

RUN = 20_000
"""Items that are kept in memory; with more they are written as a sorted run."""
BLOCK = 250
"""Items of a run that are read at once."""
_CACHE_KIB = 1000


class Overflow(Generic[Item]):
    """Items that are added in any order and given in the order of their places, of which no two are the same.

    However many there are, some twenty thousand are in memory. Raises Problem when they cannot be put aside.
    """

    def __init__(self, pack: Callable[[Item], object], unpack: Callable[[Any], Item], run: int = RUN) -> None:
        """`pack` makes an item into what JSON holds, `unpack` makes it again; `run` of them are kept in memory."""
        self._pack, self._unpack, self._run = pack, unpack, run
        self._items: list[tuple[Place, Item]] = []
        self._runs: list[list[int]] = []
        self._blocks = self._written = 0
        self._file: Any = None

    def __len__(self) -> int:
        return self._written + len(self._items)

    def add(self, place: Place, item: Item) -> None:
        """Add an item at a place in the order."""
        self._items.append((place, item))
        if len(self._items) >= self._run:
            self._write()

    def __iter__(self) -> Iterator[Item]:
        """All items in order, as often as it is asked."""
        self._items.sort(key=_place)
        if not self._runs:
            return iter([item for _, item in self._items])
        ways = [self._read(run) for run in self._runs]
        return (item for _, item in merge(*ways, self._items, key=_place))

    def close(self) -> None:
        """Give the file back, if one was needed."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self) -> None:
        """Put aside what is in memory."""
        import sqlcipher3.dbapi2 as driver  # only where something is put aside

        self._items.sort(key=_place)
        run = []
        try:
            if self._file is None:
                self._file = _unnamed(driver)
            for start in range(0, len(self._items), BLOCK):
                some = [(place, self._pack(item)) for place, item in self._items[start : start + BLOCK]]
                text = zlib.compress(json.dumps(some, check_circular=False, separators=(",", ":")).encode(), 1)
                self._file.execute("INSERT INTO block VALUES (?, ?)", (self._blocks, text))
                run.append(self._blocks)
                self._blocks += 1
        except OSError as error:
            raise refused(error, Path(tempfile.gettempdir()), "used for what does not fit into memory") from None
        except driver.Error:
            raise Problem(
                f"What does not fit into memory could not be put aside in {tempfile.gettempdir()}: free some space "
                "there, or name another folder in TMPDIR."
            ) from None
        self._written += len(self._items)
        self._runs.append(run)
        self._items = []

    def _read(self, run: list[int]) -> Iterator[tuple[Place, Item]]:
        for number in run:
            (text,) = self._file.execute("SELECT held FROM block WHERE number = ?", (number,)).fetchone()
            for place, packed in json.loads(zlib.decompress(text)):
                yield tuple(place), self._unpack(packed)


def _place(placed: tuple[Place, object]) -> Place:
    return placed[0]


def _unnamed(driver: Any) -> Any:
    """A connection to an empty encrypted file that has no name any more. Raises OSError and the driver's errors."""
    with tempfile.TemporaryDirectory(prefix="keywork-") as folder:  # of mode 0700
        path = Path(folder) / "aside"
        os.close(make(path, PRIVATE))
        connection = driver.connect(str(path), isolation_level=None)
        try:
            connection.execute("PRAGMA cipher_log_level=NONE")
            connection.execute(f"PRAGMA key=\"x'{secrets.token_hex(32)}'\"")
            connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
            # Nothing is ever undone in it, and nothing in it outlives this program.
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}").fetchone()
            connection.execute("CREATE TABLE block (number INTEGER PRIMARY KEY, held BLOB)")
        except BaseException:
            with contextlib.suppress(driver.Error):
                connection.close()
            raise
    return connection
