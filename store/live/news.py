"""What others did, looked for once a second in every session: as cheap as it is often."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from store.clients import index
from store.disk import audit
from store.disk.sqlite import PreparedStatement
from store.facts import Presence
from store.live import presence
from store.store import Store


@dataclass(frozen=True)
class StoreState:
    """How things stand. `data` is another number after anybody wrote anything, `saved` after a record was saved, `act`
    after anything was done that the audit tells; `others` are those who have the client open that one is in oneself.
    `file` is another one after another file was put in the store's place: a copy of before may have been worked with
    since, and bear the same numbers for other things."""

    data: int
    saved: int
    act: int
    others: tuple[Presence, ...]
    file: int = 0


def look(store: Store, before: StoreState | None, session: str, client_id: str, now: datetime) -> StoreState:
    """How things stand now, for a session that is in a client, "" for none. Raises Problem.

    Nothing is read where nobody wrote since `before`. Where somebody did, that is most often a draft, or a sign of
    life: then no record is read, and who is in other clients is not either.
    """
    data = store.data_version()
    if before is not None and data == before.data:
        return before
    others = tuple(presence.others_at_a_glance(store, client_id, session, now)) if client_id else ()
    ((saved, act),) = [(saves or 0, acts or 0) for saves, acts in store.glance(_COUNTERS)]
    file = store.files_seen
    if before is None or (saved, act, file) != (before.saved, before.act, before.file):
        # By the person at the screen, who may have lost the right to; in one snapshot, as is all that is read of it.
        with store.reading() as snapshot:
            saved, act = index.saved_version(snapshot), audit.last_act(snapshot)
            if before is not None and act != before.act and audit.erased_since(snapshot, before.act):
                store.note_erased()
    return StoreState(data, saved, act, others, file)


_COUNTERS = PreparedStatement(select(index.saves(), audit.acts()))
