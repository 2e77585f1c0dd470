"""What persons typed and did not save: by client, and what came back from files kept while the store was away."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from exporters.records.find import FoundRecord, records_of, with_new
from store.facts import AgencyInfo, DraftInfo, Kind, StoredRecord, Who
from store.live import drafts as stored_drafts
from store.live import offline_drafts, presence
from store.live.offline_drafts import TakenIn
from store.records import read
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import Values
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.store import Store


@dataclass(frozen=True)
class DraftGroup:
    """A person's drafts of the records of one client, whose values are `client`; `older` ones of the same records wait.

    The client's values are those typed where there is a draft of them, else those saved.
    """

    client_id: str
    client: Values
    drafts: tuple[DraftInfo, ...]
    older: int = 0

    @property
    def fields(self) -> int:
        """How many values differ from those that are saved."""
        return sum(draft.fields for draft in self.drafts)

    @property
    def saved_at(self) -> datetime:
        """When the latest of them was written."""
        return max(draft.saved_at for draft in self.drafts)


@dataclass(frozen=True)
class DraftName:
    """One draft of a person: its record, and the window it was typed in."""

    record_id: str
    session: str


def groups(snapshot: Snapshot, agency: AgencyInfo, who: Who) -> list[DraftGroup]:
    """A person's drafts in an agency by client, the latest first. What a record stands under may itself be a draft.

    What the person is typing in another window at this moment is none of them.
    """
    every = [draft for draft in stored_drafts.listed(snapshot, who.person) if draft.fields or not draft.version]
    known = {draft.record_id: draft for draft in reversed(every)}
    by_client: dict[str, list[DraftInfo]] = {}
    for draft in every:
        try:
            client = _client_of(snapshot, draft, known)
            if client not in known or known[client].version:
                read.get(snapshot, "client", client)
            by_client.setdefault(client, []).append(draft)
        except Problem:
            continue  # what it stood under is gone for good; there is nowhere to open it
    order: dict[Kind, int] = {"client": 0, "episode": 1, "event": 2}
    found = []
    for client, rows in by_client.items():
        elsewhere = {one.session for one in presence.others(snapshot, "client", client, who.session, who.at)}
        free = [draft for draft in rows if draft.session not in elsewhere]
        own = list({draft.record_id: draft for draft in reversed(free)}.values())
        is_new = client in known and not known[client].version
        stored = None if is_new else read.get(snapshot, "client", client)
        values = known[client].values if client in known else stored.values if stored else {}
        if own and (stored.parent_id if stored else known[client].parent_id) == agency.id:
            own.sort(key=lambda draft: order[draft.kind])
            found.append(DraftGroup(client, values, tuple(own), len(free) - len(own)))
    return found


def unsaved(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, who: Who, wanted: str) -> FoundRecord | None:
    """A new record that is but a person's draft, by its id or, for a client, the reference typed; None for none.

    Its client is told as it would be if all its new records were saved: those that are drafts bear version 0.
    """
    every = stored_drafts.listed(snapshot, who.person)
    known = {draft.record_id: draft for draft in reversed(every)}
    role = standard.role("client_reference")
    meant = [
        draft
        for draft in known.values()
        if not draft.version
        and (
            draft.record_id == wanted
            or (draft.kind == "client" and wanted and draft.values.get(role, "").casefold() == wanted.casefold())
        )
    ]
    for draft in meant:
        try:
            client_id = _client_of(snapshot, draft, known)
            is_new = client_id in known and not known[client_id].version
            stored = None if is_new else read.tree(snapshot, client_id, deleted=True)
        except Problem:
            continue  # what it stood under is gone for good
        owner = stored.client.parent_id if stored else known[client_id].parent_id
        if owner == agency.id:
            new = sorted((one for one in known.values() if not one.version), key=lambda one: one.saved_at)
            tree = with_new(
                stored, [_record_of(one) for one in new if one.kind != "client" or one.record_id == client_id]
            )
            return FoundRecord(next(one for one in records_of(tree) if one.id == draft.record_id), tree)
    return None


def _record_of(draft: DraftInfo) -> StoredRecord:
    """A new record as its draft has it."""
    return StoredRecord(
        draft.kind, draft.record_id, draft.parent_id, draft.section, draft.values, 0, draft.saved_at, draft.person
    )


def take_in(store: "Store", who: Who) -> TakenIn | None:
    """At the start: forget drafts that say what is saved, and take in what was kept in files while the store was away.

    Returns what came back; None when the store is away still: it then comes back at the next start.
    """
    with suppress(Problem):  # the store is locked: they are not offered all the same
        equal = [one for one in store.ask(stored_drafts.listed, who.person) if one.version and not one.fields]
        if equal:
            store.do(who, discard, [DraftName(one.record_id, one.session) for one in equal])
    try:
        return offline_drafts.take(store, who)
    except Problem:
        return None


def discard(unit: UnitOfWork, drafts: Sequence[DraftName]) -> None:
    """Forget drafts of the person's."""
    for one in drafts:
        stored_drafts.drop(unit, one.record_id, one.session)


def take_over(unit: UnitOfWork, drafts: Sequence[DraftName]) -> None:
    """Go on, in this window, with drafts that others of the person's windows left behind."""
    for one in drafts:
        stored_drafts.take_over(unit, one.record_id, one.session, unit.who.session)


def _client_of(snapshot: Snapshot, draft: DraftInfo, drafts: Mapping[str, DraftInfo]) -> str:
    """The client that a draft's record belongs to, walked up to through drafts and records. Raises Problem."""
    kind, id, parent = draft.kind, draft.record_id, draft.parent_id
    while kind != "client":
        parent = parent or read.get(snapshot, kind, id).parent_id
        kind, id = ("client" if kind == "episode" else "episode"), parent
        parent = drafts[id].parent_id if id in drafts else ""
    return id
