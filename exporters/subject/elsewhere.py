"""Where else in the store a person is: copied to an agency of another data set, copied from one, or alike there."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from exporters.imports.copy import copied_from, told_origin
from exporters.subject.names import editions_of, names_of
from store.clients import lookalikes
from store.clients.facts import Counterpart, Sought
from store.facts import AgencyInfo, ClientTree, StoredRecord
from store.month import letter_changes, locate
from store.records import agencies, read, removal
from store.records.values import sortable, unpack
from store.snapshot import Snapshot
from validators.records import Values
from validators.rules.messages import listed
from validators.standard.catalogue import load
from validators.standard.model import Standard

PERSON = ("given_initial", "family_initial", "birth_date")


@dataclass(frozen=True, slots=True)
class HeldElsewhere:
    """A client of another agency: the same person, as the note of a copy tells, or perhaps, by initials and birth date.

    `copies` are the episodes there whose notes say that they were copied from here; `origin` is the agency as a note
    here calls it, which was copied from there. `differing` tells in what the client there is somebody else all the
    same: what is there was copied while a merge had taken two for one, say.
    """

    agency: AgencyInfo
    client_id: str
    name: str
    is_certain: bool
    copies: tuple[str, ...] = ()
    origin: str = ""
    differing: str = ""

    @property
    def place(self) -> str:
        """The agency, as sentences name it."""
        return f"{self.agency.code} ({self.agency.standard})"

    @property
    def told(self) -> str:
        """That the agency has the person."""
        if not self.is_certain:
            return f"Agency {self.place} has {self.name}, perhaps the same person by initials and birth date"
        told = f"Agency {self.place} has {'a copy' if self.copies else 'the same person'}, {self.name}"
        return f"{told}, who is another by {self.differing}" if self.differing else told


def held_elsewhere(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, trees: Iterable[ClientTree]
) -> list[HeldElsewhere]:
    """The clients of other agencies who are the same person, or may be; those copied on from there among them.

    An episode is a copy where its note names the one it was copied from; perhaps one, where somebody with these
    initials and this birth date has one begun on that day. Deleted ones count: they are held.
    """
    start = list(trees)
    known = _next(snapshot, agency, standard, start)
    seen = {tree.client.id for tree in start}
    found: dict[str, HeldElsewhere] = {}
    while known:
        one = known.pop(0)
        if one.client_id in seen:
            continue
        there = found.get(one.client_id)
        if there is not None and (there.is_certain or not one.is_certain):
            continue
        if one.is_certain:
            one = replace(one, differing=_differing(snapshot, standard, start, one))
        found[one.client_id] = one
        if one.is_certain and not one.differing:
            its = removal.all_of(snapshot, one.client_id)
            beyond = _next(snapshot, one.agency, load(one.agency.standard), its)
            known += [each for each in beyond if each.is_certain]
    return list(found.values())


def _differing(snapshot: Snapshot, standard: Standard, trees: Sequence[ClientTree], one: HeldElsewhere) -> str:
    """In what a client elsewhere is another person than each of those one starts from; "" where not."""
    there, its = load(one.agency.standard), read.get(snapshot, "client", one.client_id).values
    found: list[str] = []
    for tree in trees:
        found = [
            there.by_header[header].label
            for role in PERSON
            if (header := there.role(role))
            and (text := its.get(header, ""))
            and (own := tree.client.values.get(standard.role(role), ""))
            and sortable(text.strip()).casefold() != sortable(own.strip()).casefold()
        ]
        if not found:
            return ""
    return listed(found)


def _next(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, trees: list[ClientTree]) -> list[HeldElsewhere]:
    """Those of some records that are one step away: copies, records that are alike, and what they were copied from."""
    others = [one for one in agencies.listed(snapshot) if one.id != agency.id]
    found: list[HeldElsewhere] = []
    for other in others:
        found += _copies(snapshot, other, agency, standard, trees)
    notes = dict.fromkeys(one.note for tree in trees for one in tree.episodes if copied_from(one.note))
    for note in notes:
        for other in others:
            called = {f"agency {other.code} ({edition})" for edition in letter_changes.editions(snapshot, other)}
            if copied_from(note) in called:
                found += _origins(snapshot, other, note)
    return found


def lost_origins(trees: Iterable[ClientTree], known: Iterable[HeldElsewhere]) -> list[str]:
    """A sentence for each agency that a note says somebody was copied from, where it is not known whom it meant."""
    places = {told for one in known if one.is_certain for told in (f"agency {one.place}", one.origin)}
    notes = dict.fromkeys(copied_from(one.note) for tree in trees for one in tree.episodes)
    return [
        f"What is here was copied from {origin}: whether it is to be removed there is asked there."
        for origin in notes
        if origin and origin not in places
    ]


def _copies(
    snapshot: Snapshot, other: AgencyInfo, agency: AgencyInfo, standard: Standard, trees: list[ClientTree]
) -> Iterator[HeldElsewhere]:
    sought = [Sought(note) for note in _notes_of_copies(snapshot, agency, standard, trees)]
    for tree in trees:
        given, family, born = (tree.client.values.get(standard.role(role), "") for role in PERSON)
        for one in tree.episodes:
            opened = one.episode.values.get(standard.role("opened"), "")
            sought.append(Sought("", given, family, sortable(born), sortable(opened)))
    found: dict[str, list[Counterpart]] = {}
    keyed = {str(at): one for at, one in enumerate(sought)}
    for _, each in lookalikes.every_counterpart(snapshot, other, keyed, deleted=True):
        found.setdefault(each.client_id, []).append(each)
    for client_id, its in found.items():
        copies = tuple(dict.fromkeys(each.episode_id for each in its if each.by_note))
        yield HeldElsewhere(other, client_id, _name(other, its[0].reference or client_id), bool(copies), copies)


def _notes_of_copies(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, trees: list[ClientTree]
) -> Iterator[str]:
    """What the notes of copies of some records may begin with: a copy keeps the edition, reference and day it was made
    by, whatever became of them since. What somebody else bears now counts for nothing."""
    names = names_of(snapshot, agency, standard, trees)
    for its in editions_of(snapshot, agency, standard):
        reference, episode_id, opened = (its.role(role) for role in ("client_reference", "episode_id", "opened"))
        clients = [values for tree in trees for values in _ever(snapshot, tree.client, {reference: names.references})]
        for tree in trees:
            for one in tree.episodes:
                for values in _ever(snapshot, one.episode, {episode_id: names.episodes, opened: None}):
                    yield from (told_origin(its, agency.code, client, values) for client in clients)


def _ever(snapshot: Snapshot, record: StoredRecord, headers: Mapping[str, Collection[str] | None]) -> Iterator[Values]:
    """A record with whatever stood in some fields at any time, of a field only some values where those are given."""
    ever = {header: {record.values.get(header, "")} for header in headers if header}
    for _, field, text in removal.former_values(snapshot, [record]):
        told = {field: text} if field else unpack(text) if text.startswith("{") else {}
        for header in ever.keys() & told.keys():
            some = headers[header]
            if some is None or told[header] in some:
                ever[header].add(told[header])
    for texts in product(*ever.values()):
        yield {**record.values, **dict(zip(ever, texts, strict=True))}


def _origins(snapshot: Snapshot, other: AgencyInfo, note: str) -> Iterator[HeldElsewhere]:
    """The client of an agency whose episode a note names as the one it was copied from; none where it is not there."""
    standard = load(other.standard)
    told = note.partition(f", {standard.word('episode')} ")[2]
    # What stands behind the name may have been typed since; a name may have a full stop in it, too.
    guesses = [told[:at] for at, letter in enumerate(told) if letter == "."]
    client_ids = [one.client_id for one in locate.episodes(snapshot, other, guesses).values()]
    references = read.clients_bearing(snapshot, other, [one.partition(" ")[0] for one in guesses], by_reference=True)
    client_ids += [one.id for some in references.values() for one in some]
    for client_id in dict.fromkeys(client_ids):
        tree = read.tree(snapshot, client_id, deleted=True)
        if any(origin and note.startswith(origin) for origin in _notes_of_copies(snapshot, other, standard, [tree])):
            reference = tree.client.values.get(standard.role("client_reference")) or client_id
            yield HeldElsewhere(other, client_id, _name(other, reference), True, origin=copied_from(note))


def _name(agency: AgencyInfo, reference: str) -> str:
    return f"{load(agency.standard).word('client')} {reference}"
