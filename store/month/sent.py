"""Which extracts were sent, and the mismatches against them that somebody confirmed to be right."""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from store.clients import index
from store.disk import sqlite
from store.disk.tables import CLIENTS, CONFIRMATIONS, EPISODES, EVENTS, EXTRACTS, SENT_RECORDS, STATES
from store.facts import AgencyInfo, ExtractInfo, StoredRecord
from store.month import extracts
from store.month.facts import PART, ConfirmationInfo, ConfirmedMismatch, LastSent
from store.records.read import batches, record_query, to_record
from store.records.values import moment
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.local_time import minute_text
from validators.problems import Problem

SENT, TAKEN_BACK = "sent", "take back"


def last(snapshot: Snapshot, agency: AgencyInfo, *, but_not: str = "") -> ExtractInfo | None:
    """The extract of the latest submission that counts as sent; of several of one month the one written last.

    When they were marked as sent says nothing: somebody may do that later, and in any order.
    """
    query = select(EXTRACTS.c.id).where(
        EXTRACTS.c.agency_number == agency.number,
        EXTRACTS.c.sent_at.is_not(None),
        EXTRACTS.c.taken_back_at.is_(None),
        EXTRACTS.c.id != but_not,
    )
    found = snapshot.connection.execute(
        query.order_by(EXTRACTS.c.submission.desc(), EXTRACTS.c.number.desc()).limit(1)
    ).scalar_one_or_none()
    return extracts.one(snapshot, found) if found is not None else None


def mark(unit: UnitOfWork, extract_id: str) -> ExtractInfo:
    """Note that an extract was sent. Raises Problem when it is noted already."""
    info = extracts.one(unit, extract_id)
    if info.is_sent:
        assert info.sent_at is not None
        raise Problem(
            f"The extract {extract_id[:8]} was marked as sent by {info.sent_by} at {minute_text(info.sent_at)}: "
            "take that back first if it was not sent."
        )
    columns = {"sent_at": unit.at, "sent_by": unit.person, "taken_back_at": None, "taken_back_by": None}
    unit.connection.execute(update(EXTRACTS).where(EXTRACTS.c.id == extract_id).values(**columns))
    unit.chain.add(SENT, "extract", extract_id, "", None, info.sha256)
    _make_due(unit.connection, extract_id)
    return extracts.one(unit, extract_id)


def take_back(unit: UnitOfWork, extract_id: str, seen: ExtractInfo | None = None) -> ExtractInfo:
    """Note that an extract was not sent after all; `seen` is how whoever says so looked at it, None where nobody did.

    Raises Problem when it does not count as sent, and where somebody marked it after that.
    """
    info = extracts.one(unit, extract_id)
    if not info.is_sent or info.sent_at is None:
        raise Problem(f"The extract {extract_id[:8]} is not marked as sent: there is nothing to take back.")
    if seen is not None and (info.sent_at, info.sent_by) != (seen.sent_at, seen.sent_by):
        raise Problem(
            f"{info.sent_by} marked the extract {extract_id[:8]} as sent at {minute_text(info.sent_at)}, after you"
            " looked at it: it counts as sent; look at it as it is now."
        )
    columns = {"taken_back_at": unit.at, "taken_back_by": unit.person}
    unit.connection.execute(update(EXTRACTS).where(EXTRACTS.c.id == extract_id).values(**columns))
    unit.chain.add(TAKEN_BACK, "extract", extract_id, "", info.sha256, None)
    _make_due(unit.connection, extract_id)
    return extracts.one(unit, extract_id)


def _make_due(connection: Connection, extract_id: str) -> None:
    """Have the episodes checked again of which it is kept what an extract holds.

    What is found, and what is to be sent, depends on what was sent. Their revision is another one, as after a save: a
    check that has read them already does not count.
    """
    held = (
        select(sqlite.before(SENT_RECORDS.c.record_id, PART))
        .join(EXTRACTS, EXTRACTS.c.number == SENT_RECORDS.c.extract_number)
        .where(EXTRACTS.c.id == extract_id, SENT_RECORDS.c.record_id.contains(PART))
    )
    if connection.execute(held.limit(1)).first() is not None:
        mine = select(EPISODES.c.number).where(EPISODES.c.id.in_(held))
        revised = update(STATES).where(STATES.c.episode_number.in_(mine))
        connection.execute(revised.values(revision=index.bump(connection)))


def listed(snapshot: Snapshot, agency: AgencyInfo) -> list[ExtractInfo]:
    """The agency's extracts that count as sent, in the order they were written."""
    return [one for one in extracts.listed(snapshot, agency) if one.is_sent]


def until(snapshot: Snapshot, agency: AgencyInfo, extract: ExtractInfo) -> list[ExtractInfo]:
    """An extract, and what counts as sent and was written before it or is of an earlier submission; in order.

    What was sent in a letter that the agency left since was sent, too.
    """
    found, seen = [], False
    for one in extracts.listed(snapshot, agency):
        seen = seen or one.id == extract.id
        before = not seen or one.submission < extract.submission
        if one.id == extract.id or (one.is_sent and before):
            found.append(one)
    return found


def of_records(snapshot: Snapshot, agency: AgencyInfo, record_ids: Collection[str]) -> dict[str, LastSent]:
    """What the extracts that count as sent hold of these records, by id.

    An extract that was taken back counts for nothing, so that what it held is new again.
    """
    query = (
        select(SENT_RECORDS.c.record_id, SENT_RECORDS.c.digest, EXTRACTS.c.submission, EXTRACTS.c.number)
        .join(EXTRACTS, EXTRACTS.c.number == SENT_RECORDS.c.extract_number)
        .where(
            EXTRACTS.c.agency_number == agency.number,
            EXTRACTS.c.sent_at.is_not(None),
            EXTRACTS.c.taken_back_at.is_(None),
        )
    )
    found: dict[str, LastSent] = {}
    for some in batches(record_ids):
        own = query.where(SENT_RECORDS.c.record_id.in_(some)).order_by(EXTRACTS.c.number)
        for row in snapshot.connection.execute(own):
            before = found.get(row.record_id)
            latest = max(row.submission, before.submission if before else "")
            since = before.since if before and before.digest == row.digest else row.number
            found[row.record_id] = LastSent(row.digest, latest, row.number, since)
    return found


def events_by_digest(snapshot: Snapshot, some: Sequence[ExtractInfo]) -> dict[str, dict[str, int]]:
    """Which events these extracts hold so, by the digests of what they say of each: with each event's id how many of
    the extracts were made before it was deleted, or its episode or client was, and before one said it otherwise."""
    gone = [table.c.deleted_at for table in (EVENTS, EPISODES, CLIENTS)]
    query = (
        select(EXTRACTS.c.id, SENT_RECORDS.c.record_id, SENT_RECORDS.c.digest, *gone)
        .join(EXTRACTS, EXTRACTS.c.number == SENT_RECORDS.c.extract_number)
        .join(EVENTS, EVENTS.c.id == SENT_RECORDS.c.record_id)
        .join(EPISODES, EPISODES.c.number == EVENTS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(EXTRACTS.c.id.in_([one.id for one in some]))
        .order_by(EXTRACTS.c.number)
    )
    order = {one.id: place for place, one in enumerate(some)}
    found: dict[str, dict[str, int]] = {}
    said: dict[str, str] = {}
    for extract_id, record_id, its, *at in snapshot.connection.execute(query):
        deleted = [moment(one) for one in at if one]
        before = said.get(record_id, its)
        if before != its:
            found[before][record_id] = min(found[before][record_id], order[extract_id])
        said[record_id] = its
        found.setdefault(its, {})[record_id] = sum(all(one.made_at <= day for day in deleted) for one in some)
    return found


def that_went(snapshot: Snapshot, records: Mapping[str, str]) -> set[str]:
    """Of these records, ids to digests, those that an extract holds so, whether it counts as sent or not."""
    found: set[str] = set()
    for some in batches(records):
        query = select(SENT_RECORDS.c.record_id, SENT_RECORDS.c.digest).where(SENT_RECORDS.c.record_id.in_(some))
        found |= {row.record_id for row in snapshot.connection.execute(query) if records[row.record_id] == row.digest}
    return found


def events_that_went(snapshot: Snapshot, episode_ids: Collection[str]) -> dict[tuple[str, str], list[StoredRecord]]:
    """The events of episodes that extracts hold, by the episode's id and a digest of what one says of the event.

    One that is there comes before one that was deleted.
    """
    query = record_query("event").add_columns(SENT_RECORDS.c.digest).distinct()
    query = query.join(SENT_RECORDS, SENT_RECORDS.c.record_id == EVENTS.c.id)
    found: dict[tuple[str, str], list[StoredRecord]] = {}
    for some in batches(episode_ids):
        mine = query.where(EPISODES.c.id.in_(some)).order_by(EVENTS.c.deleted_at.is_not(None), EVENTS.c.number)
        for row in snapshot.connection.execute(mine):
            found.setdefault((row.parent_id, row.digest), []).append(to_record("event", row))
    return found


def events_of(snapshot: Snapshot, extract_id: str, episode_id: str) -> dict[str, list[StoredRecord]]:
    """The events of an episode that an extract holds, deleted ones too, in order of entry, by digests of what it says
    of each."""
    query = record_query("event").add_columns(SENT_RECORDS.c.digest)
    query = query.join(SENT_RECORDS, SENT_RECORDS.c.record_id == EVENTS.c.id)
    query = query.join(EXTRACTS, EXTRACTS.c.number == SENT_RECORDS.c.extract_number)
    query = query.where(EPISODES.c.id == episode_id, EXTRACTS.c.id == extract_id).order_by(EVENTS.c.number)
    found: dict[str, list[StoredRecord]] = {}
    for row in snapshot.connection.execute(query):
        found.setdefault(row.digest, []).append(to_record("event", row))
    return found


def confirmations(snapshot: Snapshot, extract_id: str) -> list[ConfirmationInfo]:
    """What stands confirmed against an extract, in the order it was said."""
    query = _query().where(EXTRACTS.c.id == extract_id, CONFIRMATIONS.c.withdrawn_at.is_(None))
    return [_info(row) for row in snapshot.connection.execute(query.order_by(CONFIRMATIONS.c.number))]


def confirmations_of(snapshot: Snapshot, agency: AgencyInfo) -> list[ConfirmationInfo]:
    """What stands confirmed against any extract of an agency, in the order it was said."""
    query = _query().where(EXTRACTS.c.agency_number == agency.number, CONFIRMATIONS.c.withdrawn_at.is_(None))
    return [_info(row) for row in snapshot.connection.execute(query.order_by(CONFIRMATIONS.c.number))]


def confirm(
    unit: UnitOfWork, extract_id: str, mismatch: ConfirmedMismatch, reason: str, lapsed: str | None = None
) -> ConfirmationInfo:
    """Keep that a mismatch is right, and why; an earlier word on the same subject that holds no more gives way.

    `lapsed` is the id of that one as the person saw it, "" where none was said, None where nobody looked. Raises
    Problem without a reason, without such an extract, when the very same is confirmed already, and where another word
    than the one seen would give way.
    """
    kind, subject, told = mismatch.kind, mismatch.subject, mismatch.told
    info = extracts.one(unit, extract_id)
    if not reason.strip():
        raise Problem("A mismatch is confirmed with a reason: say in a few words why it is right.")
    for known in confirmations(unit, extract_id):
        if (known.kind, known.subject) == (kind, subject):
            if dict(known.told) == dict(told) and known.id != lapsed:
                raise Problem(f"That mismatch was confirmed by {known.confirmed_by} already: there is nothing to do.")
            if lapsed not in (None, known.id):
                raise Problem(
                    f"{known.confirmed_by} confirmed that mismatch meanwhile, for values that stand there now: look at"
                    " the mismatches again."
                )
            withdraw(unit, known.id)
    if lapsed and _one(unit.connection, lapsed).withdrawn_at is None:
        withdraw(unit, lapsed)  # said against another extract
    own_id = str(uuid.uuid4())
    number = select(EXTRACTS.c.number).where(EXTRACTS.c.id == info.id).scalar_subquery()
    packed = json.dumps(dict(told), ensure_ascii=True, sort_keys=True)
    unit.connection.execute(
        insert(CONFIRMATIONS).values(
            id=own_id,
            extract_number=number,
            kind=kind,
            subject=subject,
            told=packed,
            reason=reason.strip(),
            confirmed_at=unit.at,
            confirmed_by=unit.person,
        )
    )
    said = json.dumps({"kind": kind, "subject": subject, "told": dict(told), "reason": reason.strip()})
    unit.chain.add("confirm", "confirmation", own_id, "", None, said)
    return _one(unit.connection, own_id)


def withdraw(unit: UnitOfWork, confirmation_id: str) -> ConfirmationInfo:
    """Take a confirmation back. Raises Problem when there is none, or it was taken back."""
    info = _one(unit.connection, confirmation_id)
    if info.withdrawn_at is not None:
        raise Problem(f"That confirmation was taken back by {info.withdrawn_by} already: there is nothing to do.")
    done = update(CONFIRMATIONS).where(CONFIRMATIONS.c.id == confirmation_id)
    unit.connection.execute(done.values(withdrawn_at=unit.at, withdrawn_by=unit.person))
    unit.chain.add("withdraw", "confirmation", confirmation_id, "", info.reason, None)
    return _one(unit.connection, confirmation_id)


def _query() -> Select[Any]:
    columns = EXTRACTS.c.id.label("extract_id")
    return select(CONFIRMATIONS, columns).join(EXTRACTS, EXTRACTS.c.number == CONFIRMATIONS.c.extract_number)


def _one(connection: Connection, confirmation_id: str) -> ConfirmationInfo:
    row = connection.execute(_query().where(CONFIRMATIONS.c.id == confirmation_id)).one_or_none()
    if row is None:
        raise Problem("There is no such confirmation in the store: look at the mismatches again.")
    return _info(row)


def _info(row: Row[Any]) -> ConfirmationInfo:
    return ConfirmationInfo(
        row.id,
        row.extract_id,
        row.kind,
        row.subject,
        json.loads(row.told),
        row.reason,
        moment(row.confirmed_at),
        row.confirmed_by,
        moment(row.withdrawn_at) if row.withdrawn_at else None,
        row.withdrawn_by or "",
    )
