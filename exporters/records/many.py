"""The same event for several clients at once: whom it is for, what is wrong with it in each record, all saved as one.

Each gets a record of its own, checked like any other; the audit notes beside them that they were keyed together.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from exporters.records import check_client
from exporters.records.save import next_number
from exporters.work import Work
from store.clients import search
from store.facts import NEVER, AgencyInfo, ClientTree, Draft, EpisodeTree, StoredRecord
from store.live import drafts
from store.records import read
from store.records import save as stored_save
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import Finding, Severity, Values
from validators.standard.model import Standard, without_zeros
from validators.standard.terminology import Sentence

ACT = "many"
"""The act of the audit's note: how many were keyed together."""
_MOST_ZEROS = 8


@dataclass(frozen=True)
class Recipient:
    """A client who is to get the event, in the one open episode that they have. `id` is the event's own."""

    id: str
    tree: ClientTree
    episode: EpisodeTree

    @property
    def client(self) -> StoredRecord:
        """The client's own record."""
        return self.tree.client


def recipient(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, reference: str) -> Recipient:
    """The client of a reference, zeros before it typed or not, and the open episode that an event belongs in.

    Raises Problem for a reference that nobody has or several have, and for a client with no open episode or with two.
    """
    wanted = reference.strip()
    found = _clients(snapshot, agency, wanted)
    if not found:
        raise Problem("Nobody here has this client reference: look again, or find the client by F3.")
    if len(found) > 1:
        raise Problem("Several clients have this reference: key the record in the right one.")
    tree = read.tree(snapshot, found[0])
    opened = [one for one in tree.episodes if not _is_closed(standard, one.episode.values)]
    if not opened:
        raise Problem(Sentence("This {client} has no open {episode}: open one first, or leave the {client} out."))
    if len(opened) > 1:
        told = "This {client} has {number} open {episodes}: key the record in the right one."
        raise Problem(Sentence(told, number=len(opened)))
    return Recipient(str(uuid.uuid4()), tree, opened[0])


def _clients(snapshot: Snapshot, agency: AgencyInfo, wanted: str) -> list[str]:
    """The ids of the clients of a reference; where nobody has it as typed, of one that differs in zeros before it."""
    exact = search.by_reference(snapshot, agency, [wanted])
    if exact or not (wanted.isascii() and wanted.isdigit()):
        return exact
    bare = without_zeros(wanted)
    longest = max(len(wanted), len(bare) + _MOST_ZEROS)
    return search.by_reference(snapshot, agency, [bare.zfill(length) for length in range(len(bare), longest + 1)])


def _is_closed(standard: Standard, values: Values) -> bool:
    closed = standard.role("closed")
    return bool(closed and values.get(closed))


def findings(snapshot: Snapshot, work: Work, one: Recipient, section: str, values: Values) -> list[Finding]:
    """What the rules say of the event in this client's record, without what was to be said before it."""
    id_field = work.standard.section_by_id[section].id_field
    made = {id_field: one.id} if id_field and work.standard.by_header[id_field].keyed == "made" else {}
    numbered = _numbered(work.standard, one, section)
    event = StoredRecord("event", one.id, one.episode.episode.id, section, {**made, **numbered, **values}, 0, NEVER, "")
    episodes = tuple(
        replace(each, events=(*each.events, event)) if each is one.episode else each for each in one.tree.episodes
    )
    tree = replace(one.tree, episodes=episodes)
    return [found for found in check_client.findings(snapshot, work, tree) if found.event_id == one.id]


def keep(unit: UnitOfWork, recipients: Sequence[Recipient], section: str, values: Values) -> None:
    """Keep the events as the person's drafts, one in each client, so that nothing of them is lost on the way."""
    for one in recipients:
        drafts.save(unit, Draft("event", one.id, values, 0, one.episode.episode.id, section))


def forget(unit: UnitOfWork, recipients: Sequence[Recipient]) -> None:
    """Forget the drafts of events that are not to be."""
    for one in recipients:
        drafts.drop(unit, one.id, unit.who.session or None)


def _numbered(standard: Standard, one: Recipient, section: str) -> dict[str, str]:
    """The client's own next number, where events of the section are numbered."""
    return next_number(standard, section, (each.values for each in one.episode.events if each.section == section))


def save(
    unit: UnitOfWork, standard: Standard, recipients: Sequence[Recipient], section: str, values: Values
) -> tuple[StoredRecord, ...]:
    """Save the event in each client's episode, with one note that they belong together; the records as written.

    Each gets a number of its own where events are numbered and none was typed. Raises Problem when one of the episodes
    is gone or closed since, or another client's; then none is written.
    """
    made = []
    for place, one in enumerate(recipients, 1):
        _refuse_other(unit, standard, one, place)
        numbered = _numbered(standard, one, section)
        if numbered.keys() - values.keys():  # others may have entered one since the list was made
            numbered = _numbered(standard, _as_it_stands(unit, one), section)
        its = {**numbered, **values}
        made.append(stored_save.create(unit, "event", one.episode.episode.id, section, its, record_id=one.id))
    forget(unit, recipients)
    _note(unit, made, section)
    return tuple(made)


def _as_it_stands(unit: UnitOfWork, one: Recipient) -> Recipient:
    tree = read.tree(unit, one.client.id)
    episode = next(each for each in tree.episodes if each.episode.id == one.episode.episode.id)
    return replace(one, tree=tree, episode=episode)


def _refuse_other(unit: UnitOfWork, standard: Standard, one: Recipient, place: int) -> None:
    """Raise Problem where an episode is not any more what somebody saw on the list, who is in this place of it."""
    try:
        now = read.get(unit, "episode", one.episode.episode.id)
    except Problem:
        now = None
    what = "gone" if now is None or now.deleted else "closed" if _is_closed(standard, now.values) else ""
    if now is not None and now.parent_id != one.client.id:
        moved = "The {episode} of number {place} on the list is another {client}'s by now: take that one off the list."
        raise Problem(Sentence(moved, place=place))
    if what:
        ended = "The {episode} of number {place} on the list is {what} by now: take that one off the list."
        raise Problem(Sentence(ended, place=place, what=what))


def take_back(unit: UnitOfWork, made: Sequence[StoredRecord]) -> int:
    """Delete what was saved together, as one act; how many there were. Raises NewerVersion where somebody has changed
    one of them since; then all stay."""
    for one in made:
        stored_save.delete(unit, "event", one.id, one.version)
    _note(unit, made, made[0].section if made else "")
    return len(made)


def _note(unit: UnitOfWork, made: Sequence[StoredRecord], section: str) -> None:
    if made:
        unit.chain.add(ACT, "event", made[0].id, section, None, str(len(made)))


def worst(found: Sequence[Finding]) -> Severity | None:
    """The severity that counts most among findings that nobody accepted."""
    order = (Severity.ERROR, Severity.WARNING, Severity.NOTICE)
    seen = {one.severity for one in found if not one.accepted}
    return next((severity for severity in order if severity in seen), None)
