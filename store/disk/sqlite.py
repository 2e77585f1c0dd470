"""The one module that knows the store is an encrypted SQLite file: connections, pragmas, and what its errors mean."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import sqlcipher3.dbapi2 as driver
from sqlalchemy import (
    CTE,
    ClauseElement,
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Select,
    TableValuedAlias,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from store.disk.keys import Key
from validators.problems import Problem

# Older ones can lose what a write-ahead log holds when several connections reset it.
OLDEST = (3, 51, 3)
BUSY_SECONDS = 10.0
LOADING_KIB = 32 * 1024
EXAMINED_KIB = 128 * 1024
"""The memory that a file's pages may take while it is examined: with four times of it a large one takes as long."""
# Half of the usual: searches among 200,000 clients take as long, half of this again and they take half as long again.
PAGES_KIB = 4000
PAGE = 4096
LEFT_BYTES = 16 * 1024 * 1024
Access = Literal["ro", "rw"]


class Damaged(Problem):
    """The store's file is not whole any more: examining it again does not help."""


def refuse_old(version: tuple[int, ...] | None = None) -> None:
    """Raise Problem when the driver brings a SQLite that may damage a store."""
    version = version or driver.sqlite_version_info
    if tuple(version) < OLDEST:
        have, need = ".".join(map(str, version)), ".".join(map(str, OLDEST))
        raise Problem(
            f"The installed sqlcipher3 brings SQLite {have}, which can damage a store: install {need} or newer."
        )


def connect(path: Path, key: Key, access: Access = "rw", busy_seconds: float = BUSY_SECONDS) -> Any:
    """A driver connection to a file that exists, with the key given. Raises the driver's errors, see `told`."""
    connection = driver.connect(
        f"{path.absolute().as_uri()}?mode={access}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=32,
    )
    try:
        # Before the key: a wrong one would have sqlcipher write its complaints to stderr, over the screen.
        connection.execute("PRAGMA cipher_log_level=NONE")
        connection.execute(f"PRAGMA key=\"x'{key.hex}'\"")
        connection.execute(f"PRAGMA cache_size=-{PAGES_KIB}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # Not FAST, which leaves what stood on pages that become free; and on what is left of them once they are used
        # again, where nobody could overwrite it any more. It costs nothing that can be measured.
        connection.execute("PRAGMA secure_delete=ON")
        # A large import would leave a journal of its size behind for as long as anybody has the store open.
        connection.execute(f"PRAGMA journal_size_limit={LEFT_BYTES}").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def engine(path: Path, key: Key, access: Access = "rw", busy_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine on a store's file. Reads run in a plain transaction, `writing` in one that has the lock."""
    made = create_engine(
        "sqlite+pysqlite://",
        module=driver,
        creator=lambda: connect(path, key, access, busy_seconds),
        poolclass=QueuePool,
        # Each connection keeps 4 MB of pages. One stays, with those that lists are made of; others come and go.
        pool_size=1,
        max_overflow=15,
        pool_timeout=busy_seconds,
        hide_parameters=True,
        # Compiled queries weigh some 20 KB each; a screen asks a dozen again and again.
        query_cache_size=28,
    )

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and asks for the lock later fails at once when somebody else wrote meanwhile,
        # whatever the busy timeout; so whoever is going to write asks first.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made


def writing(made: Engine) -> Connection:
    """A connection whose transactions take the write lock when they begin."""
    return made.connect().execution_options(writes=True)


def use_log(connection: Any) -> None:
    """Have a driver connection's file keep a write-ahead log, for good: readers then never wait for a writer."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=WAL").fetchone()


class PreparedStatement:
    """A statement that is put into SQL once, for what is asked at every key or every second.

    Building a statement anew and finding its SQL again costs ten times what SQLite needs to do it. Its values are named
    by `bindparam`, plain texts and numbers alone; a list whose length may differ has no place in it.
    """

    def __init__(self, statement: ClauseElement) -> None:
        """Take the statement; it is put into SQL when it is first asked for, not when the program starts."""
        self._statement = statement

    @cached_property
    def _made(self) -> tuple[str, dict[str, Any]]:
        """The statement as SQLite takes it, and the values that stand in it already."""
        made = self._statement.compile(dialect=_NAMING)
        # What has none yet is left out: the driver refuses a statement with a value too few, and takes null for none.
        return str(made), {name: value for name, value in made.params.items() if value is not None}

    def on(self, connection: Connection, **values: str | int) -> CursorResult[Any]:
        """Do it, with a value for each name."""
        sql, known = self._made
        return connection.exec_driver_sql(sql, known | values)

    def rows(self, connection: Any, **values: str | int) -> list[tuple[Any, ...]]:
        """All rows it gives on a driver connection."""
        sql, known = self._made
        return list(connection.execute(sql, known | values))

    def at_once(self, connection: Any, **values: str | int) -> int:
        """Do it on a driver connection as a transaction of its own; how many rows it changed."""
        sql, known = self._made
        return int(connection.execute(sql, known | values).rowcount)


_NAMING = dialect(paramstyle="named")


def tables(connection: Any) -> set[str]:
    """The names of the tables, the first thing to be read: it fails when the key is wrong."""
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}


def data_version(connection: Any) -> int:
    """A number that changes when anybody else committed since this driver connection last asked."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def forget_pages(connection: Connection) -> None:
    """Give back the pages that a connection keeps for its next question, which then reads them again: a few ms."""
    connection.exec_driver_sql("PRAGMA shrink_memory")


def faults(connection: Any) -> Iterator[tuple[str, list[str]]]:
    """Run the file's own checks on a driver connection; yield each one's name and what it found.

    A file for which there is room is examined as a whole. A larger one would be deciphered three times over for that,
    so each of its tables is examined with its indexes, and then by what it points to, while its pages are at hand. What
    only a look at all of them shows is not seen there: a page that two tables have, or none; its rows would be wrong.

    Every page that holds anything is deciphered on the way. Only where something is wrong are all pages gone through by
    themselves, which tells the places that were altered: in pages that hold nothing, nothing can be.
    """
    usual = connection.execute("PRAGMA cache_size").fetchone()[0]
    parts = [""]
    try:
        size = connection.execute("PRAGMA page_count").fetchone()[0] * PAGE >> 10
        connection.execute(f"PRAGMA cache_size=-{min(max(size, LOADING_KIB), EXAMINED_KIB)}")
        if size > EXAMINED_KIB:
            parts = [f"('{name}')" for name in ("sqlite_schema", *sorted(tables(connection)))]
    except driver.DatabaseError:
        pass  # the check itself says so
    structure: list[str] = []
    links: list[str] = []
    for part in parts:
        structure += _found(connection, f"integrity_check{part}")
        links += _found(connection, f"foreign_key_check{part}")
    yield "cipher_integrity_check", _found(connection, "cipher_integrity_check") if structure or links else []
    yield "integrity_check", structure
    yield "foreign_key_check", links
    connection.execute(f"PRAGMA cache_size={usual}")


def _found(connection: Any, check: str) -> list[str]:
    """What one check says on a driver connection, nothing where all is well."""
    try:
        rows = connection.execute(f"PRAGMA {check}").fetchmany(20)
    except driver.DatabaseError as error:
        rows = [(str(error),)]
    return [" ".join(str(cell) for cell in row) for row in rows if row != ("ok",)]


def copy_into(connection: Any, target: Path) -> None:
    """Write a compact, equally encrypted copy of a driver connection's file into an empty file; others work on."""
    connection.execute("VACUUM INTO ?", (str(target),))


@contextmanager
def roomy(connection: Connection, kib: int = LOADING_KIB) -> Iterator[None]:
    """Give a connection more memory while it loads much: indexes of random ids would be written over and over again."""
    usual = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size=-{kib}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={usual}")


def empty_log(made: Engine) -> bool:
    """Put what is in the write-ahead log into the file, and empty it; False where somebody reads from it just now.

    The log has each page as it stood after each save, also after later ones have overwritten what was in it. While this
    waits for those who read, nobody can save: so it waits but a moment.
    """
    with made.connect() as connection:
        raw: Any = connection.connection.driver_connection
        usual = raw.execute("PRAGMA busy_timeout").fetchone()[0]
        raw.execute(f"PRAGMA busy_timeout={_LOG_MILLISECONDS}")
        try:
            return not raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            raw.execute(f"PRAGMA busy_timeout={usual}")


_LOG_MILLISECONDS = 200


def overwrite_free(connection: Connection) -> None:
    """Overwrite the pages that are free: a program before this one left there what stood on them.

    Whatever needs room takes a free page first; so a table of zeros is filled until none is left, and goes again.
    """
    connection.exec_driver_sql("CREATE TABLE overwritten (zeros BLOB)")
    while free := connection.exec_driver_sql("PRAGMA freelist_count").scalar_one():
        size = min(free, _ZEROED_PAGES) * PAGE
        connection.exec_driver_sql("INSERT INTO overwritten VALUES (zeroblob(?))", (size,))
    connection.exec_driver_sql("DROP TABLE overwritten")


_ZEROED_PAGES = 1000


def among(column: ColumnElement[Any], values: Iterable[int] | Iterable[str]) -> ColumnElement[bool]:
    """Whether a column is one of many numbers or texts, handed over as one text: many parameters would be slow."""
    text = json.dumps(list(values), separators=(",", ":"))
    return column.in_(select(func.json_each(text).table_valued("value").c.value))


def scanned(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column of numbers that is not to be looked up by, one by one: whoever asks for most rows reads them in turn."""
    return column + 0


def made_once(query: Select[Any], name: str) -> CTE:
    """A query's rows, found once and kept while the one around it runs, not again for each row of that."""
    return query.cte(name).prefix_with("MATERIALIZED")


def is_day(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a column holds a day, written YYYY-MM-DD, rather than what somebody typed in its place.

    SQLite makes another text of what is none: `2026-02-30` becomes a day in March, `2026-13-01` nothing.
    """
    return func.date(column).is_not_distinct_from(column) & (column >= "0001")


def json_text(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """The value of a name in a column that holds JSON."""
    return func.json_extract(column, f"$.{name}")


def json_with(column: ColumnElement[Any], name: str, value: ColumnElement[Any]) -> ColumnElement[str]:
    """A column that holds JSON, with another value under a name."""
    return func.json_set(column, f"$.{name}", value)


def before(column: ColumnElement[Any], mark: str) -> ColumnElement[str]:
    """What stands before a mark in a text; empty where the mark does not stand in it."""
    return func.substr(column, 1, func.max(0, func.instr(column, mark) - 1))


def json_items(column: ColumnElement[Any], name: str) -> TableValuedAlias:
    """The items of a list that stands under a name in a column that holds JSON, each as `value`."""
    return func.json_each(column, f"$.{name}").table_valued("value")


def listed(column: ColumnElement[Any], *order: ColumnElement[Any]) -> ColumnElement[str]:
    """All values of a column in a group as one JSON list, in an order."""
    return func.json_group_array(column.op("ORDER BY")(order[0]), *order[1:])


def numbers(connection: Connection, query: Select[Any]) -> list[int]:
    """The numbers a query of one column gives, handed over as one text: thousands of rows would be slow."""
    column = query.subquery().c[0]
    told: list[int] = json.loads(connection.execute(select(func.json_group_array(column))).scalar_one())
    return told


def version_text() -> str:
    """The version of SQLite in use."""
    return str(driver.sqlite_version)


@contextmanager
def told(path: Path, copy: Path | None = None) -> Iterator[None]:
    """Turn the driver's errors into a Problem about the store. The cause is dropped: it could hold values.

    With a `copy` that is made of it, that is what there is no room for.
    """
    try:
        yield
    except PoolTimeout:
        raise Problem(f"The store {path} is busy with other work of this program: try again.") from None
    except (driver.Error, DBAPIError) as error:
        problem = _problem(error, path)
        if copy is not None and "the disk is full" in str(problem):
            problem = Problem(f"{copy} could not be written, the disk is full: free some space and try again.")
        raise problem from None


_NO_ROOM_TO_SHARE = driver.SQLITE_IOERR | (19 << 8)
"""SQLite's IOERR_SHMSIZE: the file beside a store by which its readers know of each other could not be made longer."""
_NOTHING_THERE = "FOREIGN KEY"
"""In what the driver says of a row that hangs on one there is none of any more: it gives no finer code."""
_LEAST_ROOM = 1 << 16


def _is_full(path: Path) -> bool:
    """Whether the disk of a store has no room left: SQLite then calls some failures those of the disk itself."""
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < _LEAST_ROOM


def _problem(error: Exception, path: Path) -> Problem:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    # The upper bits of a code tell the finer kind.
    fine = getattr(cause, "sqlite_errorcode", 0)
    code = fine & 0xFF
    if code == driver.SQLITE_IOERR and (fine == _NO_ROOM_TO_SHARE or _is_full(path)):
        return Problem(f"The store {path} could not be read or written, the disk is full: free some space, try again.")
    if code == driver.SQLITE_CONSTRAINT and _NOTHING_THERE in str(cause):
        told = "What this belongs to was taken out of the store meanwhile: nothing was changed; look again"
        return Problem(f"{told} (where it is still there, please report this).")
    sentences = {
        driver.SQLITE_BUSY: "is locked, somebody else is writing: try again in a moment.",
        driver.SQLITE_LOCKED: "is locked, somebody else is writing: try again in a moment.",
        driver.SQLITE_PERM: "may not be opened: ask for access to it.",
        driver.SQLITE_READONLY: "is read-only: ask for write access to the file and its folder.",
        driver.SQLITE_IOERR: "could not be read or written by the disk: check the disk, then run keywork doctor.",
        driver.SQLITE_CORRUPT: "is damaged: run keywork doctor, and restore a backup if it agrees.",
        driver.SQLITE_FULL: "could not be written, the disk is full: free some space and try again.",
        driver.SQLITE_CANTOPEN: "cannot be opened: check that it exists and that you may write in its folder.",
        driver.SQLITE_NOTADB: "does not open: it is not a Keywork store, or the key file is another store's, "
        "or its beginning is lost: then restore a backup.",
    }
    if code == driver.SQLITE_CORRUPT and _is_truncated(path):
        return Damaged(f"The store {path} is truncated: move it away and restore a backup (`keywork restore FILE`).")
    if code == driver.SQLITE_CORRUPT:
        return Damaged(f"The store {path} {sentences[code]}")
    if code in sentences:
        return Problem(f"The store {path} {sentences[code]}")
    # What is left are faults of the program; the driver's own words name tables and columns, never values.
    return Problem(f"The store {path} refused the work ({cause}): nothing was changed, please report this.")


def _is_truncated(path: Path) -> bool:
    """Whether a file ends within a page."""
    try:
        return path.stat().st_size % PAGE != 0
    except OSError:
        return False
