"""What is read of a store: as of one moment, by functions that take a `Snapshot` first."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, select

from store.disk.keys import Key
from store.disk.tables import AUDIT_KEYS
from store.records.values import Derivers

Answer = TypeVar("Answer")
REMEMBERED = 64


class Memory(Generic[Answer]):
    """Answers of late, each true for one state of the lists. Shared by the threads of one open store."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> Answer | None:
        """The answer remembered, if any."""
        with self._lock:
            return self._answers.get(key)

    def put(self, key: tuple[object, ...], answer: Answer) -> None:
        """Remember an answer in place of the oldest."""
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)


@dataclass(frozen=True)
class Ground:
    """What every look into one open store stands on: its file and key, what values mean, and lists found of late."""

    path: Path
    key: Key
    derivers: Derivers
    memory: Memory[Any] = field(default_factory=Memory)
    looks: set[tuple[str, ...]] = field(default_factory=set)
    """Which looks at clients this program noted already: see `store.people.looks`."""


class Snapshot:
    """The store as it stands at one moment; got from `Store.reading`, of no use after it."""

    def __init__(self, connection: Connection, ground: Ground) -> None:
        """Take a connection in a transaction of its own, and what it looks into."""
        self.connection = connection
        self.ground = ground

    @property
    def derivers(self) -> Derivers:
        """What each standard derives of values as they were typed."""
        return self.ground.derivers

    @property
    def memory(self) -> Memory[Any]:
        """The lists found of late."""
        return self.ground.memory

    @property
    def key(self) -> Key:
        """The store's key."""
        return self.ground.key

    @cached_property
    def audit_key(self) -> bytes:
        """The key of the audit's digests: made of the store's own, or of its first one where that was changed."""
        kept = self.connection.execute(select(AUDIT_KEYS.c.secret)).scalar_one_or_none()
        return kept if kept is not None else self.key.audit
