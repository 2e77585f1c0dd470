"""Finding a record by any of its ids, and the client it belongs to; and whether somebody is known already."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from store.clients import lookalikes, search
from store.facts import RECORD_KINDS, AgencyInfo, ClientTree, EpisodeTree, NotThere, Resemblance, StoredRecord
from store.records import read
from store.records.values import closed_up
from store.snapshot import Snapshot
from validators.problems import Problem
from validators.records import Values
from validators.standard.model import Standard

NUMBERS = {"nhs_number": "nhs_number", "client_reference": "reference"}
"""The roles of numbers that are one person's only, and the store's columns that keep them."""
ROLES = ("given_initial", "family_initial", "birth_date", "sex", *NUMBERS)


@dataclass(frozen=True)
class FoundRecord:
    """A record, and its client with all that lies below, also what is deleted."""

    record: StoredRecord
    tree: ClientTree


def by_any_id(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, wanted: str) -> FoundRecord:
    """An agency's record by its store id, an identifier of the data set or, for a client, the reference.

    Raises Problem when there is none, or more than one.
    """
    found = if_any(snapshot, agency, standard, wanted)
    if found is None:
        told = "There is no {client}, {episode} or {event} '{wanted}': keywork client list finds it."
        raise Problem(standard.say(told, wanted=_told(wanted.strip())))
    return found


def if_any(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, wanted: str) -> FoundRecord | None:
    """As `by_any_id`, None where there is none. Raises Problem when there is more than one."""
    wanted = wanted.strip()
    found = {one.id: one for one in _bearing(snapshot, agency, standard, wanted)}
    found = found or {one.id: one for one in _gone(snapshot, agency, wanted)}
    if not found:
        return None
    if len(found) > 1:
        told = ", ".join(f"{standard.word(one.kind)} {one.id}" for one in found.values())
        raise Problem(f"'{_told(wanted)}' is more than one record: name it by its store id ({told}).")
    record = next(iter(found.values()))
    return FoundRecord(record, read.tree(snapshot, client_of(snapshot, record), deleted=True))


def _bearing(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, wanted: str) -> Iterator[StoredRecord]:
    """The records that bear an id; where a store id is meant, nothing else."""
    record = _by_store_id(snapshot, wanted)
    if record is not None and read.get(snapshot, "client", client_of(snapshot, record)).parent_id == agency.id:
        yield record
        return
    for one in read.bearing(snapshot, agency, wanted):
        # What an event of another edition bears names it no more.
        if one.kind != "event" or one.section in standard.named_sections:
            yield one
    for id in search.by_reference(snapshot, agency, [wanted]):
        yield read.get(snapshot, "client", id)


def _gone(snapshot: Snapshot, agency: AgencyInfo, wanted: str) -> Iterator[StoredRecord]:
    """Deleted and merged clients with a reference that nobody else bears."""
    for client in read.clients_bearing(snapshot, agency, [wanted], by_reference=True).get(wanted, ()):
        if client.deleted:
            yield client


def by_store_id(snapshot: Snapshot, record_id: str) -> StoredRecord:
    """A client, episode or event by the store's own id. Raises NotThere when there is none."""
    found = _by_store_id(snapshot, record_id)
    if found is None:
        raise NotThere("That record is not in the store: it was removed for good, or never saved.")
    return found


def _by_store_id(snapshot: Snapshot, record_id: str) -> StoredRecord | None:
    for kind in RECORD_KINDS:
        try:
            return read.get(snapshot, kind, record_id)
        except Problem:
            continue
    return None


def client_of(snapshot: Snapshot, record: StoredRecord) -> str:
    """The store id of the client that a record is or stands under."""
    if record.kind == "client":
        return record.id
    return record.parent_id if record.kind == "episode" else read.get(snapshot, "episode", record.parent_id).parent_id


def episode_of(tree: ClientTree, record: StoredRecord) -> EpisodeTree | None:
    """The episode that a record is or stands under; None for a client."""
    wanted = {"client": "", "episode": record.id, "event": record.parent_id}[record.kind]
    return next((one for one in tree.episodes if one.episode.id == wanted), None)


def records_of(tree: ClientTree) -> Iterator[StoredRecord]:
    """All records of a client: itself, each episode with its events after it."""
    yield tree.client
    for one in tree.episodes:
        yield one.episode
        yield from one.events


def with_new(tree: ClientTree | None, new: Sequence[StoredRecord]) -> ClientTree:
    """A client as it would be with records that are not saved yet; without a `tree` the client is one of them."""
    client = tree.client if tree else next(one for one in new if one.kind == "client")
    episodes = [*(tree.episodes if tree else ())]
    episodes += [EpisodeTree(one) for one in new if one.kind == "episode" and one.parent_id == client.id]

    def events(one: EpisodeTree) -> tuple[StoredRecord, ...]:
        return tuple(each for each in new if each.kind == "event" and each.parent_id == one.episode.id)

    return ClientTree(client, tuple(replace(one, events=one.events + events(one)) for one in episodes))


def _told(wanted: str) -> str:
    """What was asked for, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in wanted)


def told_by(standard: Standard, values: Values) -> tuple[str, ...]:
    """All that a client is known by, in the order of `ROLES`: where it is the same, so is who resembles them."""
    return tuple(values.get(standard.role(role), "") for role in ROLES)


def known_already(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, values: Values, *, leave_out: Collection[str] = ()
) -> list[Resemblance]:
    """Who may be the client whom these values tell of, the likeliest first: those who have the same number before those
    who resemble them. `leave_out` are ids of clients who do not count, the client for one.
    """
    found: dict[str, Resemblance] = {}
    for role, column in NUMBERS.items():
        header = standard.role(role)
        number = values.get(header, "") if header else ""
        if column == "nhs_number":
            number = closed_up(number)
        for row in lookalikes.bearing(snapshot, agency, column, number, leave_out=leave_out):
            label = standard.by_header[header].label
            label = label if label[:2].isupper() else label[:1].lower() + label[1:]
            why = f"{found[row.id].why}, same {label}" if row.id in found else f"same {label}"
            found[row.id] = Resemblance(row, why)
    given, family, birth, sex, *_ = told_by(standard, values)
    for one in lookalikes.resembling(snapshot, agency, given, family, birth, sex, leave_out=leave_out):
        why = f"{one.why}, {found[one.row.id].why}" if one.row.id in found else one.why
        found[one.row.id] = Resemblance(one.row, why)
    return list(found.values())
