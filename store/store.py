"""Opening a store; and the one way into it (`reading`) and the one way out (`writing`)."""

import contextlib
import shlex
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from inspect import isgeneratorfunction
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine

from store.clients import index
from store.disk import audit, backup, files, schema, sqlite
from store.disk.keys import Key, next_key_path, read_or_make_key
from store.disk.location import refuse_maker
from store.facts import Who
from store.people import acts
from store.people.acts import REFUSED, Refused
from store.records.values import Derivers, Standards
from store.snapshot import Ground, Memory, Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem


class OwnActs:
    """The numbers of the audit's links that were made through one open store. Shared by its threads."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._made: list[range] = []

    def note(self, acts: range) -> None:
        """Remember links, before they are committed: whoever sees them in the store then finds them here."""
        if not acts:
            return
        with self._lock:
            if self._made and self._made[-1].stop == acts.start:
                self._made[-1] = range(self._made[-1].start, acts.stop)
            else:
                self._made.append(acts)

    def forget(self, acts: range) -> None:
        """They were not committed after all; the same numbers are somebody else's now."""
        if not acts:
            return
        with self._lock:
            last = self._made.pop()
            if last.start < acts.start:
                self._made.append(range(last.start, acts.start))

    def are_all(self, after: int, last: int) -> bool:
        """Whether every link after one number and up to another was made here. Those are not asked about again."""
        with self._lock:
            for made in self._made:
                if made.start <= after + 1 < made.stop:
                    after = made.stop - 1
            self._made = [made for made in self._made if made.stop > last + 1]
            return after >= last


ADMITTED_SECONDS = 2.0
"""How long a role that was taken away still reads; what is written is refused at once."""
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def open_store(
    path: Path,
    key_file: Path | None,
    standards: Standards,
    *,
    create: bool = False,
    read_only: bool = False,
    busy_seconds: float = sqlite.BUSY_SECONDS,
) -> "Store":
    """Open a store, bringing an older one up to date; with `create`, make it where there is none.

    `standards` gives a standard for its id. Raises Problem when there is no store, no key, or it cannot be opened.
    """
    sqlite.refuse_old()
    made_key = False
    try:
        # Followed first: the journals stand beside the file itself, not beside a link to it.
        path = path.resolve()
        there = path.exists()
        if there and not path.is_file():
            raise Problem(f"The store {path} is not a plain file: name the right one.")
        if there:
            files.refuse_second_name(path)
        if not there and not (create and not read_only):
            raise Problem(f"There is no store at {path}: import a file or run `keywork sample` to make one.")
        if not there:
            refuse_maker(path)
        key, made_key = read_or_make_key(key_file, may_make=not there)
        made = False
        if not there:
            backup.refuse_leftovers(path)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            files.refuse_exposed_folder(path, "The store")
            with sqlite.told(path):
                made = schema.create(path, key)
    except OSError as error:
        raise files.refused(error, path, "opened as the store") from None
    store = Store(path, key, standards, made_key=made_key, read_only=read_only, busy_seconds=busy_seconds)
    store.made = made
    try:
        store.prepare()
    except BaseException as error:
        store.take_away()
        store.close()
        coming = next_key_path(key.path)
        if isinstance(error, Problem) and "does not open" in str(error) and coming.exists():
            told = f"a change of its key was cut short: run mv {shlex.quote(str(coming))} {shlex.quote(str(key.path))}"
            raise Problem(f"The store {path} does not open with {key.path}, {told}, then try again.") from None
        raise
    return store


class Store:
    """An open store. It may be used from several threads at once; close it, or use it in a `with` statement."""

    def __init__(
        self, path: Path, key: Key, standards: Standards, *, made_key: bool, read_only: bool, busy_seconds: float
    ) -> None:
        """Take what `open_store` found; nothing is opened yet."""
        self.path = path
        self.made_key = made_key
        self.made = False
        self.read_only = read_only
        self.ground = Ground(path, key, Derivers(standards))
        self.own_acts = OwnActs()
        self._access: sqlite.Access = "ro" if read_only else "rw"
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        self._watcher: Any = None
        self._watchers = 0
        self._asked = self._rested = self._log_has_erased = False
        self._person, self._admitted_until = "", 0.0
        self._refused: set[tuple[str, ...]] = set()
        self._engine: Engine = sqlite.engine(path, key, self._access, busy_seconds)
        self._file = self._identity()

    @property
    def key_file(self) -> Path:
        """The file the key stands in."""
        return self.ground.key.path

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give all connections back. Whoever still reads a stream may finish."""
        with self._lock:
            watcher, self._watcher = self._watcher, None
        with contextlib.suppress(Exception):
            if watcher is not None:
                watcher.close()
            self._engine.dispose()

    def take_away(self) -> None:
        """Take a store away that was made by opening it here, when its first work failed.

        Not where somebody else has worked in it meanwhile. A key that was made for it stays: another store may have
        been made under it since, which would be lost with it.
        """
        if not self.made:
            return
        with (
            contextlib.suppress(Problem, OSError),
            sqlite.told(self.path),
            sqlite.writing(self._engine) as connection,
            connection.begin(),
        ):
            if not self.own_acts.are_all(0, audit.last(connection)):
                return
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def prepare(self) -> None:
        """Make sure the file is a store of ours and current. Called by `open_store`."""
        with sqlite.told(self.path):
            raw = sqlite.connect(self.path, self.ground.key, self._access, self._busy_seconds)
            try:
                if "alembic_version" not in sqlite.tables(raw):
                    raise Problem(f"The file {self.path} is not a Keywork store: name the right one.")
                # Only now: nobody is told to change the mode of a file that is none of ours.
                files.refuse_exposed(self.path, "The store")
                if not self.read_only:
                    sqlite.use_log(raw)
            finally:
                raw.close()
            schema.bring_up_to_date(self._engine, self.path, self.ground.key, read_only=self.read_only)
            with self._engine.connect() as connection:
                made = index.are_made(Snapshot(connection, self.ground))
            if not made and self.read_only:
                raise Problem(f"The store {self.path} was upgraded but not opened since: open it once for writing.")
            if not made:
                with sqlite.writing(self._engine) as connection, connection.begin(), sqlite.roomy(connection):
                    if not index.are_made(Snapshot(connection, self.ground)):
                        index.rebuild(connection, self.ground.derivers)

    @contextmanager
    def reading(self) -> Generator[Snapshot, None, None]:
        """The store as it stands at one moment, to be read by functions that take a Snapshot. Raises Problem."""
        self._asked = True
        self._still_there()
        with sqlite.told(self.path), self._engine.connect() as connection:
            if self._person and monotonic() > self._admitted_until:
                acts.require_any(connection, self.path, self._person)
                self._admitted_until = monotonic() + ADMITTED_SECONDS
            yield Snapshot(connection, self.ground)

    @contextmanager
    def writing(self, who: Who) -> Generator[UnitOfWork, None, None]:
        """One transaction with the write lock: all that is done within is kept, or nothing when it fails.

        Raises Problem when the store cannot be written to.
        """
        self._refuse_read_only()
        self._asked = True
        self._still_there()
        done, own_acts = range(0), self.own_acts
        try:
            with sqlite.told(self.path), sqlite.writing(self._engine) as connection, connection.begin():
                schema.require_current(connection, self.path)
                unit = UnitOfWork(connection, self.ground, who)
                yield unit
                unit.finish()
                own_acts.note(unit.acts)
                done = unit.acts
        except BaseException as error:
            own_acts.forget(done)
            if isinstance(error, Refused):
                self._note_refused(who, error)
            raise
        self.ground.looks.update(unit.looks)
        self._log_has_erased |= unit.erases
        self._empty_log()

    def _empty_log(self) -> None:
        """Empty the write-ahead log once something was erased for good: there it stands as it was, for weeks where
        somebody always has the store open. Where somebody reads from it just now it is tried again, later.
        """
        if self._log_has_erased:
            with contextlib.suppress(Problem), sqlite.told(self.path):
                self._log_has_erased = not sqlite.empty_log(self._engine)

    def note_erased(self) -> None:
        """Somebody else erased something: a command that did so while others read has ended, and empties no log."""
        self._log_has_erased = not self.read_only

    def at_once(self, change: sqlite.PreparedStatement, **values: str | int) -> int:
        """One statement that is a transaction of its own; how many rows it changed. Raises Problem.

        The write lock is held while SQLite works and no longer. In a unit of work it is held from one statement to the
        next while this program's threads take turns, which on a busy machine is a hundred times as long: who writes
        with every key would keep everybody else waiting. For what no audit tells of; the statement itself has to see
        that the store is of this version.
        """
        self._refuse_read_only()
        self._asked = True
        self._still_there()
        with sqlite.told(self.path), contextlib.closing(self._engine.raw_connection()) as connection:
            return change.at_once(connection.driver_connection, **values)

    def _refuse_read_only(self) -> None:
        if self.read_only:
            raise Problem(f"The store {self.path} was opened for reading only: open it for writing.")

    def _note_refused(self, who: Who, refused: Refused) -> None:
        """Note in the audit what somebody tried and may not do, once while this store is open."""
        told = (who.person, refused.act, refused.kind, refused.record)
        if told in self._refused:
            return
        with contextlib.suppress(Problem), self.writing(who) as unit:
            unit.chain.add(REFUSED, refused.kind, refused.record, refused.act, None, None)
        self._refused.add(told)

    def admit(self, who: Who) -> None:
        """Let somebody in who has a role here, or everybody where nobody has one: what is read from now on is read by
        that person, and is refused soon after the role was taken away. Raises Problem, and notes it in the audit.
        """
        self._person, self._admitted_until = who.person, 0.0
        try:
            with self.reading():
                return
        except Refused as refused:
            if not self.read_only:
                self._note_refused(who, refused)
            raise

    def ask(
        self,
        question: Callable[Concatenate[Snapshot, Arguments], Result],
        *args: Arguments.args,
        **more: Arguments.kwargs,
    ) -> Result:
        """One question, in a snapshot of its own. What streams needs `reading`, which stays open while it does.

        Raises TypeError for a question whose answer streams: the snapshot would be gone before the first of it is read.
        """
        if isgeneratorfunction(question):
            raise _streams(question)
        with self.reading() as snapshot:
            found = question(snapshot, *args, **more)
        if isinstance(found, Iterator):
            raise _streams(question)
        return found

    def do(
        self,
        who: Who,
        act: Callable[Concatenate[UnitOfWork, Arguments], Result],
        *args: Arguments.args,
        **more: Arguments.kwargs,
    ) -> Result:
        """One act, in a unit of work of its own. Raises TypeError for one that streams: nothing of it would be done."""
        if isgeneratorfunction(act):
            raise _streams(act)
        with self.writing(who) as unit:
            return act(unit, *args, **more)

    def data_version(self) -> int:
        """A number that is another one after anybody, anywhere, has committed or put another file in its place."""
        with self._watching() as watcher:
            # Each connection counts from the same number: behind one to a file that was put in the store's place
            # nothing would have changed.
            return (self._watchers << 32) + sqlite.data_version(watcher)

    @property
    def files_seen(self) -> int:
        """In how many files it was looked what others did: one, and one more for each that was put in its place."""
        return self._watchers

    def glance(self, question: sqlite.PreparedStatement, **values: str | int) -> list[tuple[Any, ...]]:
        """The rows of a question that is asked again and again, to see whether it is worth a snapshot to ask more.

        It is asked by the program, not by the person at it, and leaves nothing behind that `rest` would give back.
        """
        with self._watching() as watcher:
            return question.rows(watcher, **values)

    @contextmanager
    def _watching(self) -> Generator[Any, None, None]:
        """The driver connection that looks what others did."""
        self._still_there()
        with self._lock, sqlite.told(self.path):
            if self._watcher is None:
                self._watcher = sqlite.connect(self.path, self.ground.key, self._access, self._busy_seconds)
                self._watchers += 1
            yield self._watcher

    def rest(self) -> bool:
        """Give back the pages kept for the next question, once, when none was asked since the last call.

        Call it now and then; returns whether there was something to give back.
        """
        self._empty_log()
        if self._asked:
            self._asked, self._rested = False, False
        elif not self._rested:
            self._rested = True
            with sqlite.told(self.path), self._engine.connect() as connection:
                sqlite.forget_pages(connection)
            return True
        return False

    def backup(self, to: Path, *, own: bool = False) -> None:
        """Write a copy, encrypted with the same key, to a new file. Raises Problem.

        With `own` into a folder of the program's, where the person at work need not be able to write.
        """
        self._still_there()
        backup.backup(self.path, self.ground.key, to, (self._access, self._busy_seconds), own=own)

    def _identity(self) -> tuple[int, int]:
        try:
            status = self.path.stat()
        except OSError as error:
            raise files.refused(error, self.path, "found as the store") from None
        return status.st_dev, status.st_ino

    def _still_there(self) -> None:
        """Refuse to go on in a file that has lost its name: what is written there would be lost."""
        found = self._identity()
        if found == self._file:
            return
        with self._lock:
            if found == self._file:
                return
            watcher, self._watcher = self._watcher, None
            if watcher is not None:
                watcher.close()
            self._engine.dispose()
            self._engine = sqlite.engine(self.path, self.ground.key, self._access, self._busy_seconds)
            self.own_acts = OwnActs()  # their numbers are somebody else's there
            # Lists found of late are of numbers that are others' there, and no look or refusal is noted there.
            self.ground, self._refused = replace(self.ground, memory=Memory(), looks=set()), set()
            self.prepare()
            self._file = found


def _streams(function: Callable[..., object]) -> TypeError:
    name = getattr(function, "__qualname__", repr(function))
    return TypeError(f"{name} gives its answer bit by bit: use `with store.reading() as snapshot`, or `writing`")
