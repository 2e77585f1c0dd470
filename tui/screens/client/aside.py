"""What is typed while the store takes nothing: kept in an encrypted file, so that a killed program loses none of it."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from store.shapes import DraftInfo
from validators.problems import Problem

if TYPE_CHECKING:
    from store.opening import Store
    from tui.app import KeyworkApp

PATIENCE_SECONDS = 0.5
"""A write to the store may take so long before what it writes is kept in a file too."""
SAY_SECONDS = 1.0
"""After so long a person is told that the store is busy; the store itself gives up only later."""
BUSY = "Typing goes on: the store is busy, what you type is kept beside it until it is free."


class Aside:
    """The file of one screen. `unsaved()` gives all that is typed there and not saved, as drafts.

    It is written when a write to the store is under way for too long or was refused, and again after each further
    draft; it is taken away as soon as the store has everything.
    """

    def __init__(self, app: "KeyworkApp", unsaved: Callable[[], Sequence[DraftInfo]]) -> None:
        self._app, self._unsaved = app, unsaved
        self._lock = threading.Lock()
        self._file: Path | None = None
        self._under_way: set[int] = set()
        self._count = 0
        self._busy = self._again = False
        self.is_needed = self.said = False

    # In the app's own thread

    def began(self) -> int:
        """A write to the store begins; the number to tell its end by."""
        self._count += 1
        number = self._count
        self._under_way.add(number)
        self._app.set_timer(PATIENCE_SECONDS, lambda: self._late(number))
        return number

    def ended(self, number: int, refused: bool = False, waiting: bool = False) -> None:
        """It is done, or was refused; `waiting` when there is more to be written."""
        self._under_way.discard(number)
        if refused:
            self.keep()
        elif not waiting:
            self.settle()

    def settle(self) -> None:
        """Nothing waits: unless a write is under way, the store has everything, and the file goes."""
        if not self._under_way:
            self.is_needed = self.said = False
            if self._file is not None and not self._busy:
                self._app.in_store(self._take_away, on_problem=lambda _: None)

    def keep(self) -> None:
        """Write the file, in a thread; while that goes on, once more after it."""
        self.is_needed = True
        kept = self._unsaved()
        if self._app.demo:
            return
        self._again = self._busy
        if not self._busy:
            self._busy = True
            self._app.in_store(self._put, kept, on_done=self._kept, on_problem=self._kept)

    def _late(self, number: int) -> None:
        if number in self._under_way:
            self.keep()
            self._app.set_timer(SAY_SECONDS - PATIENCE_SECONDS, lambda: self._say(number))

    def _say(self, number: int) -> None:
        if number in self._under_way and not self._app.demo and not self.said:
            self.said = True
            self._app.say(BUSY, "warning")

    def _kept(self, _: object) -> None:
        self._busy = False
        if not self.is_needed:
            self._app.in_store(self._take_away, on_problem=lambda _: None)
        elif self._again:
            self.keep()

    # In any thread

    def _put(self, store: "Store", kept: Sequence[DraftInfo]) -> None:
        with self._lock:
            before, self._file = self._file, store.keep_unsaved(kept) if kept else None
            if before is not None:
                store.forget_unsaved(before)

    def _take_away(self, store: "Store") -> None:
        with self._lock:
            if self._file is not None:
                store.forget_unsaved(self._file)
                self._file = None

    def last(self, store: "Store", kept: Sequence[DraftInfo]) -> str:
        """Before an end: the file as it stands now, none when the store has everything; what is to be said of it."""
        try:
            if not kept or self._app.demo:
                self._take_away(store)
                return ""
            self._put(store, kept)
        except Problem as problem:
            return str(problem)
        return "The store could not be written to; what you typed is kept and offered at the next start."
