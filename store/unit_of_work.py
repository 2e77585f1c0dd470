"""A unit of work: everything that is done in it is kept, or nothing, with its audit rows in the same transaction."""

from functools import cached_property

from sqlalchemy import Connection
from sqlmodel import Session

from store.clients import index
from store.disk import sqlite
from store.disk.audit import Chain
from store.facts import Who
from store.people import acts
from store.records.values import stamp
from store.snapshot import Ground, Snapshot


class UnitOfWork(Snapshot):
    """One transaction that has the write lock; got from `Store.writing`, of no use after it.

    What is read through it is seen as it stands within it.
    """

    def __init__(self, connection: Connection, ground: Ground, who: Who) -> None:
        """Take the connection, whose transaction has the write lock, what it works on, and who works when.

        `at` is that moment as the store keeps it. Raises ValueError for a time without a zone.
        """
        super().__init__(connection, ground)
        self.who = who
        self.at = stamp(who.at)
        self.looks: set[tuple[str, ...]] = set()
        self.erases = False
        """Whether something is taken away for good, which is then to be gone from the write-ahead log, too."""
        self._touched: set[int] = set()
        self._marked: set[int] = set()
        self._revision: int | None = None

    @property
    def person(self) -> str:
        """Who writes."""
        return self.who.person

    def begin_erasing(self) -> None:
        """Have what is taken away gone for good: overwritten in the file, as all that goes is, and out of the
        write-ahead log soon after."""
        if not self.erases:
            sqlite.overwrite_free(self.connection)
        self.erases = True

    def require(self, act: str, kind: str, record: str = "") -> None:
        """Raise Problem where the person may not do something that is done outside this unit of work."""
        acts.checked(self.connection, self.ground.path, self.person)(act, kind, record)

    @cached_property
    def chain(self) -> Chain:
        """The audit's chain, at its end; it takes only what the person may do."""
        may = acts.checked(self.connection, self.ground.path, self.person)
        return Chain(self.connection, self.audit_key, self.person, self.at, may)

    @cached_property
    def session(self) -> Session:
        """The records in hand, as objects."""
        return Session(bind=self.connection, autoflush=False, expire_on_commit=False)

    @property
    def revision(self) -> int:
        """The number of this save, counted when it is first asked for."""
        if self._revision is None:
            self._revision = index.bump(self.connection)
        return self._revision

    @property
    def acts(self) -> range:
        """The numbers of the audit's links that were made so far."""
        return self.chain.made if "chain" in self.__dict__ else range(0)

    def touch(self, *clients: int) -> None:
        """Remember clients, by number, whose lines are to be written anew."""
        self._touched.update(clients)

    def mark(self, *clients: int) -> None:
        """Remember clients whose lines change though nothing that is checked has: a mark or a note beside a value."""
        self._marked.update(clients)

    def settle(self) -> None:
        """Write the lines of what was touched so far."""
        index.refresh(self.connection, self.derivers, sorted(self._touched), self.revision)

    def finish(self) -> None:
        """Write the lines that lists show and the rest of the audit. Called by `Store.writing` before it commits."""
        if self._touched:
            self.settle()
        if marked := sorted(self._marked - self._touched):
            index.refresh(self.connection, self.derivers, marked, None)
        if "chain" in self.__dict__:
            self.chain.finish()
        if "session" in self.__dict__:
            self.session.close()
