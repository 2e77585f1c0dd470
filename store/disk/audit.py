"""The audit: a chain of keyed digests, with the values beside it.

A link's digest covers its own row and the digest before it. The values it speaks of enter only by a salted digest (the
seal), so that values and salt can be erased, for a client who is removed, and every link still holds.
"""

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from hashlib import blake2b
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    FromClause,
    Row,
    ScalarSelect,
    Select,
    delete,
    exists,
    func,
    insert,
    select,
    union_all,
    update,
)

from store.disk import sqlite
from store.disk.tables import (
    AGENCIES,
    AUDIT_HEADS,
    AUDIT_VALUES,
    AUDITS,
    CLIENTS,
    CONFIRMATIONS,
    EPISODES,
    EVENTS,
    EXTRACTS,
    METADATA,
    REMOVALS,
)
from store.facts import AgencyInfo, AuditEntry, AuditQuery, ChainReport, Kind, RecordChange, StoredRecord
from store.people.record_acts import require_known
from store.records import read
from store.records.values import moment, stamp, unpack
from store.snapshot import Snapshot
from validators.problems import Problem

FIRST = bytes(32)
SALT = 16
BATCH = 2000
NOTED_DIGITS = 16
LOOK = "look"
"""The act of opening a client's record."""
REMOVE = "remove"
"""The act of removing a record for good; its values are erased with it."""
ERASING = (REMOVE, "close")
"""The acts after which something is to be gone from the file and its log: a removal, and the end of a sample."""
NOTHING = b""
"""The seal of a link that never had values."""


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


def plain(link: Link) -> str:
    """A link as it is digested: a JSON array without blanks, in ASCII. Written out, which takes half the time."""
    return f"[{link.number},{','.join(map(encode_basestring_ascii, link[1:]))}]"


def digest_of(key: bytes, before: bytes, link: Link, sealed: bytes) -> bytes:
    """The digest of a link, over itself and the digest before it."""
    return blake2b(before + sealed + plain(link).encode(), key=key, digest_size=32).digest()


def last_act(snapshot: Snapshot) -> int:
    """The number of the last link that tells more than a look at a client, 0 when there is none yet."""
    return int(snapshot.connection.execute(select(AUDIT_HEADS.c.last_act)).scalar_one_or_none() or 0)


def acts() -> ScalarSelect[int]:
    """The same, as a part of a larger question; null for 0."""
    return select(AUDIT_HEADS.c.last_act).scalar_subquery()


def told_of(snapshot: Snapshot, after: int, kinds: Collection[str]) -> set[tuple[str, str]]:
    """Of which things of these kinds links behind a number tell: kind and id of each."""
    told = select(AUDITS.c.kind, AUDITS.c.record_id).where(AUDITS.c.number > after, AUDITS.c.kind.in_(kinds))
    return {(kind, record) for kind, record in snapshot.connection.execute(told.distinct())}


def last(connection: Connection) -> int:
    """The number of the last link, 0 when there is none yet."""
    return int(connection.execute(select(AUDIT_HEADS.c.last)).scalar_one_or_none() or 0)


class Chain:
    """Adds links within one transaction that holds the write lock. `finish` must be called before it commits."""

    def __init__(
        self, connection: Connection, key: bytes, person: str, at: str, require: Callable[[str, str, str], None]
    ) -> None:
        """Take the transaction's connection, the audit key, who acts when, and what raises for acts he may not do."""
        self._connection = connection
        self._key = key
        self._require = require
        self._person = person
        self._at = at
        self._rows: list[dict[str, object]] = []
        self._values: list[dict[str, object]] = []
        head = connection.execute(select(AUDIT_HEADS).with_for_update()).one_or_none()
        self._new = head is None
        self._last: int = head.last if head else 0
        self._last_act: int = head.last_act if head else 0
        self._digest: bytes = head.digest if head else FIRST
        self._started = self._before = self._last

    @property
    def made(self) -> range:
        """The numbers of the links that were added here."""
        return range(self._before + 1, self._last + 1)

    def add(self, act: str, kind: str, record: str, field: str, old: str | None, new: str | None) -> None:
        """Add one link: what was done to which record, and to which of its fields (empty for all of it).

        Raises Problem where the person may not do that.
        """
        require_known(act, kind)
        self._require(act, kind, record)
        salt = os.urandom(SALT)
        self._link(act, kind, record, field, seal(self._key, salt, old, new))
        self._last_act = self._last
        self._values.append({"audit_number": self._last, "salt": salt, "old": old, "new": new})

    def add_look(self, client: str) -> None:
        """Add a link for somebody who looked at a client. There are many of them, so they bear nothing else."""
        self._require(LOOK, "client", client)
        self._link(LOOK, "client", client, "", NOTHING)

    def _link(self, act: str, kind: str, record: str, field: str, sealed: bytes) -> None:
        self._last += 1
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
        if len(self._rows) >= BATCH:
            self._flush()

    def erase(self, kind: str, record: str) -> int:
        """Erase the values of a record's history and add a link that says so; return how many were erased."""
        self._flush()
        numbers = select(AUDITS.c.number).where(AUDITS.c.record_id == record)
        done = self._connection.execute(delete(AUDIT_VALUES).where(AUDIT_VALUES.c.audit_number.in_(numbers)))
        self.add("erase", kind, record, "", None, None)
        return done.rowcount

    def erase_where(self, kind: str, is_meant: Callable[[Row[Any]], bool]) -> None:
        """Erase the values of those links of a kind of thing of which that is so, with a link that says it.

        It is asked of each with its `record_id`, `act`, `field`, `old` and `new`.
        """
        self._flush()
        columns = (AUDIT_VALUES, AUDITS.c.record_id, AUDITS.c.act, AUDITS.c.field)
        query = select(*columns).join(AUDITS, AUDITS.c.number == AUDIT_VALUES.c.audit_number)
        for row in self._connection.execute(query.where(AUDITS.c.kind == kind)).all():
            if is_meant(row):
                its = AUDIT_VALUES.c.audit_number == row.audit_number
                self._connection.execute(delete(AUDIT_VALUES).where(its))
                self.add("erase", kind, row.record_id, "", None, None)

    def finish(self) -> None:
        """Write what is pending, and the chain's new end."""
        self._flush()
        if self._last == self._started:
            return
        end = {"last": self._last, "digest": self._digest, "last_act": self._last_act}
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


def noted(number: int, digest: bytes) -> str:
    """A row of the chain as people note it and receipts carry it: its number and the beginning of its digest."""
    return f"{number}:{digest.hex()[:NOTED_DIGITS]}"


def end(snapshot: Snapshot) -> str:
    """The chain's last row, as it is noted; empty where there is none yet. What a unit of work has added counts."""
    head = snapshot.connection.execute(select(AUDIT_HEADS.c.last, AUDIT_HEADS.c.digest)).one_or_none()
    return noted(head.last, head.digest) if head else ""


def done_since(snapshot: Snapshot, end_noted: str, act: str) -> bool:
    """Whether something was done after the end of the chain that was noted, by anybody."""
    number = int(end_noted.partition(":")[0] or 0)
    query = select(AUDITS.c.number).where(AUDITS.c.number > number, AUDITS.c.act == act)
    return snapshot.connection.execute(query.limit(1)).first() is not None


def erased_since(snapshot: Snapshot, number: int) -> bool:
    """Whether anybody took something away for good in a link behind a number: then the write-ahead log may hold it."""
    query = select(AUDITS.c.number).where(AUDITS.c.number > number, AUDITS.c.act.in_(ERASING))
    return snapshot.connection.execute(query.limit(1)).first() is not None


def knows(snapshot: Snapshot, end_noted: str) -> bool:
    """Whether the chain has a row that was noted: a store that was put back to an earlier state has it no more.

    Raises Problem for what is no such note.
    """
    match = re.fullmatch(rf"([0-9]{{1,18}}):([0-9a-f]{{{NOTED_DIGITS}}})", end_noted.strip().lower())
    if match is None:
        raise Problem("What was noted is a number, a colon and sixteen letters and digits: copy it from a receipt.")
    query = select(AUDITS.c.digest).where(AUDITS.c.number == int(match[1]))
    digest = snapshot.connection.execute(query).scalar_one_or_none()
    return digest is not None and bytes(digest).hex().startswith(match[2])


def verify(
    snapshot: Snapshot, seen: Callable[[Link, str | None, str | None, bool], object] | None = None
) -> ChainReport:
    """Walk the whole chain; report the first link that does not hold, by its number and why.

    `seen` is told each link that holds, with its old and new value and whether those were erased.
    """
    # The driver's own cursor: SQLAlchemy's rows would cost as much again as reading them.
    rows: Iterable[tuple[Any, ...]] = cast(
        Any, snapshot.connection.execute(_entries().order_by(AUDITS.c.number)).cursor
    )
    before, last, erased = FIRST, 0, 0
    key = snapshot.audit_key
    for number, at, person, act, kind, record, field, sealed, digest, salt, old, new in rows:
        if number != last + 1:
            return ChainReport(last, erased, last + 1, "rows are missing here")
        link = Link(number, at, person, act, kind, record, field)
        if digest_of(key, before, link, sealed) != digest:
            return ChainReport(last, erased, number, "the row, or the one before it, was altered")
        if salt is None:
            erased += sealed != NOTHING
        elif seal(key, salt, old, new) != sealed:
            return ChainReport(last, erased, number, "its values were altered")
        before, last = digest, number
        if seen is not None:
            seen(link, old, new, salt is None and sealed != NOTHING)
    head = snapshot.connection.execute(select(AUDIT_HEADS.c.last, AUDIT_HEADS.c.digest)).one_or_none()
    expected = (head.last, head.digest) if head else (0, FIRST)
    if expected != (last, before):
        return ChainReport(last, erased, last + 1, "rows are missing at the end")
    return ChainReport(last, erased, end=noted(last, before) if last else "")


def history(snapshot: Snapshot, records: Iterable[str], *, looks: bool = False) -> list[AuditEntry]:
    """The links of some records, by their ids, oldest first; those of who looked at them only when asked for."""
    query = _entries().where(AUDITS.c.record_id.in_(list(records))).order_by(AUDITS.c.number)
    if not looks:
        query = query.where(AUDITS.c.act != LOOK)
    return [_entry(row) for row in snapshot.connection.execute(query)]


def last_by(snapshot: Snapshot, record_id: str, act: str, field: str) -> str:
    """Who did something to a field of a record last; "Somebody" where no act tells."""
    query = select(AUDITS.c.person).where(AUDITS.c.record_id == record_id, AUDITS.c.act == act, AUDITS.c.field == field)
    last = snapshot.connection.execute(query.order_by(AUDITS.c.number.desc()).limit(1)).scalar_one_or_none()
    return last or "Somebody"


def looks(snapshot: Snapshot, records: Iterable[str]) -> list[AuditEntry]:
    """Who looked at some records, by their ids, oldest first."""
    query = _entries().where(AUDITS.c.record_id.in_(list(records)), AUDITS.c.act == LOOK).order_by(AUDITS.c.number)
    return [_entry(row) for row in snapshot.connection.execute(query)]


def found(snapshot: Snapshot, asked: AuditQuery) -> Iterator[AuditEntry]:
    """The links that fit a query, oldest first, one question however many there are. Reads while it is asked."""
    query = _entries().where(AUDITS.c.at >= stamp(asked.since)) if asked.since else _entries()
    if asked.until:
        query = query.where(AUDITS.c.at < stamp(asked.until))
    if asked.person:
        query = query.where(AUDITS.c.person == asked.person)
    if asked.records is not None:
        query = query.where(AUDITS.c.record_id.in_(list(asked.records)))
    if asked.acts:
        query = query.where(AUDITS.c.act.in_(sorted(asked.acts)))
    if asked.agency is not None:
        its = asked.agency.number
        query = query.where(AUDITS.c.record_id.in_(_ids(lambda number: number == its)))
    # By time where a person is asked for, as the index has it; the chain's own order is the same but for a clock put
    # back, and within a moment.
    order = (AUDITS.c.at, AUDITS.c.number) if asked.person and asked.records is None else (AUDITS.c.number,)
    rows = snapshot.connection.execute(query.order_by(*order).execution_options(yield_per=BATCH))
    return (_entry(row) for row in rows)


def elsewhere(snapshot: Snapshot, agency: AgencyInfo, record_ids: Collection[str]) -> set[str]:
    """Of some ids (not very many), those of other agencies and of what is theirs."""
    theirs = _ids(lambda number: number != agency.number).subquery()
    query = select(theirs.c.id).where(theirs.c.id.in_(sorted(record_ids)))
    return set(snapshot.connection.execute(query).scalars())


def _ids(is_its: Callable[[ColumnElement[int]], ColumnElement[bool]]) -> CompoundSelect[Any]:
    """The ids of the agencies whose numbers are such, and of all that is theirs and has one: records, extracts, whom
    they removed, with all that was the client's."""
    own = [table for table in METADATA.sorted_tables if "agency_number" in table.c and "id" in table.c]
    ids = [select(table.c.id).where(is_its(table.c.agency_number)) for table in own]
    below = ((EVENTS, EPISODES, EVENTS.c.episode_number), (CONFIRMATIONS, EXTRACTS, CONFIRMATIONS.c.extract_number))
    for table, above, number in below:
        ids.append(select(table.c.id).join(above, above.c.number == number).where(is_its(above.c.agency_number)))
    # Whoever confirms a removal takes the client and all below at one moment, and with them their records at other
    # agencies: what went is of the removal whose client went last before it.
    together = (AUDITS.c.person == REMOVALS.c.confirmed_by) & (AUDITS.c.at == REMOVALS.c.confirmed_at)
    later = REMOVALS.alias("later")
    is_below_later = exists().where(
        later.c.confirmed_at == REMOVALS.c.confirmed_at,
        _went(later) > _went(REMOVALS),
        _went(later) <= AUDITS.c.number,
    )
    gone = select(AUDITS.c.record_id).join(REMOVALS, together)
    gone = gone.where(AUDITS.c.act == REMOVE, AUDITS.c.number >= _went(REMOVALS), ~is_below_later)
    ids.append(gone.where(is_its(REMOVALS.c.agency_number)))
    return union_all(select(AGENCIES.c.id).where(is_its(AGENCIES.c.number)), *ids)


def _went(removals: FromClause) -> ScalarSelect[int]:
    """The number of the link that tells that a removed client went; what was below them follows it."""
    link = AUDITS.alias()
    own = select(link.c.number).where(link.c.record_id == removals.c.client_id, link.c.act == REMOVE)
    return own.correlate(removals).scalar_subquery()


def removed(snapshot: Snapshot, records: Collection[str], since: datetime) -> set[str]:
    """Of some records (not very many), by their ids, those that were removed for good at a moment or after it."""
    some = select(REMOVALS.c.number).where(REMOVALS.c.confirmed_at >= stamp(since)).limit(1)
    if snapshot.connection.execute(some).first() is None:
        return set()
    query = select(AUDITS.c.record_id).where(AUDITS.c.record_id.in_(sorted(records)), AUDITS.c.act == REMOVE)
    return set(snapshot.connection.execute(query).scalars())


def latest(snapshot: Snapshot, person: str, acts: Iterable[str]) -> AuditEntry | None:
    """The last link of a person that is one of some acts; None when there is none."""
    query = _entries().where(AUDITS.c.person == person, AUDITS.c.act.in_(list(acts)))
    row = snapshot.connection.execute(query.order_by(AUDITS.c.number.desc()).limit(1)).first()
    return None if row is None else _entry(row)


def between(snapshot: Snapshot, first: int, last: int) -> list[AuditEntry]:
    """The links from one number to another, both with them, in order."""
    query = _entries().where(AUDITS.c.number >= first, AUDITS.c.number <= last).order_by(AUDITS.c.number)
    return [_entry(row) for row in snapshot.connection.execute(query)]


def of_person(
    snapshot: Snapshot,
    agency: AgencyInfo,
    person: str,
    *,
    since: datetime,
    until: datetime,
    most: int,
    looks: bool = False,
) -> list[RecordChange]:
    """What somebody did to an agency's records from one moment until before another, the latest first, at most so many.

    Two questions, however many records there are: the links by an index, then the clients they are about.
    """
    query = _of_person(agency, person, since, until).limit(most)
    if not looks:
        query = query.where(AUDITS.c.act != LOOK)
    changes = snapshot.connection.execute(query).all()
    clients: dict[int, StoredRecord] = {}
    wanted = sqlite.among(CLIENTS.c.number, sorted({row.client_number for row in changes}))
    for row in snapshot.connection.execute(read.record_query("client").where(wanted)):
        clients[row.number] = read.to_record("client", row)
    found: list[RecordChange] = []
    for row in changes:
        client, kind = clients[row.client_number], cast(Kind, row.kind)
        record = client
        if kind != "client":
            parent = client.id if kind == "episode" else row.episode_id
            values, changed_at = unpack(row.typed), moment(row.changed_at)
            gone = row.deleted_at is not None
            record = StoredRecord(
                kind, row.record_id, parent, row.section or "", values, row.version, changed_at, row.changed_by, gone
            )
        found.append(RecordChange(_entry(row), record, client))
    return found


def _of_person(agency: AgencyInfo, person: str, since: datetime, until: datetime) -> Select[Any]:
    """The links of a person between two moments, each with the record it is about and its client's number."""
    above = EPISODES.alias("above")
    owner = CLIENTS.alias("owner")

    def either(name: str) -> ColumnElement[Any]:
        return func.coalesce(EPISODES.c[name], EVENTS.c[name]).label(name)

    client = func.coalesce(CLIENTS.c.number, EPISODES.c.client_number, above.c.client_number)
    kept = ("typed", "version", "changed_at", "changed_by", "deleted_at")
    return (
        _entries()
        .add_columns(*map(either, kept), EVENTS.c.section, above.c.id.label("episode_id"))
        .add_columns(owner.c.number.label("client_number"))
        .outerjoin(CLIENTS, CLIENTS.c.id == AUDITS.c.record_id)
        .outerjoin(EPISODES, EPISODES.c.id == AUDITS.c.record_id)
        .outerjoin(EVENTS, EVENTS.c.id == AUDITS.c.record_id)
        .outerjoin(above, above.c.number == EVENTS.c.episode_number)
        .join(owner, owner.c.number == client)
        .where(AUDITS.c.person == person, AUDITS.c.at >= stamp(since), AUDITS.c.at < stamp(until))
        .where(owner.c.agency_number == agency.number)
        .order_by(AUDITS.c.at.desc(), AUDITS.c.number.desc())
    )


def _entries() -> Select[Any]:
    """The links with what is kept of their values."""
    return select(AUDITS, AUDIT_VALUES.c.salt, AUDIT_VALUES.c.old, AUDIT_VALUES.c.new).outerjoin(
        AUDIT_VALUES, AUDIT_VALUES.c.audit_number == AUDITS.c.number
    )


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        row.number,
        moment(row.at),
        row.person,
        row.act,
        row.kind,
        row.record_id,
        row.field,
        row.old,
        row.new,
        erased=row.salt is None and row.seal != NOTHING,
    )
