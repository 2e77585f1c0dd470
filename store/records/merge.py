"""Two clients who turn out to be one are made one, and a wrong merge is undone; nothing that was typed is lost."""

import json
import uuid
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from store.disk.tables import CLIENTS, EPISODES, MERGES, REMOVALS
from store.facts import MergeInfo, StoredRecord
from store.findings import queries
from store.records import read
from store.records.values import moment
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem

_FIELD = "client"
MERGED, SPLIT = "merge", "split"
"""The acts of the audit; both name both clients."""


def listed(snapshot: Snapshot, client_id: str) -> list[MergeInfo]:
    """The merges a client took part in, kept or gone, undone ones too, the latest first."""
    number = select(CLIENTS.c.number).where(CLIENTS.c.id == client_id).scalar_subquery()
    mine = or_(MERGES.c.keep_number == number, MERGES.c.other_number == number)
    return [_info(row) for row in snapshot.connection.execute(_query().where(mine).order_by(MERGES.c.number.desc()))]


def kept_for(snapshot: Snapshot, client_id: str) -> str:
    """The id of the client whom a merged one is now, through all merges that stand; "" for one who was not merged."""
    found = ""
    while merged := [one for one in listed(snapshot, client_id) if one.other_id == client_id and one.split_at is None]:
        found = client_id = merged[0].keep_id
    return found


def merged_into(snapshot: Snapshot, client_id: str) -> list[str]:
    """The ids of all clients whom this one is now, too, through all merges that stand."""
    found, left = [], [client_id]
    while left:
        one = left.pop(0)
        others = [each.other_id for each in listed(snapshot, one) if each.keep_id == one and each.split_at is None]
        found += others
        left += others
    return found


def refuse_merged(snapshot: Snapshot, client_id: str) -> None:
    """Raise Problem for a client whose episodes are another's now: bringing it back alone would leave it empty."""
    for one in listed(snapshot, client_id):
        if one.other_id == client_id and one.split_at is None:
            kept = read.client_called(snapshot, one.keep_id)
            raise Problem(f"This client was merged into client {kept}: split the two to bring it back.")


def refuse_pair(snapshot: Snapshot, keep_id: str, other_id: str) -> tuple[StoredRecord, StoredRecord]:
    """The two clients as they stand. Raises Problem when they cannot be made one: see `merge`."""
    keep, other = read.get(snapshot, "client", keep_id), read.get(snapshot, "client", other_id)
    if keep.id == other.id:
        raise Problem("A client cannot be merged with itself: choose two.")
    if keep.parent_id != other.parent_id:
        raise Problem("The two clients belong to different agencies: only one agency's clients can be merged.")
    for one in (keep, other):
        if one.deleted:
            raise Problem(f"The client {one.id} is deleted: bring it back before merging it.")
        if who := _removal_asked(snapshot, one.id):
            raise Problem(
                f"{who} asked that the client {one.id} be removed for good: confirm that or take it back first."
            )
    return keep, other


def _removal_asked(snapshot: Snapshot, client_id: str) -> str:
    """Who asked that a client be removed, where that waits for another person: it is of these records alone, and would
    be of others', or of none, once they are merged."""
    waits = (REMOVALS.c.confirmed_at.is_(None), REMOVALS.c.taken_back_at.is_(None))
    query = select(REMOVALS.c.asked_by).where(REMOVALS.c.client_id == client_id, *waits)
    return snapshot.connection.execute(query).scalar_one_or_none() or ""


def merge(unit: UnitOfWork, keep_id: str, other_id: str) -> MergeInfo:
    """Make two clients one: all episodes of the other, deleted ones too, go to the one that is kept; the other is
    deleted softly.

    Raises Problem when they are the same, of two agencies, or one is deleted or is to be removed for good.
    """
    keep, other = refuse_pair(unit, keep_id, other_id)
    # Episodes move below the session's feet: what it has seen of them counts no more.
    unit.session.expire_all()
    kept, gone = _number(unit, keep.id), _number(unit, other.id)
    query = select(EPISODES.c.id).where(EPISODES.c.client_number == gone).order_by(EPISODES.c.number)
    moved = list(unit.connection.execute(query).scalars())
    _move(unit, moved, gone, kept, other.id, keep.id, MERGED)
    _set_deleted(unit, other.id, unit.at)
    own_id = str(uuid.uuid4())
    told = json.dumps({"keep": keep.id, "other": other.id, "episodes": moved}, separators=(",", ":"))
    for one in (keep, other):
        unit.chain.add(MERGED, "client", one.id, "", None, told)
    unit.connection.execute(
        insert(MERGES).values(
            id=own_id,
            keep_number=kept,
            other_number=gone,
            moved=json.dumps(moved),
            merged_at=unit.at,
            merged_by=unit.person,
        )
    )
    return _one(unit, own_id)


def split(unit: UnitOfWork, merge_id: str) -> MergeInfo:
    """Undo a merge: the other client comes back with the episodes it brought, as they stand now.

    Episodes entered since stay with the client that was kept. Raises Problem when that client is not there any
    more, having been merged into a third since.
    """
    unit.session.expire_all()
    found = _one(unit, merge_id)
    if found.split_at is not None:
        raise Problem(f"The clients {found.keep_id} and {found.other_id} are split already: nothing is left to do.")
    kept, gone = _number(unit, found.keep_id), _number(unit, found.other_id)
    later = select(MERGES.c.id).where(MERGES.c.other_number == kept, MERGES.c.split_at.is_(None))
    if unit.connection.execute(later).first() is not None:
        raise Problem(f"The client {found.keep_id} was merged into another one since: split those two first.")
    if unit.connection.execute(select(CLIENTS.c.deleted_at).where(CLIENTS.c.number == kept)).scalar_one():
        raise Problem(f"The client {found.keep_id} was deleted since: bring it back before splitting.")
    _move(unit, list(found.moved), kept, gone, found.keep_id, found.other_id, SPLIT)
    _set_deleted(unit, found.other_id, None)
    told = json.dumps({"keep": found.keep_id, "other": found.other_id, "merge": found.id}, separators=(",", ":"))
    for one in (found.keep_id, found.other_id):
        unit.chain.add(SPLIT, "client", one, "", None, told)
    done = update(MERGES).where(MERGES.c.id == merge_id)
    unit.connection.execute(done.values(split_at=unit.at, split_by=unit.person))
    return _one(unit, merge_id)


def _move(unit: UnitOfWork, ids: list[str], source: int, target: int, source_id: str, target_id: str, act: str) -> None:
    """Put episodes under another client. Their versions stay: no value of theirs is another one.

    What was found in those that are given back is forgotten until they are checked anew: in it stand values of somebody
    who is another person after all.
    """
    for some in read.batches(ids if act == SPLIT else ()):
        queries.forget_where(unit.connection, EPISODES.c.id.in_(some) & (EPISODES.c.client_number == source))
    move = update(EPISODES).where(EPISODES.c.client_number == source)
    for one in ids:
        if unit.connection.execute(move.where(EPISODES.c.id == one).values(client_number=target)).rowcount:
            unit.chain.add(act, "episode", one, _FIELD, source_id, target_id)
    unit.touch(source, target)


def _set_deleted(unit: UnitOfWork, client_id: str, at: str | None) -> None:
    columns = {"changed_at": unit.at, "changed_by": unit.person, "version": CLIENTS.c.version + 1}
    unit.connection.execute(update(CLIENTS).where(CLIENTS.c.id == client_id).values(deleted_at=at, **columns))


def _number(unit: UnitOfWork, client_id: str) -> int:
    return int(unit.connection.execute(select(CLIENTS.c.number).where(CLIENTS.c.id == client_id)).scalar_one())


def _one(unit: UnitOfWork, merge_id: str) -> MergeInfo:
    row = unit.connection.execute(_query().where(MERGES.c.id == merge_id)).one_or_none()
    if row is None:
        raise Problem(f"There is no merge {merge_id} in the store: list the client's merges.")
    return _info(row)


def _query() -> Any:
    keep, other = CLIENTS.alias("keep"), CLIENTS.alias("other")
    return (
        select(MERGES, keep.c.id.label("keep_id"), other.c.id.label("other_id"))
        .join(keep, keep.c.number == MERGES.c.keep_number)
        .join(other, other.c.number == MERGES.c.other_number)
    )


def _info(row: Row[Any]) -> MergeInfo:
    return MergeInfo(
        row.id,
        row.keep_id,
        row.other_id,
        tuple(json.loads(row.moved)),
        moment(row.merged_at),
        row.merged_by,
        moment(row.split_at) if row.split_at else None,
        row.split_by or "",
    )
