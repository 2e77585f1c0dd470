"""Opening the store for a command, and telling progress on stderr."""

import codecs
import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO, TypeVar

from validators.problems import Problem

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from store.store import Store
    from validators.standard.model import Standard


@contextmanager
def opened(store: str | None, key_file: Path | None, *, create: bool = False) -> Iterator["Store"]:
    """The store that the options name. Where the key of a new one is, is said on stderr. Raises Problem.

    A store that was made here is taken away again when the work in it fails: nothing is left half-done.
    """
    from store.disk.keys import unlock
    from store.disk.location import store_path
    from store.facts import Who
    from store.store import open_store
    from tui.session.passphrase import ask_passphrase
    from validators.standard.catalogue import load

    path = store_path(store)
    unlock(key_file, ask_passphrase)
    with open_store(path, key_file, load, create=create) as found:
        key, made, made_key = found.key_file, found.made, found.made_key
        try:
            found.admit(Who(person(path), now()))
            yield found
        except BaseException:
            found.take_away()
            raise
    if made:  # the key may have been left by one that failed
        what = f"A key for the store was made at {key}" if made_key else f"The key of the store is {key}"
        talk(f"{what}: keep a copy of it, without it the store is lost.")


@contextmanager
def in_words_of(standard: "Standard") -> Iterator[None]:
    """Say a Problem of what is done within in the standard's terms: the store does not know whose they are."""
    try:
        yield
    except Problem as problem:
        raise Problem(problem.told(standard.terms)) from None


def now() -> datetime:
    """The moment, for the audit."""
    return datetime.now(UTC)


def person(store: Path) -> str:
    """Who is at work."""
    from store.disk.user import current_person

    return current_person(store)


def standard_of_file(path: Path, standard_id: str | None) -> "Standard":
    """The data set that a file is of, as `of_file` finds it; which one that is, is said where it was a choice."""
    from exporters.imports.detect import of_file, said_of_choice

    standard = of_file(path, standard_id)
    if standard_id is None and (said := said_of_choice(standard)):
        talk(said)
    return standard


def talk(text: str) -> None:
    """Say something that is not a result."""
    print("\n".join(map(obeyed_by_none, text.split("\n"))), file=sys.stderr, flush=True)


Counts = TypeVar("Counts")


def count_or_say(standard: "Standard", count: Callable[[], Counts]) -> Counts | None:
    """What is counted; None where it cannot be, and why is said, as the rest of an answer can be told."""
    try:
        return count()
    except Problem as problem:
        talk(problem.told(standard.terms))
        return None


def obeyed_by_none(text: str) -> str:
    """A line without what a terminal would obey: the name of a file may hold anything."""
    if text.isprintable():
        return text
    from tui.widgets.text import printable

    return printable(text)


def result_stream() -> BinaryIO:
    """Where the bytes of a result go: as they are, but onto a terminal so that it obeys nothing in them."""
    return OnScreen(sys.stdout) if sys.stdout.isatty() else sys.stdout.buffer


class OnScreen(io.BytesIO):
    """A file or a page as a terminal shows it: what somebody typed into a record is in it."""

    def __init__(self, screen: TextIO) -> None:
        """Take where it is shown."""
        super().__init__()
        self._screen = screen
        self._read = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")("replace"), translate=True)

    def write(self, data: "ReadableBuffer", /) -> int:
        """Show the next bytes."""
        text = self._read.decode(bytes(data))
        self._screen.write("\n".join(map(obeyed_by_none, text.split("\n"))))
        return memoryview(data).nbytes

    def flush(self) -> None:
        """Show what is held back."""
        self._screen.flush()


class Progress:
    """Tells how far long work has come: on a terminal only, at most once a second, and wipes itself at the end."""

    def __init__(self, unit: str) -> None:
        """`unit` says what is counted, such as `episodes written`; empty where the work says so itself."""
        self.unit, self.told = unit, 0.0
        self.shown = False

    def __call__(self, count: int | str) -> None:
        """Note how many are done, or how far the work has come."""
        moment = time.monotonic()
        if sys.stderr.isatty() and moment - self.told >= 1:
            self.told, self.shown = moment, True
            print(f"\r\x1b[K{count} {self.unit}".rstrip(), end="", file=sys.stderr, flush=True)

    def done(self) -> None:
        """Clear the line."""
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
