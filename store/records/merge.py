"""Two clients who turn out to be one are made one, and a wrong merge is undone; nothing that was typed is lost."""

import json
import uuid
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from store.disk.audit import Chain
from store.disk.tables import CLIENTS, EPISODES, MERGES
from store.facts import MergeInfo, StoredRecord
from store.records.values import moment
from validators.problems import Problem

_FIELD = "client"


def listed(connection: Connection, client_id: str) -> list[MergeInfo]:
    """The merges a client took part in, kept or gone, undone ones too, the latest first."""
    number = select(CLIENTS.c.number).where(CLIENTS.c.id == client_id).scalar_subquery()
    mine = or_(MERGES.c.keep_number == number, MERGES.c.other_number == number)
    return [_info(row) for row in connection.execute(_query().where(mine).order_by(MERGES.c.number.desc()))]


def refuse_merged(connection: Connection, client_id: str) -> None:
    """Raise Problem for a client whose episodes are another's now: bringing it back alone would leave it empty."""
    for one in listed(connection, client_id):
        if one.other_id == client_id and one.split_at is None:
            raise Problem(f"The client {client_id} was merged into {one.keep_id}: split the two to bring it back.")


class Merging:
    """Merges and splits within one transaction."""

    def __init__(self, connection: Connection, chain: Chain, person: str, at: str, touched: set[int]) -> None:
        """Take the transaction's connection and chain, who acts when, and where to note whose lines change."""
        self._connection = connection
        self._chain = chain
        self._person = person
        self._at = at
        self._touched = touched

    def merge(self, keep: StoredRecord, other: StoredRecord) -> MergeInfo:
        """Move all episodes of `other`, deleted ones too, to `keep`, and delete `other`."""
        if keep.id == other.id:
            raise Problem("A client cannot be merged with itself: choose two.")
        if keep.parent_id != other.parent_id:
            raise Problem("The two clients belong to different agencies: only one agency's clients can be merged.")
        for one in (keep, other):
            if one.deleted:
                raise Problem(f"The client {one.id} is deleted: bring it back before merging it.")
        kept, gone = self._number(keep.id), self._number(other.id)
        query = select(EPISODES.c.id).where(EPISODES.c.client_number == gone).order_by(EPISODES.c.number)
        moved = list(self._connection.execute(query).scalars())
        self._move(moved, gone, kept, other.id, keep.id, "merge")
        self._set_deleted(other.id, self._at)
        own_id = str(uuid.uuid4())
        told = json.dumps({"keep": keep.id, "other": other.id, "episodes": moved}, separators=(",", ":"))
        for one in (keep, other):
            self._chain.add("merge", "client", one.id, "", None, told)
        self._connection.execute(
            insert(MERGES).values(
                id=own_id,
                keep_number=kept,
                other_number=gone,
                moved=json.dumps(moved),
                merged_at=self._at,
                merged_by=self._person,
            )
        )
        return self._one(own_id)

    def split(self, merge_id: str) -> MergeInfo:
        """Give `other` its episodes back, as far as they still are with `keep`."""
        found = self._one(merge_id)
        if found.split_at is not None:
            raise Problem(f"The clients {found.keep_id} and {found.other_id} are split already: nothing is left to do.")
        kept, gone = self._number(found.keep_id), self._number(found.other_id)
        later = select(MERGES.c.id).where(MERGES.c.other_number == kept, MERGES.c.split_at.is_(None))
        if self._connection.execute(later).first() is not None:
            raise Problem(f"The client {found.keep_id} was merged into another one since: split those two first.")
        if self._connection.execute(select(CLIENTS.c.deleted_at).where(CLIENTS.c.number == kept)).scalar_one():
            raise Problem(f"The client {found.keep_id} was deleted since: bring it back before splitting.")
        self._move(list(found.moved), kept, gone, found.keep_id, found.other_id, "split")
        self._set_deleted(found.other_id, None)
        told = json.dumps({"keep": found.keep_id, "other": found.other_id, "merge": found.id}, separators=(",", ":"))
        for one in (found.keep_id, found.other_id):
            self._chain.add("split", "client", one, "", None, told)
        done = update(MERGES).where(MERGES.c.id == merge_id)
        self._connection.execute(done.values(split_at=self._at, split_by=self._person))
        return self._one(merge_id)

    def _move(self, ids: list[str], source: int, target: int, source_id: str, target_id: str, act: str) -> None:
        """Put episodes under another client. Their versions stay: no value of theirs is another one."""
        move = update(EPISODES).where(EPISODES.c.client_number == source)
        for one in ids:
            if self._connection.execute(move.where(EPISODES.c.id == one).values(client_number=target)).rowcount:
                self._chain.add(act, "episode", one, _FIELD, source_id, target_id)
        self._touched |= {source, target}

    def _set_deleted(self, client_id: str, at: str | None) -> None:
        columns = {"changed_at": self._at, "changed_by": self._person, "version": CLIENTS.c.version + 1}
        self._connection.execute(update(CLIENTS).where(CLIENTS.c.id == client_id).values(deleted_at=at, **columns))

    def _number(self, client_id: str) -> int:
        return int(self._connection.execute(select(CLIENTS.c.number).where(CLIENTS.c.id == client_id)).scalar_one())

    def _one(self, merge_id: str) -> MergeInfo:
        row = self._connection.execute(_query().where(MERGES.c.id == merge_id)).one_or_none()
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
