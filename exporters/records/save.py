"""Writing records: what is keyed, deleted, said beside an episode, merged. Each act is one unit of work."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from exporters.checks.carried import CARRIED
from exporters.records.find import records_of
from store.facts import AgencyInfo, ClientTree, Kind, MergeInfo, NewerVersion, StoredRecord
from store.findings import results
from store.live import drafts
from store.records import carried, consent, read
from store.records import merge as stored_merge
from store.records import save as stored_save
from store.records.values import named
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import Values
from validators.standard.model import Standard
from validators.standard.terminology import Sentence


@dataclass(frozen=True)
class Save:
    """One record to be written. `version` is the one it was made from, 0 for a new record, which keeps its `id`, and
    `before` the values that one had; None where they were read in this unit of work.

    `unconfirmed` are the fields of an episode or an event that were taken over from another one and that nobody has
    confirmed; None leaves those that are marked, where their values are the same still.
    """

    kind: Kind
    id: str
    parent_id: str
    section: str
    values: Values
    version: int
    unconfirmed: frozenset[str] | None = None
    before: Values | None = None

    @classmethod
    def of(cls, record: StoredRecord) -> "Save":
        """A record as it is stored."""
        return cls(record.kind, record.id, record.parent_id, record.section, record.values, record.version)


@dataclass(frozen=True)
class Saved:
    """The client as it stands after a save, also with what is deleted, and the records as they were written.

    `withdrawn` are the ids of episodes whose consent this save withdrew: whoever keyed that is told what follows.
    """

    tree: ClientTree
    records: tuple[StoredRecord, ...]
    withdrawn: tuple[str, ...] = ()


@dataclass(frozen=True)
class Merged:
    """The client that is kept, as it stands after a merge or its undoing, and that merge."""

    tree: ClientTree
    merge: MergeInfo


def next_number(standard: Standard, section: str, others: Iterable[Values]) -> dict[str, str]:
    """What a new event of a section is numbered, by its header: one more than the highest of the `others` of its
    episode; nothing where persons do not number them, or where nobody knows how."""
    header = standard.section_by_id[section].id_field
    field = standard.by_header.get(header)
    if field is None or field.keyed != "person" or field.layout.kind != "numeric":
        return {}
    known = [text for values in others if (text := values.get(header, ""))]
    if not all(text.isascii() and text.isdigit() for text in known):
        return {}
    number = str(max(map(int, known), default=0) + 1)
    return {header: number} if len(number) <= field.layout.length else {}


def rebased(item: Save, before: Values, theirs: StoredRecord) -> Save | None:
    """The same changes made to what somebody saved meanwhile; None where both changed a field, or it was deleted.

    `before` are the record's values that `item` was made from.
    """
    if theirs.deleted:
        return None

    def changed(now: Values) -> dict[str, str]:
        headers = dict.fromkeys((*before, *now))
        return {each: now.get(each, "") for each in headers if before.get(each, "") != now.get(each, "")}

    mine, others = changed(item.values), changed(theirs.values)
    if any(header in others and others[header] != text for header, text in mine.items()):
        return None
    values = {header: text for header, text in {**theirs.values, **mine}.items() if text}
    return replace(item, values=values, version=theirs.version, before=theirs.values)


def records(unit: UnitOfWork, agency: AgencyInfo, client_id: str, items: Sequence[Save]) -> Saved:
    """Write records of one client, those above before those below, and forget the person's drafts of them.

    In a window those of this window are forgotten; a command, which has none, forgets all of them. Raises NewerVersion
    when somebody saved one of the records since, or deleted one or what it stands under, Problem when one cannot be
    kept; then nothing is written.
    """
    _refuse_gone(unit, items)
    written = []
    for item in items:
        if item.version:
            written.append(stored_save.change(unit, item.kind, item.id, item.values, item.version, before=item.before))
        else:
            parent = agency.id if item.kind == "client" else item.parent_id
            made = stored_save.create(unit, item.kind, parent, item.section, item.values, record_id=item.id)
            written.append(made)
        if item.kind != "client" and item.unconfirmed is not None:
            filled = [header for header in item.unconfirmed if item.values.get(header)]
            carried.confirm(unit, item.kind, item.id, carried.of(unit, item.id).difference(filled))
            carried.keep(unit, item.kind, item.id, filled)
        drafts.drop(unit, item.id, unit.who.session or None)
    episodes = [item.id for item in items if item.kind == "episode"]
    gone = consent.left_in(unit, agency, episodes)
    return Saved(read.tree(unit, client_id, deleted=True), tuple(written), tuple(gone))


def _refuse_gone(unit: UnitOfWork, items: Sequence[Save]) -> None:
    """Raise NewerVersion where what a record stands under was deleted since: nobody would see what is saved there."""
    new = {item.id for item in items if not item.version}
    above = {item.parent_id: item.kind for item in items if item.kind != "client" and item.parent_id not in new}
    while above:
        parent_id, kind = above.popitem()
        over = read.get(unit, "client" if kind == "episode" else "episode", parent_id)
        if over.deleted:
            raise NewerVersion(over, over)
        if over.kind != "client":
            above[over.parent_id] = over.kind


def delete(unit: UnitOfWork, client_id: str, item: Save, seen: Mapping[str, int]) -> ClientTree:
    """Delete a record, and with it what stands under it; the client as it is then.

    `seen` are the client's records that whoever decides has seen, by id, with the version of each. Raises as `records`
    does, and Problem where others stand under the record by now, entered or merged into the client since, where one was
    saved since, or where the record went to another client.
    """
    known = _records_of(unit, client_id, item.kind, item.id)
    unseen = [one for one in known.values() if not one.deleted and seen.get(one.id) != one.version]
    if new := [one for one in unseen if _stands_under(known, one, item.id)]:
        told = "Under the {record} stands what was not so when you looked, from {person}: look again, then delete."
        raise Problem(Sentence(told, record=named(item.kind, item.id), person=new[0].changed_by))
    stored_save.delete(unit, item.kind, item.id, item.version)
    return read.tree(unit, client_id, deleted=True)


def _records_of(unit: UnitOfWork, client_id: str, kind: Kind, record_id: str) -> Mapping[str, StoredRecord]:
    """A client's records by id. Raises Problem where the one that something is done to is another client's by now."""
    known = {one.id: one for one in records_of(read.tree(unit, client_id, deleted=True))}
    if record_id not in known:
        read.get(unit, kind, record_id)
        told = "The {record} stands with another client by now: look there."
        raise Problem(Sentence(told, record=named(kind, record_id)))
    return known


def require_of(snapshot: Snapshot, client_id: str, episode_id: str) -> None:
    """Raise Problem where an episode is not the client's any more with whom it was seen: two were merged or split."""
    if read.get(snapshot, "episode", episode_id).parent_id != client_id:
        raise Problem(Sentence("This {episode} stands with another {client} by now: look there."))


def _stands_under(known: Mapping[str, StoredRecord], one: StoredRecord, record_id: str) -> bool:
    above = known.get(one.parent_id)
    return above is not None and (above.id == record_id or _stands_under(known, above, record_id))


def bring_back(unit: UnitOfWork, client_id: str, item: Save) -> ClientTree:
    """Bring a deleted record back; the client as it is then. Raises as `records` does, and Problem where the record is
    another client's by now."""
    _records_of(unit, client_id, item.kind, item.id)
    stored_save.undelete(unit, item.kind, item.id, item.version)
    return read.tree(unit, client_id, deleted=True)


def confirm(unit: UnitOfWork, kind: Kind, record_id: str, headers: Collection[str]) -> frozenset[str]:
    """A person has passed values of a record that were taken over, and lets them stand; which wait still."""
    left = carried.confirm(unit, kind, record_id, headers)
    results.withdraw(unit, kind, record_id, CARRIED, set(headers) - left)
    return left


def annotate(
    unit: UnitOfWork,
    client_id: str,
    episode_id: str,
    *,
    key_worker: str | None = None,
    note: str | None = None,
    before: tuple[str, str] | None = None,
) -> ClientTree:
    """Keep the key worker and the note of a client's episode; None leaves one as it is. The client as it is then.

    `before` are the two as whoever writes saw them. Raises NotedSince where another one is to be written over, Problem
    where the episode is another client's by now.
    """
    require_of(unit, client_id, episode_id)
    stored_save.annotate(unit, episode_id, key_worker, note, before)
    return read.tree(unit, client_id, deleted=True)


def merge(unit: UnitOfWork, *, keep_id: str, other_id: str) -> Merged:
    """Make two clients one, with the episodes of both. Raises Problem for two that cannot be one."""
    return _merged(unit, stored_merge.merge(unit, keep_id, other_id))


def split(unit: UnitOfWork, merge_id: str) -> Merged:
    """Undo a merge. Raises Problem when it is undone already, or cannot be any more."""
    return _merged(unit, stored_merge.split(unit, merge_id))


def _merged(unit: UnitOfWork, merge: MergeInfo) -> Merged:
    results.forget_beside(unit, (merge.keep_id, merge.other_id))
    return Merged(read.tree(unit, merge.keep_id, deleted=True), merge)
