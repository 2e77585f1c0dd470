"""Writing records: what is keyed, deleted, said beside an episode, merged. Each act is one unit of work."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from exporters.checks.carried import CARRIED
from store.facts import AgencyInfo, ClientTree, Kind, MergeInfo, StoredRecord
from store.findings import results
from store.live import drafts
from store.records import carried, consent, read
from store.records import merge as stored_merge
from store.records import save as stored_save
from store.unit_of_work import UnitOfWork
from validators.records import Values
from validators.standard.model import Standard


@dataclass(frozen=True)
class Save:
    """One record to be written. `version` is the one it was made from, 0 for a new record, which keeps its `id`.

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
    return replace(item, values=values, version=theirs.version)


def records(unit: UnitOfWork, agency: AgencyInfo, client_id: str, items: Sequence[Save]) -> Saved:
    """Write records of one client, those above before those below, and forget the person's drafts of them.

    In a window those of this window are forgotten; a command, which has none, forgets all of them. Raises NewerVersion
    when somebody saved one of the records since, Problem when one cannot be kept; then nothing is written.
    """
    written = []
    for item in items:
        if item.version:
            written.append(stored_save.change(unit, item.kind, item.id, item.values, item.version))
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


def delete(unit: UnitOfWork, client_id: str, item: Save) -> ClientTree:
    """Delete a record, and with it what stands under it; the client as it is then. Raises as `records` does."""
    stored_save.delete(unit, item.kind, item.id, item.version)
    return read.tree(unit, client_id, deleted=True)


def bring_back(unit: UnitOfWork, client_id: str, item: Save) -> ClientTree:
    """Bring a deleted record back; the client as it is then. Raises as `records` does."""
    stored_save.undelete(unit, item.kind, item.id, item.version)
    return read.tree(unit, client_id, deleted=True)


def confirm(unit: UnitOfWork, kind: Kind, record_id: str, headers: Collection[str]) -> frozenset[str]:
    """A person has passed values of a record that were taken over, and lets them stand; which wait still."""
    left = carried.confirm(unit, kind, record_id, headers)
    results.withdraw(unit, kind, record_id, CARRIED, set(headers) - left)
    return left


def annotate(
    unit: UnitOfWork, episode_id: str, *, key_worker: str | None = None, note: str | None = None
) -> ClientTree:
    """Keep an episode's key worker and note; None leaves one as it is. The client as it is then."""
    stored_save.annotate(unit, episode_id, key_worker, note)
    return read.tree(unit, read.get(unit, "episode", episode_id).parent_id, deleted=True)


def merge(unit: UnitOfWork, *, keep_id: str, other_id: str) -> Merged:
    """Make two clients one, with the episodes of both. Raises Problem for two that cannot be one."""
    return _merged(unit, stored_merge.merge(unit, keep_id, other_id))


def split(unit: UnitOfWork, merge_id: str) -> Merged:
    """Undo a merge. Raises Problem when it is undone already, or cannot be any more."""
    return _merged(unit, stored_merge.split(unit, merge_id))


def _merged(unit: UnitOfWork, merge: MergeInfo) -> Merged:
    return Merged(read.tree(unit, merge.keep_id, deleted=True), merge)
