"""What the client screen asks of the store. Every function runs in a thread and knows no screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from store.facts import NEVER, AgencyInfo, ClientTree, DraftInfo, Kind, MergeInfo, Presence, StoredRecord, Who
from store.findings import acceptances
from store.findings.acceptance_facts import AcceptanceInfo
from store.live import drafts as stored_drafts
from store.live import offline_drafts, presence, recent_entry
from store.month import agency_settings
from store.records import merge as stored_merge
from store.records import read
from store.records import save as records_save
from store.snapshot import Snapshot
from tui.screens.client import model
from tui.screens.client.labels import client_name, several, when
from validators.problems import Problem
from validators.records import Finding, Values
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.store import Store

USAGE_LEFT: dict[str, Mapping[str, Mapping[str, int]]] = {}
"""How often codes were used, by agency and field: asked once a session, for an order that changes would mislead."""


@dataclass(frozen=True)
class Loaded:
    """A client as it was found: no `tree` for one who is new; the person's own drafts; who else is in the record.

    Of several drafts of one record, left behind by several windows, `drafts` has the latest; `older` counts the others.
    """

    client_id: str
    tree: ClientTree | None = None
    drafts: tuple[DraftInfo, ...] = ()
    others: tuple[Presence, ...] = ()
    merges: tuple[MergeInfo, ...] = ()
    previous: Mapping[str, Values] = field(default_factory=dict)
    usage: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    older: int = 0
    accepted: tuple[AcceptanceInfo, ...] = ()
    beside: tuple[Finding, ...] = ()
    settings: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Save:
    """One record to be written."""

    kind: Kind
    id: str
    parent_id: str
    section: str
    values: Values
    version: int


def load(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, person: str, session: str, client_id: str, now: datetime
) -> Loaded:
    """Read a client with all that the screen shows of it. Raises Problem when there is neither client nor draft."""
    groups = draft_groups(snapshot, agency, standard, person, session, now) if client_id else []
    own = next((group for group in groups if group.client_id == client_id), None)
    drafts, older = (own.drafts, own.older) if own is not None else ((), 0)
    previous, usage = habits(snapshot, agency, standard, person)
    settings = agency_settings.settings(snapshot, agency) if standard.settings else {}
    if not client_id:
        return Loaded("", None, (), (), (), previous, usage, settings=settings)
    try:
        tree = read.tree(snapshot, client_id, deleted=True)
    except Problem:
        if not any(draft.record_id == client_id for draft in drafts):
            raise
        return Loaded(client_id, None, drafts, (), (), previous, usage, older, settings=settings)
    if tree.client.parent_id != agency.id:
        # Asked for a moment before another agency was opened: its standard would read him wrongly.
        raise Problem(f"That client is another agency's, not {agency.code}'s: open that agency first.")
    others = tuple(presence.others(snapshot, "client", client_id, session, now))
    accepted = tuple(acceptances.listed(snapshot, agency, client_id=client_id))
    merges, found = tuple(stored_merge.listed(snapshot, client_id)), model.kept(snapshot, agency, standard, client_id)
    return Loaded(client_id, tree, drafts, others, merges, previous, usage, older, accepted, found, settings)


def judged_by(snapshot: Snapshot, agency: AgencyInfo, client_id: str) -> tuple[list[AcceptanceInfo], dict[str, str]]:
    """The warnings of a client that somebody accepted, and what the agency says of itself."""
    return acceptances.listed(snapshot, agency, client_id=client_id), agency_settings.settings(snapshot, agency)


def reload(snapshot: Snapshot, client_id: str, session: str, now: datetime) -> tuple[ClientTree, tuple[Presence, ...]]:
    """Read a client again, and who is in the record."""
    return read.tree(snapshot, client_id, deleted=True), tuple(
        presence.others(snapshot, "client", client_id, session, now)
    )


def habits(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, person: str
) -> tuple[Mapping[str, Values], Mapping[str, Mapping[str, int]]]:
    """The record of each section that the person saved last, and how often each code was used."""
    previous: dict[str, Values] = {}
    for section in standard.sections:
        kind: Kind = section.level
        previous[section.id] = recent_entry.previous(
            snapshot, agency, kind, section.id if kind == "event" else "", person
        )
    if agency.id not in USAGE_LEFT:
        coded = (item.header for item in standard.fields if item.codes)
        USAGE_LEFT[agency.id] = recent_entry.code_usage(snapshot, agency, coded)
    return previous, USAGE_LEFT[agency.id]


def save(
    store: "Store", agency: AgencyInfo, person: str, session: str, now: datetime, client_id: str, items: Sequence[Save]
) -> tuple[ClientTree, list[StoredRecord]]:
    """Write records in one transaction, those above before those below, and clear this session's drafts of them.

    Returns the client as it stands then, and the records as they were written. Raises NewerVersion when somebody saved
    one of them since, Problem when the store cannot be written to; then nothing is written.
    """
    written = []
    with store.writing(Who(person, now)) as work:
        for item in items:
            if item.version:
                written.append(records_save.change(work, item.kind, item.id, item.values, item.version))
            else:
                parent = agency.id if item.kind == "client" else item.parent_id
                written.append(
                    records_save.create(work, item.kind, parent, item.section, item.values, record_id=item.id)
                )
            stored_drafts.drop(work, item.id, session)
    return store.ask(read.tree, client_id, deleted=True), written


def delete(store: "Store", person: str, now: datetime, client_id: str, item: Save, bring_back: bool) -> ClientTree:
    """Delete a record, or bring it back; the client as it is then. Raises as `save` does."""
    with store.writing(Who(person, now)) as work:
        (records_save.undelete if bring_back else records_save.delete)(work, item.kind, item.id, item.version)
    return store.ask(read.tree, client_id, deleted=True)


def annotate(
    store: "Store", person: str, now: datetime, client_id: str, episode_id: str, key_worker: str, note: str
) -> ClientTree:
    """Keep an episode's key worker and note; the client as it is then."""
    with store.writing(Who(person, now)) as work:
        records_save.annotate(work, episode_id, key_worker, note)
    return store.ask(read.tree, client_id, deleted=True)


def merge(store: "Store", person: str, now: datetime, keep_id: str, other_id: str) -> ClientTree:
    """Make two clients one; the one that is kept, with the episodes of both."""
    with store.writing(Who(person, now)) as work:
        stored_merge.merge(work, keep_id, other_id)
    return store.ask(read.tree, keep_id, deleted=True)


def split(store: "Store", person: str, now: datetime, client_id: str, merge_id: str) -> ClientTree:
    """Undo a merge; the client that was kept as it is then."""
    with store.writing(Who(person, now)) as work:
        stored_merge.split(work, merge_id)
    return store.ask(read.tree, client_id, deleted=True)


@dataclass(frozen=True)
class DraftGroup:
    """A person's drafts of the records of one client, which `title` names; `older` ones of the same records wait."""

    client_id: str
    title: str
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


def draft_groups(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, person: str, session: str, now: datetime
) -> list[DraftGroup]:
    """A person's drafts in an agency by client, the latest first. What a record stands under may itself be a draft.

    What the person is typing in another window at this moment is none of them.
    """
    every = [draft for draft in stored_drafts.listed(snapshot, person) if draft.fields or not draft.version]
    known = {draft.record_id: draft for draft in reversed(every)}
    groups: dict[str, list[DraftInfo]] = {}
    for draft in every:
        try:
            groups.setdefault(_client_of(snapshot, draft, known), []).append(draft)
        except Problem:
            continue  # what it stood under is gone for good; there is nowhere to open it
    order: dict[Kind, int] = {"client": 0, "episode": 1, "event": 2}
    found = []
    for client, rows in groups.items():
        elsewhere = {one.session for one in presence.others(snapshot, "client", client, session, now)}
        free = [draft for draft in rows if draft.session not in elsewhere]
        own = list({draft.record_id: draft for draft in reversed(free)}.values())
        stored = None if client in known and not known[client].version else read.get(snapshot, "client", client)
        values = known[client].values if client in known else stored.values if stored else {}
        if own and (stored.parent_id if stored else known[client].parent_id) == agency.id:
            own.sort(key=lambda draft: order[draft.kind])
            found.append(DraftGroup(client, client_name(standard, values), tuple(own), len(free) - len(own)))
    return found


@dataclass(frozen=True)
class Left:
    """What a person left behind: drafts by client, and a sentence about what came back from files."""

    groups: list[DraftGroup]
    told: str = ""


def left_behind(
    store: "Store", agency: AgencyInfo, standard: Standard, person: str, session: str, now: datetime, today: date
) -> Left:
    """At the start: take in what was typed while the store was away, then all drafts there are."""
    told = ""
    _drop_equal(store, person)
    try:
        taken = offline_drafts.take(store, Who(person, NEVER))
        if taken.drafts or taken.behind:
            told = f"{several(taken.drafts, 'draft')} kept while the store was away came back"
            told += f", from {when(taken.saved_at, today)}." if taken.drafts else "."
        if taken.behind:
            told += f" Older than another draft: {taken.behind}; the newer one is offered first."
        if taken.unreadable:
            told += f" The file {taken.unreadable[0]} does not open with this key: keep it, and the key of its time."
    except Problem:
        told = "What you typed while the store was away is kept still; it comes back at the next start."
    return Left(store.ask(draft_groups, agency, standard, person, session, now), told.strip())


def _drop_equal(store: "Store", person: str) -> None:
    """Forget drafts that say what is saved: the save they waited beside was made, and there is nothing to offer."""
    try:
        for draft in store.ask(stored_drafts.listed, person):
            if draft.version and not draft.fields:
                store.do(Who(person, NEVER), stored_drafts.drop, draft.record_id, draft.session)
    except Problem:
        return  # the store is locked: they are not offered all the same


def _client_of(snapshot: Snapshot, draft: DraftInfo, drafts: Mapping[str, DraftInfo]) -> str:
    kind, id, parent = draft.kind, draft.record_id, draft.parent_id
    while kind != "client":
        parent = parent or read.get(snapshot, kind, id).parent_id
        kind, id = ("client" if kind == "episode" else "episode"), parent
        parent = drafts[id].parent_id if id in drafts else ""
    return id


def discard(store: "Store", person: str, drafts: Sequence[tuple[str, str]]) -> None:
    """Forget drafts, each named by its record and its session."""
    for record_id, session in drafts:
        store.do(Who(person, NEVER), stored_drafts.drop, record_id, session)


def take_over(store: "Store", person: str, drafts: Sequence[tuple[str, str]], session: str) -> None:
    """Go on, in this session, with drafts that others of the person's sessions left behind."""
    for record_id, source in drafts:
        store.do(Who(person, NEVER, session), stored_drafts.take_over, record_id, source, session)
