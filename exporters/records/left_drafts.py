"""What persons typed and did not save: by client, and what came back from files kept while the store was away."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from exporters.records.find import FoundRecord, records_of, with_new
from store.facts import AgencyInfo, DraftInfo, Kind, StoredRecord, Who
from store.live import drafts as stored_drafts
from store.live import offline_drafts, presence, session_ids
from store.live.offline_drafts import TakenIn
from store.records import merge, read, renamed
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import Values
from validators.standard.model import Standard
from validators.standard.terminology import counted

NOWHERE = "what they stand under is not in this store, which was put back to an earlier state."

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

    A draft is found where its record stands now: with the client who is kept, where two were made one since.
    What the person is typing in another window at this moment is none of them.
    """
    every = [
        _in_words_of_today(snapshot, agency, draft)
        for draft in stored_drafts.listed(snapshot, who.person)
        if draft.differs
    ]
    known = {draft.record_id: draft for draft in reversed(every)}
    by_client: dict[str, list[DraftInfo]] = {}
    for draft in every:
        if (its := _where(snapshot, draft, known)) is not None:
            client, was = its
            with suppress(Problem):  # the one it was typed into is gone for good
                by_client.setdefault(client, []).append(_moved(snapshot, agency, draft, was, client))
    order: dict[Kind, int] = {"client": 0, "episode": 1, "event": 2}
    found = []
    for client, rows in by_client.items():
        ids = {client, *(draft.kept_under for draft in rows if draft.kept_under)}
        elsewhere = {one.session for id in ids for one in presence.others(snapshot, "client", id, who.session, who.at)}
        free = [draft for draft in rows if draft.session not in elsewhere]
        own = list({draft.record_id: draft for draft in reversed(free)}.values())
        is_new = client in known and not known[client].version
        stored = None if is_new else read.get(snapshot, "client", client)
        typed = next((draft.values for draft in own if draft.record_id == client), None)
        values = typed if typed is not None else stored.values if stored else {}
        if own and (stored.parent_id if stored else known[client].parent_id) == agency.id:
            own.sort(key=lambda draft: order[draft.kind])
            found.append(DraftGroup(client, values, tuple(own), len(free) - len(own)))
    return found


def none_told(snapshot: Snapshot, agency: AgencyInfo, who: Who) -> str:
    """What is said where there is no such group: all is saved, but for what is typed in other windows just now, which
    month end counts as well."""
    every_one, away = offline_drafts.unsaved(snapshot, agency)
    if filed := away[who.person]:
        return f"{filed_told(filed)} All else you typed is saved, or open in another window."
    under_way = every_one[who.person]
    if not under_way:
        every = [draft for draft in stored_drafts.listed(snapshot, who.person) if draft.differs]
        known = {draft.record_id: draft for draft in reversed(every)}
        if adrift := sum(_where(snapshot, draft, known) is None for draft in every):
            return f"{counted(adrift, 'draft')} of yours cannot be opened: {NOWHERE} All else you typed is saved."
        return "Everything you typed is saved."
    return f"{counted(under_way, 'draft')} of yours not saved, in another window that is open: save there. All else is."


def filed_told(many: int) -> str:
    """What is said of so many drafts that stand in a file which the store has not taken in yet."""
    return f"{counted(many, 'draft')} of yours, kept while the store was away, not in the store yet: open the screens."


def _in_words_of_today(snapshot: Snapshot, agency: AgencyInfo, draft: DraftInfo) -> DraftInfo:
    """A draft that a window kept in the words of a letter that was left meanwhile, as the forms of today show it."""
    standard = snapshot.derivers[agency.standard].standard
    its = snapshot.connection, agency.number, standard
    return replace(draft, values=renamed.in_words_of_today(*its, draft.began_with, draft.values))


def unsaved(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, who: Who, wanted: str) -> FoundRecord | None:
    """A new record that is but a person's draft, by its id or, for a client, the reference typed; None for none.
    Raises Problem where several new clients have that reference.

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
    found: list[FoundRecord] = []
    for draft in meant:
        try:
            client_id, _ = _client_of(snapshot, draft, known)
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
            found.append(FoundRecord(next(one for one in records_of(tree) if one.id == draft.record_id), tree))
    if len(found) > 1:
        ids = ", ".join(one.record.id for one in found)
        raise Problem(f"Several drafts have that reference: name one by its id ({ids}).")
    return found[0] if found else None


def _record_of(draft: DraftInfo) -> StoredRecord:
    """A new record as its draft has it."""
    return StoredRecord(
        draft.kind, draft.record_id, draft.parent_id, draft.section, draft.values, 0, draft.saved_at, draft.person
    )


def _moved(snapshot: Snapshot, agency: AgencyInfo, draft: DraftInfo, was: str, client: str) -> DraftInfo:
    """A draft as it is of the client whom its record belongs to now; that of a merged client, of the one who is kept.

    What was typed into the merged client's own record is what changes in that of the other; nothing is saved by that.
    """
    if draft.kind == "episode":
        return replace(draft, parent_id=client)
    if draft.kind == "event" or client == was:
        return draft
    stands = read.get(snapshot, "client", client)
    before = draft.began_with or read.get(snapshot, "client", was).values
    fields = snapshot.derivers[agency.standard].standard.by_header
    # What the program makes is nobody's typing: the one who is kept has their own.
    headers = [
        each for each in dict.fromkeys((*before, *draft.values)) if each not in fields or fields[each].keyed == "person"
    ]
    typed = {each: draft.values.get(each, "") for each in headers if draft.values.get(each, "") != before.get(each, "")}
    differ = sum(stands.values.get(header, "") != text for header, text in typed.items())
    return replace(
        draft,
        record_id=client,
        parent_id=stands.parent_id,
        values={**stands.values, **typed},
        base_version=stands.version,
        version=stands.version,
        began_with=stands.values,
        fields=differ,
        kept_under=draft.record_id,
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


def discard_offered(unit: UnitOfWork, drafts: Sequence[DraftInfo]) -> None:
    """Forget drafts as `groups` gave them. Raises TypedOn where one is another by now."""
    require_offered(unit, drafts)
    discard(unit, [DraftName(*one.name) for one in drafts])


def set_aside(unit: UnitOfWork, drafts: Sequence[DraftName]) -> None:
    """Leave drafts of this very window as those of one that is closed: what is typed next is not written over them."""
    for one in drafts:
        if one.session == unit.who.session:
            stored_drafts.take_over(unit, one.record_id, one.session, session_ids.set_aside())


def take_over(unit: UnitOfWork, drafts: Sequence[DraftName]) -> None:
    """Go on, in this window, with drafts that others of the person's windows left behind."""
    for one in drafts:
        stored_drafts.take_over(unit, one.record_id, one.session, unit.who.session)


class TypedOn(Problem):
    """What was offered is not what stands there by now."""


def require_offered(unit: UnitOfWork, drafts: Sequence[DraftInfo]) -> None:
    """Raise TypedOn unless drafts are still what `groups` gave: another window may have gone on with one while its
    question stood in this one, which then would lay older values or throw away what nobody here has seen."""
    now = {each.name: each.saved_at for each in stored_drafts.listed(unit, unit.person)}
    if any(now.get(one.name) != one.saved_at for one in drafts):
        raise TypedOn(
            "That draft is not what it was: another window of yours went on with it. Leave, and open it anew."
        )


def keep(unit: UnitOfWork, drafts: Sequence[DraftInfo]) -> None:
    """Go on, in this window, with drafts as `groups` gave them: a merged client's become those of the one kept.

    Raises TypedOn where one is another by now.
    """
    require_offered(unit, drafts)
    for one in drafts:
        if one.kept_under:
            # What this window has of the client who is kept is not written over: it is offered next.
            stored_drafts.take_over(unit, one.record_id, unit.who.session, one.kept_under)
            stored_drafts.drop(unit, one.kept_under, one.session)
            stored_drafts.save(unit, one.as_draft())
        else:
            stored_drafts.take_over(unit, one.record_id, one.session, unit.who.session)


def _where(snapshot: Snapshot, draft: DraftInfo, known: Mapping[str, DraftInfo]) -> tuple[str, str] | None:
    """The same as `_client_of`; None where that client is not there, and there is nowhere to open the draft."""
    try:
        client, was = _client_of(snapshot, draft, known)
        if client not in known or known[client].version:
            read.get(snapshot, "client", client)
    except Problem:
        return None
    return client, was


def _client_of(snapshot: Snapshot, draft: DraftInfo, drafts: Mapping[str, DraftInfo]) -> tuple[str, str]:
    """The client that a draft's record belongs to now, and the one it was typed into: walked up to through what is
    stored, and through drafts of what is not. Raises Problem."""
    kind, id = draft.kind, draft.record_id
    parents = {draft.record_id: draft.parent_id, **{one.record_id: one.parent_id for one in drafts.values()}}
    while kind != "client":
        try:
            parent = read.get(snapshot, kind, id).parent_id
        except Problem:
            parent = parents.get(id, "")
            if not parent:
                raise
        kind, id = ("client" if kind == "episode" else "episode"), parent
    return merge.kept_for(snapshot, id) or id, id


@dataclass(frozen=True)
class Typing:
    """What somebody has typed into the records of a client and not saved: how many of them, the latest when."""

    person: str
    records: int
    saved_at: datetime


def in_client(snapshot: Snapshot, client_id: str, record_id: str = "") -> list[Typing]:
    """Everybody's unsaved typing in a client, or in one record of theirs and what stands under it; the latest first.

    Acts on a record ask this beforehand: what is typed is nobody's to forget. What was typed into a client who was
    merged into this one is among it.
    """
    tree = read.tree(snapshot, client_id, deleted=True)
    wanted = {record_id or client_id}
    if client_id in wanted:
        wanted.update(merge.merged_into(snapshot, client_id))
    below = [*((one.episode.id, client_id) for one in tree.episodes)]
    below += [(event.id, one.episode.id) for one in tree.episodes for event in one.events]
    every = [draft for draft in stored_drafts.listed(snapshot) if draft.differs]
    below += [(draft.record_id, draft.parent_id) for draft in every if draft.kind == "episode" and not draft.version]
    below += [(draft.record_id, draft.parent_id) for draft in every if draft.kind == "event" and not draft.version]
    for id, parent in below:
        if parent in wanted:
            wanted.add(id)
    found: dict[str, list[DraftInfo]] = {}
    for draft in every:
        if draft.record_id in wanted:
            found.setdefault(draft.person, []).append(draft)
    return [Typing(person, len({one.record_id for one in its}), its[0].saved_at) for person, its in found.items()]


def typing_told(typing: Sequence[Typing], then: str) -> list[str]:
    """Who has typed something that is not saved, and what becomes of it; one sentence for each person."""
    return [f"Typed and not saved by {one.person}, in {counted(one.records, 'record')}: {then}." for one in typing]
