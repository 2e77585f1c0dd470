"""Records compared with the audit: what stands in them must be what the acts on them have made of them.

Every value that was ever entered or changed is in the audit. So the values of a record can be reckoned from it without
keeping them: a sum over fields that an act adds to and takes from, which costs a number a record. A record of which no
field was ever changed is the text that was entered, and its number is that of the text. The numbers are made of hashes
that are other ones in each run of the program, so that nobody can aim at them.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, func, select

from store.disk.audit import Link
from store.disk.tables import AUDITS, CLIENTS, EPISODES, EVENTS
from store.people.record_acts import EFFECTS, RecordEffect
from store.records.values import unpack
from store.snapshot import Snapshot

RECORDS: dict[str, Table] = {"client": CLIENTS, "episode": EPISODES, "event": EVENTS}
_OWNER = "client"
_ERASED = None


def shares(snapshot: Snapshot, most: int) -> int:
    """In how many shares the records are compared when at most so many are kept in mind at a time."""
    counts = (select(func.count()).select_from(table) for table in RECORDS.values())
    return 1 + sum(int(snapshot.connection.execute(one).scalar_one()) for one in counts) // most


class AuditComparison:
    """What the audit says of each record, gathered link by link; of very many, of a share of them at a time."""

    def __init__(self, snapshot: Snapshot, share: int = 0, shares: int = 1) -> None:
        """Start with no link seen; look which records, of the share, were changed after they were entered."""
        self._snapshot = snapshot
        self._share, self._shares = share, shares
        query = select(AUDITS.c.record_id).where(AUDITS.c.field != "", AUDITS.c.kind.in_(list(RECORDS)))
        marks = (hash(own_id) for (own_id,) in snapshot.connection.execute(query))
        self._changed = {mark for mark in marks if mark % shares == share}
        self._sums: dict[int, int | None] = {}
        self._gone: set[int] = set()
        self._owners: dict[int, str] = {}

    def see(self, link: Link, old: str | None, new: str | None, erased: bool) -> None:
        """Take one link that holds, with its values."""
        _, _, _, act, kind, record, field = link
        if kind not in RECORDS or (effect := EFFECTS.get(act)) in (None, RecordEffect.BESIDE):
            return
        mark = hash(record)
        if mark % self._shares != self._share:
            return
        if effect is RecordEffect.REMOVED:
            self._sums.pop(mark, None)
            return
        if effect is RecordEffect.ERASED or erased:
            self._sums[mark] = _ERASED
        if effect in (RecordEffect.GOES, RecordEffect.COMES):
            if kind == "episode" and field == _OWNER:
                self._owners[mark] = new or ""
            elif not field and _is_moved(kind, act, record, new):
                (self._gone.add if effect is RecordEffect.GOES else self._gone.discard)(mark)
        elif not field and new is not None:
            self._sums[mark] = self._number(mark, new)
        elif field and not erased:
            known = self._sums.get(mark, 0)
            if known is not _ERASED:
                self._sums[mark] = known - (hash((field, old)) if old else 0) + (hash((field, new)) if new else 0)

    def _number(self, mark: int, text: str) -> int:
        """What a packed record is told by: by field where one was changed, else as a whole."""
        return sum(map(hash, unpack(text).items())) if mark in self._changed else hash(text)

    def differing(self) -> Iterator[tuple[str, str, str]]:
        """The records that are not what the audit says: kind, id, and what is otherwise. Asked once, at the end."""
        for kind, table in RECORDS.items():
            query = select(table.c.id, table.c.typed, table.c.deleted_at)
            if kind == "episode":
                query = query.add_columns(CLIENTS.c.id).join(CLIENTS, CLIENTS.c.number == table.c.client_number)
            rows: Any = self._snapshot.connection.execute(query.order_by(table.c.number)).cursor
            for own_id, typed, deleted_at, *owner in rows:
                mark = hash(own_id)
                if mark % self._shares == self._share and (
                    what := self._otherwise(mark, typed, deleted_at is not None, owner)
                ):
                    yield kind, own_id, what
        yield from (("", "", "is gone") for _ in self._sums)

    def _otherwise(self, mark: int, typed: str, gone: bool, owner: list[str]) -> str:
        if mark not in self._sums:
            return "is not told of in the audit"
        expected = self._sums.pop(mark)
        if expected is _ERASED:
            return ""
        if self._number(mark, typed) != expected:
            return "has other values than the audit says"
        if gone != (mark in self._gone):
            return "is deleted, and by nobody" if gone else "was deleted and is there again"
        if owner and self._owners.get(mark, owner[0]) != owner[0]:
            return "is under another client than the audit says"
        return ""


def _is_moved(kind: str, act: str, record: str, told: str | None) -> bool:
    """Whether an act deletes a client or brings one back: of a merge, only the one that is not kept."""
    if act not in ("merge", "split"):
        return True
    return kind == "client" and told is not None and unpack(told).get("other") == record
