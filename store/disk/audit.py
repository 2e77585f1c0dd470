"""The audit: a chain of keyed digests, with the values beside it.

A link's digest covers its own row and the digest before it. The values it speaks of enter only by a salted digest (the
seal), so that values and salt can be erased, for a client who is removed, and every link still holds.
"""

import json
import os
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from store.disk.tables import AUDIT_HEADS, AUDIT_VALUES, AUDITS
from store.facts import AuditEntry, ChainReport
from store.records.values import moment
from store.snapshot import Snapshot

FIRST = bytes(32)
SALT = 16
BATCH = 2000

_plain = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode


def seal(key: bytes, salt: bytes, old: str | None, new: str | None) -> bytes:
    """The digest of a link's values; the length before the old one keeps the two apart."""
    head = "-" if old is None else f"{len(old)}:{old}"
    text = f"{head}-" if new is None else f"{head}+{new}"
    return blake2b(text.encode(), key=key, salt=salt, digest_size=32).digest()


class Link(NamedTuple):
    """A link of the chain without its digest: which it is, who did what when, to which field of which record."""

    number: int
    at: str
    person: str
    act: str
    kind: str
    record: str
    field: str


def digest_of(key: bytes, before: bytes, link: Link, sealed: bytes) -> bytes:
    """The digest of a link, over itself and the digest before it."""
    return blake2b(before + sealed + _plain(link).encode(), key=key, digest_size=32).digest()


def last(snapshot: Snapshot) -> int:
    """The number of the last link, 0 when there is none yet: whatever anybody does is in the chain."""
    return int(snapshot.connection.execute(select(AUDIT_HEADS.c.last)).scalar_one_or_none() or 0)


class Chain:
    """Adds links within one transaction that holds the write lock. `finish` must be called before it commits."""

    def __init__(self, connection: Connection, key: bytes, person: str, at: str) -> None:
        """Take the transaction's connection, the audit key, and who acts when."""
        self._connection = connection
        self._key = key
        self._person = person
        self._at = at
        self._rows: list[dict[str, object]] = []
        self._values: list[dict[str, object]] = []
        head = connection.execute(select(AUDIT_HEADS.c.last, AUDIT_HEADS.c.digest).with_for_update()).one_or_none()
        self._new = head is None
        self._last: int = head.last if head else 0
        self._digest: bytes = head.digest if head else FIRST
        self._started = self._last

    def add(self, act: str, kind: str, record: str, field: str, old: str | None, new: str | None) -> None:
        """Add one link: what was done to which record, and to which of its fields (empty for all of it)."""
        self._last += 1
        salt = os.urandom(SALT)
        sealed = seal(self._key, salt, old, new)
        person, at = self._person, self._at
        made = Link(self._last, at, person, act, kind, record, field)
        self._digest = digest_of(self._key, self._digest, made, sealed)
        self._rows.append(
            {
                "number": self._last,
                "at": at,
                "person": person,
                "act": act,
                "kind": kind,
                "record_id": record,
                "field": field,
                "seal": sealed,
                "digest": self._digest,
            }
        )
        self._values.append({"audit_number": self._last, "salt": salt, "old": old, "new": new})
        if len(self._rows) >= BATCH:
            self._flush()

    def erase(self, kind: str, record: str) -> int:
        """Erase the values of a record's history and add a link that says so; return how many were erased."""
        self._flush()
        numbers = select(AUDITS.c.number).where(AUDITS.c.record_id == record)
        done = self._connection.execute(delete(AUDIT_VALUES).where(AUDIT_VALUES.c.audit_number.in_(numbers)))
        self.add("erase", kind, record, "", None, None)
        return done.rowcount

    def finish(self) -> None:
        """Write what is pending, and the chain's new end."""
        self._flush()
        if self._last == self._started:
            return
        end = {"last": self._last, "digest": self._digest}
        if self._new:
            self._connection.execute(insert(AUDIT_HEADS).values(number=1, **end))
            self._new = False
        else:
            self._connection.execute(update(AUDIT_HEADS).values(**end))
        self._started = self._last

    def _flush(self) -> None:
        if self._rows:
            self._connection.execute(insert(AUDITS), self._rows)
            self._rows = []
        if self._values:
            self._connection.execute(insert(AUDIT_VALUES), self._values)
            self._values = []


def verify(snapshot: Snapshot) -> ChainReport:
    """Walk the whole chain; report the first link that does not hold, by its number and why."""
    joined = (
        select(AUDITS, AUDIT_VALUES.c.salt, AUDIT_VALUES.c.old, AUDIT_VALUES.c.new)
        .outerjoin(AUDIT_VALUES, AUDIT_VALUES.c.audit_number == AUDITS.c.number)
        .order_by(AUDITS.c.number)
        .execution_options(yield_per=BATCH)
    )
    before, last, erased = FIRST, 0, 0
    rows = snapshot.connection.execute(joined)
    for number, at, person, act, kind, record, field, sealed, digest, salt, old, new in rows:
        if number != last + 1:
            return ChainReport(last, erased, last + 1, "rows are missing here")
        link = Link(number, at, person, act, kind, record, field)
        if digest_of(snapshot.key.audit, before, link, sealed) != digest:
            return ChainReport(last, erased, number, "the row, or the one before it, was altered")
        if salt is None:
            erased += 1
        elif seal(snapshot.key.audit, salt, old, new) != sealed:
            return ChainReport(last, erased, number, "its values were altered")
        before, last = digest, number
    head = snapshot.connection.execute(select(AUDIT_HEADS.c.last, AUDIT_HEADS.c.digest)).one_or_none()
    expected = (head.last, head.digest) if head else (0, FIRST)
    if expected != (last, before):
        return ChainReport(last, erased, last + 1, "rows are missing at the end")
    return ChainReport(last, erased)


def history(snapshot: Snapshot, records: Iterable[str]) -> list[AuditEntry]:
    """The links of some records, by their ids, oldest first."""
    joined = (
        select(AUDITS, AUDIT_VALUES.c.salt, AUDIT_VALUES.c.old, AUDIT_VALUES.c.new)
        .outerjoin(AUDIT_VALUES, AUDIT_VALUES.c.audit_number == AUDITS.c.number)
        .where(AUDITS.c.record_id.in_(list(records)))
        .order_by(AUDITS.c.number)
    )
    return [
        AuditEntry(
            row.number,
            moment(row.at),
            row.person,
            row.act,
            row.kind,
            row.record_id,
            row.field,
            row.old,
            row.new,
            erased=row.salt is None,
        )
        for row in snapshot.connection.execute(joined)
    ]
