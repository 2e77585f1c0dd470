"""Opening a store, and what can be done with an open one."""

import contextlib
import threading
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine

from store.clients import index, search
from store.desk import Desk
from store.disk import audit, backup, files, schema, sqlite
from store.disk.keys import Key, read_or_make_key
from store.extract_desk import ExtractDesk
from store.facts import AgencyInfo, AuditEntry, ChainReport, Check, Kind, KnownEpisode, StoredRecord
from store.records import read
from store.records.values import Derivers, Standards, stamp
from store.unit_of_work import Writing
from validators.problems import Problem
from validators.records import EpisodeRecord


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
        if not there and not (create and not read_only):
            raise Problem(f"There is no store at {path}: import a file or run `keywork sample` to make one.")
        key, made_key = read_or_make_key(key_file, may_make=not there)
        if not there:
            backup.refuse_leftovers(path)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with sqlite.told(path):
                schema.create(path, key)
    except OSError as error:
        raise files.refused(error, path, "opened as the store") from None
    store = Store(path, key, standards, made_key=made_key, read_only=read_only, busy_seconds=busy_seconds)
    try:
        store.prepare()
    except BaseException:
        store.close()
        raise
    return store


class Store(Desk, ExtractDesk):
    """An open store. It may be used from several threads at once; close it, or use it in a `with` statement."""

    def __init__(
        self, path: Path, key: Key, standards: Standards, *, made_key: bool, read_only: bool, busy_seconds: float
    ) -> None:
        """Take what `open_store` found; nothing is opened yet."""
        self.path = path
        self.made_key = made_key
        self.read_only = read_only
        self._key = key
        self._derivers = Derivers(standards)
        self._memory = search.Memory()
        self._access: sqlite.Access = "ro" if read_only else "rw"
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        self._watcher: Any = None
        self._asked = self._rested = False
        self._engine: Engine = sqlite.engine(path, key, self._access, busy_seconds)
        self._file = self._identity()

    @property
    def key_file(self) -> Path:
        """The file the key stands in."""
        return self._key.path

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

    def prepare(self) -> None:
        """Make sure the file is a store of ours and current. Called by `open_store`."""
        with sqlite.told(self.path):
            raw = sqlite.connect(self.path, self._key, self._access, self._busy_seconds)
            try:
                if "alembic_version" not in sqlite.tables(raw):
                    raise Problem(f"The file {self.path} is not a Keywork store: name the right one.")
                if not self.read_only:
                    sqlite.use_log(raw)
            finally:
                raw.close()
            schema.bring_up_to_date(self._engine, self.path, self._key, read_only=self.read_only)
            with self._engine.connect() as connection:
                made = index.saved_version(connection) > 0
            if not made and self.read_only:
                raise Problem(f"The store {self.path} was upgraded but not opened since: open it once for writing.")
            if not made:
                with sqlite.writing(self._engine) as connection, connection.begin(), sqlite.roomy(connection):
                    if not index.saved_version(connection):
                        index.rebuild(connection, self._derivers)

    def agencies(self) -> list[AgencyInfo]:
        """All agencies in order of entry."""
        with self._reading() as connection:
            return read.agencies(connection)

    def agency(self, code: str | None = None, standard: str | None = None) -> AgencyInfo:
        """The one agency meant. Raises Problem, naming the choices, when there is none or more than one."""
        known = self.agencies()
        fit = [one for one in known if code in (None, one.code) and standard in (None, one.standard)]
        if len(fit) == 1:
            return fit[0]
        if not known:
            raise Problem(f"The store {self.path} holds no agency yet: import a file or run `keywork sample`.")
        choices = ", ".join(f"{one.code} ({one.standard})" for one in (fit or known))
        if not fit:
            raise Problem(f"The store {self.path} has no such agency, it holds {choices}: choose one with --agency.")
        how = "--standard" if len({one.code for one in fit}) == 1 else "--agency"
        raise Problem(f"The store {self.path} holds several agencies, {choices}: choose one with {how}.")

    # Reading

    def episodes(self, agency: AgencyInfo, ids: Collection[str] | None = None) -> Iterator[EpisodeRecord]:
        """Stream an agency's episodes, or those with the given ids, in order of entry, as of one moment."""
        with self._reading() as connection:
            yield from read.episodes(connection, agency, ids)

    def count_episodes(self, agency: AgencyInfo) -> int:
        """How many episodes the agency has."""
        with self._reading() as connection:
            return read.count_episodes(connection, agency)

    def repeated_identifiers(self, agency: AgencyInfo) -> frozenset[str]:
        """Identifiers and client references that more than one live record of the agency bears."""
        with self._reading() as connection:
            return read.repeated_identifiers(connection, agency)

    def episodes_bearing(self, agency: AgencyInfo, identifiers: Collection[str]) -> list[str]:
        """The ids of the episodes that bear any of these identifiers, themselves, by their client or an event."""
        with self._reading() as connection:
            return read.episodes_bearing(connection, agency, identifiers)

    def get(self, kind: Kind, record_id: str) -> StoredRecord:
        """One record, deleted or not. Raises Problem when there is none with that id."""
        with self._reading() as connection:
            found = read.record(connection, kind, record_id)
        if found is None:
            raise Problem(f"There is no {kind} {record_id} in the store: it may be another store's.")
        return found

    def known_clients(self, agency: AgencyInfo, external_ids: Collection[str]) -> dict[str, StoredRecord]:
        """The agency's clients that bear these identifiers, by identifier; deleted ones are not known."""
        with self._reading() as connection:
            return read.known_clients(connection, agency, external_ids)

    def known_episodes(self, agency: AgencyInfo, external_ids: Collection[str]) -> dict[str, KnownEpisode]:
        """The agency's episodes that bear these identifiers, with client and events; nothing that is deleted."""
        with self._reading() as connection:
            return read.known_episodes(connection, agency, external_ids)

    def history(self, record_id: str) -> list[AuditEntry]:
        """What was done to a record, oldest first."""
        with self._reading() as connection:
            return audit.history(connection, [record_id])

    def verify_audit(self) -> ChainReport:
        """Walk the audit chain; see `audit.verify`."""
        with self._reading() as connection:
            return audit.verify(connection, self._key.audit)

    def data_version(self) -> int:
        """A number that is another one after anybody, in this program or elsewhere, has committed."""
        self._still_there()
        with self._lock, sqlite.told(self.path):
            if self._watcher is None:
                self._watcher = sqlite.connect(self.path, self._key, self._access, self._busy_seconds)
            return sqlite.data_version(self._watcher)

    def rest(self) -> bool:
        """Give back the pages kept for the next question, once, when none was asked since the last call.

        Call it now and then; returns whether there was something to give back.
        """
        if self._asked:
            self._asked, self._rested = False, False
        elif not self._rested:
            self._rested = True
            with sqlite.told(self.path), self._engine.connect() as connection:
                sqlite.forget_pages(connection)
            return True
        return False

    # Writing

    @contextmanager
    def write(self, person: str, now: datetime) -> Generator[Writing, None, None]:
        """One transaction with the write lock: all that is done within is kept, or nothing when it fails.

        Raises Problem when the store cannot be written to.
        """
        with self._locked() as connection:
            work = Writing(connection, person, stamp(now), self._key.audit, self._derivers)
            yield work
            work.finish()

    # Copies

    def backup(self, to: Path) -> None:
        """Write a copy, encrypted with the same key, to a new file. Raises Problem."""
        self._still_there()
        backup.backup(self.path, self._key, to, self._access, self._busy_seconds)

    def doctor(self) -> list[Check]:
        """Examine file, schema, audit and permissions."""
        from store.disk import doctor

        with self._reading() as connection:
            return doctor.examine(connection, self.path, self._key)

    # Below

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
            self._engine = sqlite.engine(self.path, self._key, self._access, self._busy_seconds)
            self.prepare()
            self._file = found

    @contextmanager
    def _reading(self) -> Generator[Connection, None, None]:
        self._asked = True
        self._still_there()
        with sqlite.told(self.path), self._engine.connect() as connection:
            yield connection

    def _chain(self, connection: Connection, person: str, at: str) -> audit.Chain:
        return audit.Chain(connection, self._key.audit, person, at)

    @contextmanager
    def _locked(self) -> Generator[Connection, None, None]:
        if self.read_only:
            raise Problem(f"The store {self.path} was opened for reading only: open it for writing.")
        self._asked = True
        self._still_there()
        with sqlite.told(self.path), sqlite.writing(self._engine) as connection, connection.begin():
            schema.require_current(connection, self.path)
            yield connection
