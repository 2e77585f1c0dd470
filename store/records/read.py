"""Reading: single records, batches of known ones, and the stream of all episodes that checks and extracts run on."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, null, or_, select

from store.disk.tables import AGENCIES, CARRIED, CLIENTS, EPISODES, EVENTS, FIELD_NOTES, NAMES, STATES
from store.facts import RECORD_KINDS, AgencyInfo, ClientTree, EpisodeTree, Kind, KnownEpisode, NotThere, StoredRecord
from store.records.values import moment, unpack
from store.snapshot import Snapshot
from validators.problems import Problem
from validators.records import EpisodeRecord, Event
from validators.standard.terminology import Sentence, term

BATCH = 500
_NOTHING: ColumnElement[Any] = null()
TABLES = {"client": CLIENTS, "episode": EPISODES, "event": EVENTS}
Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Cut a sequence into lists of at most `size`."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def record_query(kind: Kind) -> Select[Any]:
    """Selects what a StoredRecord is made of, and the record's and its parent's numbers after it."""
    if kind == "client":
        table, parent, section = CLIENTS, AGENCIES, None
        link = CLIENTS.c.agency_number
    elif kind == "episode":
        table, parent, section = EPISODES, CLIENTS, None
        link = EPISODES.c.client_number
    else:
        table, parent, section = EVENTS, EPISODES, EVENTS.c.section
        link = EVENTS.c.episode_number
    return select(
        table.c.id,
        parent.c.id.label("parent_id"),
        table.c.typed,
        table.c.version,
        table.c.changed_at,
        table.c.changed_by,
        table.c.deleted_at,
        (table.c.number if section is None else section).label("section"),
        table.c.number,
        link.label("parent_number"),
        table.c.external_id,
    ).join_from(table, parent, parent.c.number == link)


def to_record(kind: Kind, row: Row[Any]) -> StoredRecord:
    """The record a row of `record_query` stands for."""
    return StoredRecord(
        kind,
        row.id,
        row.parent_id,
        row.section if kind == "event" else "",
        unpack(row.typed),
        row.version,
        moment(row.changed_at),
        row.changed_by,
        row.deleted_at is not None,
    )


def not_there(kind: Kind, record_id: str) -> Sentence:
    """What a Problem says of a record that there is none of."""
    told = "There is no {kind} {id} in the store: it was removed for good, or is another store's."
    return Sentence(told, kind=term(kind), id=record_id)


def record(connection: Connection, kind: Kind, record_id: str) -> StoredRecord | None:
    """One record, deleted or not; None when there is no such record."""
    row = connection.execute(record_query(kind).where(TABLES[kind].c.id == record_id)).one_or_none()
    return to_record(kind, row) if row is not None else None


def get(snapshot: Snapshot, kind: Kind, record_id: str) -> StoredRecord:
    """One record, deleted or not. Raises Problem when there is none with that id."""
    found = record(snapshot.connection, kind, record_id)
    if found is None:
        raise NotThere(not_there(kind, record_id))
    return found


def bearing(snapshot: Snapshot, agency: AgencyInfo, external_id: str) -> list[StoredRecord]:
    """All clients, episodes and events of an agency that bear an identifier; nothing deleted or hidden."""
    found: list[StoredRecord] = []
    if not external_id:
        return found
    for kind in RECORD_KINDS:
        query = record_query(kind)
        if kind == "event":
            query = query.join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        for above in {"client": (CLIENTS,), "episode": (EPISODES, CLIENTS), "event": (EVENTS, EPISODES, CLIENTS)}[kind]:
            query = query.where(above.c.deleted_at.is_(None))
        here = query.where(CLIENTS.c.agency_number == agency.number, TABLES[kind].c.external_id == external_id)
        rows = sorted(snapshot.connection.execute(here), key=lambda row: int(row.number))
        found += [to_record(kind, row) for row in rows]
    return found


def known_episodes(snapshot: Snapshot, agency: AgencyInfo, external_ids: Collection[str]) -> dict[str, KnownEpisode]:
    """The episodes that bear these identifiers, with client and events; nothing deleted or hidden but events, apart."""
    found: dict[str, KnownEpisode] = {}
    live = record_query("episode").where(
        EPISODES.c.agency_number == agency.number, EPISODES.c.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None)
    )
    for batch in batches(dict.fromkeys(external_ids)):
        rows = _firsts(snapshot.connection, live.where(EPISODES.c.external_id.in_(batch)))
        client_numbers = {row.parent_number for row in rows.values()}
        clients = {
            row.number: to_record("client", row)
            for row in snapshot.connection.execute(record_query("client").where(CLIENTS.c.number.in_(client_numbers)))
        }
        events: dict[int, list[StoredRecord]] = {row.number: [] for row in rows.values()}
        below = record_query("event").where(EVENTS.c.episode_number.in_(events))
        for row in snapshot.connection.execute(below.order_by(EVENTS.c.number)):
            events[row.parent_number].append(to_record("event", row))
        for external_id, row in rows.items():
            own = events[row.number]
            found[external_id] = KnownEpisode(
                to_record("episode", row),
                clients[row.parent_number],
                tuple(event for event in own if not event.deleted),
                tuple(event for event in own if event.deleted),
            )
    return found


def clients_bearing(
    snapshot: Snapshot, agency: AgencyInfo, names: Collection[str], *, by_reference: bool = False
) -> dict[str, list[StoredRecord]]:
    """All clients that bear these identifiers, or references, deleted ones too, in order of entry."""
    column = CLIENTS.c.reference if by_reference else CLIENTS.c.external_id
    found: dict[str, list[StoredRecord]] = {}
    query = record_query("client").add_columns(column.label("borne")).where(CLIENTS.c.agency_number == agency.number)
    for batch in batches(dict.fromkeys(names)):
        for row in sorted(snapshot.connection.execute(query.where(column.in_(batch))), key=lambda row: int(row.number)):
            found.setdefault(row.borne, []).append(to_record("client", row))
    return found


def count_bearing(snapshot: Snapshot, agency: AgencyInfo, names: Collection[str]) -> dict[str, tuple[int, int]]:
    """How many episodes bear these identifiers: those that are there, and those that are deleted with or without their
    client."""
    found: dict[str, tuple[int, int]] = {}
    query = (
        select(EPISODES.c.external_id, EPISODES.c.deleted_at, CLIENTS.c.deleted_at.label("client_deleted_at"))
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(EPISODES.c.agency_number == agency.number)
    )
    for batch in batches(dict.fromkeys(names)):
        for row in snapshot.connection.execute(query.where(EPISODES.c.external_id.in_(batch))):
            there, gone = found.get(row.external_id, (0, 0))
            left = row.deleted_at is not None or row.client_deleted_at is not None
            found[row.external_id] = (there + (not left), gone + left)
    return found


def deleted_bearing(
    snapshot: Snapshot, agency: AgencyInfo, names: Collection[str]
) -> dict[str, tuple[StoredRecord, ...]]:
    """The episodes that bear these identifiers and are deleted, with or without their client, in order of entry."""
    found: dict[str, tuple[StoredRecord, ...]] = {}
    gone = or_(EPISODES.c.deleted_at.is_not(None), CLIENTS.c.deleted_at.is_not(None))
    query = record_query("episode").where(EPISODES.c.agency_number == agency.number, gone)
    for batch in batches(dict.fromkeys(names)):
        rows = snapshot.connection.execute(query.where(EPISODES.c.external_id.in_(batch)))
        for row in sorted(rows, key=lambda row: int(row.number)):
            found[row.external_id] = (*found.get(row.external_id, ()), to_record("episode", row))
    return found


def _firsts(connection: Connection, query: Select[Any]) -> dict[str, Row[Any]]:
    """The first record entered for each identifier.

    Sorted here: asked for an order, the database would rather walk all records in it than look a few identifiers up.
    """
    found: dict[str, Row[Any]] = {}
    for row in sorted(connection.execute(query), key=lambda row: int(row.number)):
        found.setdefault(row.external_id, row)
    return found


def client_references(snapshot: Snapshot, ids: Iterable[str]) -> dict[str, str]:
    """The references of some clients, by id."""
    found: dict[str, str] = {}
    for some in batches(ids):
        query = select(CLIENTS.c.id, CLIENTS.c.reference).where(CLIENTS.c.id.in_(some))
        found.update({row.id: row.reference or "" for row in snapshot.connection.execute(query)})
    return found


def is_saved(record_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether an episode or an event of an id is in the store: whose it is stands there, and nowhere else."""
    tables = (EPISODES, EVENTS)
    return or_(*(select(table.c.number).where(table.c.id == record_id).exists() for table in tables))


def client_called(snapshot: Snapshot, client_id: str) -> str:
    """What people call a client: by the reference, by the id where there is none."""
    return client_references(snapshot, [client_id]).get(client_id) or client_id


def count_episodes(snapshot: Snapshot, agency: AgencyInfo) -> int:
    """How many episodes `episodes` would give."""
    query = (
        select(func.count())
        .select_from(EPISODES)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(
            EPISODES.c.agency_number == agency.number, EPISODES.c.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None)
        )
    )
    return int(snapshot.connection.execute(query).scalar_one())


def repeated_identifiers(snapshot: Snapshot, agency: AgencyInfo) -> frozenset[str]:
    """Every identifier or client reference that more than one record bears: usually none.

    What compares records by identifier needs to keep only these in mind; of one that is there in capitals and in small
    letters both are given. Deleted records count here, and events of all agencies: each question is then answered by
    an index alone, and one identifier too many does no harm.
    """
    columns = (
        (CLIENTS.c.external_id, CLIENTS.c.agency_number == agency.number),
        (CLIENTS.c.reference, CLIENTS.c.agency_number == agency.number),
        (EPISODES.c.external_id, EPISODES.c.agency_number == agency.number),
        (EVENTS.c.external_id, EVENTS.c.external_id.is_not(None)),
    )
    found: set[str] = set()
    for column, condition in columns:
        query = select(column).where(condition, column.is_not(None)).group_by(column).having(func.count() > 1)
        found.update(snapshot.connection.execute(query).scalars())
        small, there = func.lower(column), column.table.alias()
        in_small = exists().where(there.c[column.name] == small)
        for pair in snapshot.connection.execute(select(column, small).where(condition, column != small, in_small)):
            found.update(pair)
    return frozenset(found)


def episodes_bearing(snapshot: Snapshot, agency: AgencyInfo, identifiers: Collection[str]) -> list[str]:
    """The ids of the agency's episodes that bear any of these identifiers, themselves, by their client or an event."""
    wanted = list(dict.fromkeys(identifiers))
    numbers: set[int] = set()
    live = select(EPISODES.c.number).join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
    for some in batches(wanted):
        by_client = select(CLIENTS.c.number).where(
            CLIENTS.c.agency_number == agency.number,
            CLIENTS.c.external_id.in_(some) | CLIENTS.c.reference.in_(some),
        )
        by_event = select(EVENTS.c.episode_number).where(EVENTS.c.external_id.in_(some))
        own = (EPISODES.c.agency_number == agency.number) & EPISODES.c.external_id.in_(some)
        for condition in (own, EPISODES.c.client_number.in_(by_client), EPISODES.c.number.in_(by_event)):
            numbers.update(snapshot.connection.execute(live.where(condition)).scalars())
    found: list[str] = []
    for part in batches(sorted(numbers)):
        query = select(EPISODES.c.id).where(EPISODES.c.number.in_(part), EPISODES.c.agency_number == agency.number)
        found += snapshot.connection.execute(query).scalars()
    return found


def episodes_of(snapshot: Snapshot, clients: Collection[int]) -> list[str]:
    """The ids of all episodes of some clients, by the store's numbers of them."""
    found: list[str] = []
    for some in batches(clients):
        found += snapshot.connection.execute(select(EPISODES.c.id).where(EPISODES.c.client_number.in_(some))).scalars()
    return found


def event_ids(snapshot: Snapshot, episode_ids: Collection[str]) -> dict[str, list[str]]:
    """The ids of the events of some episodes by the episode's, deleted ones too."""
    query = select(EPISODES.c.id, EVENTS.c.id).join(EVENTS, EVENTS.c.episode_number == EPISODES.c.number)
    found: dict[str, list[str]] = {}
    for some in batches(episode_ids):
        for episode_id, own_id in snapshot.connection.execute(query.where(EPISODES.c.id.in_(some))):
            found.setdefault(episode_id, []).append(own_id)
    return found


def episode_query(agency: AgencyInfo, beside: ColumnElement[Any] = _NOTHING) -> Select[Any]:
    """One row for each event of each episode, at least one for an episode, in order of entry; `beside` comes last.

    The order comes from indexes alone: a sort of a whole caseload would stand in memory.
    """
    return (
        select(
            EPISODES.c.number,
            EPISODES.c.id,
            EPISODES.c.typed,
            CLIENTS.c.number,
            CLIENTS.c.id,
            CLIENTS.c.typed,
            EVENTS.c.id,
            EVENTS.c.section,
            EVENTS.c.typed,
            beside,
        )
        .select_from(EPISODES)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .outerjoin(EVENTS, (EVENTS.c.episode_number == EPISODES.c.number) & EVENTS.c.deleted_at.is_(None))
        .where(
            EPISODES.c.agency_number == agency.number, EPISODES.c.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None)
        )
        .order_by(EPISODES.c.number, EVENTS.c.number)
    )


def episodes(snapshot: Snapshot, agency: AgencyInfo, ids: Collection[str] | None = None) -> Iterator[EpisodeRecord]:
    """All episodes of an agency, or those with the given ids, in order of entry."""
    for record, _ in chosen(snapshot.connection, episode_query(agency), ids):
        yield record


def chosen(
    connection: Connection, query: Select[Any], ids: Collection[str] | None
) -> Iterator[tuple[EpisodeRecord, Any]]:
    """What an `episode_query` finds, all of it or the episodes with the given ids, each with what it asks `beside`."""
    if ids is None:
        yield from _merged(connection, query)
        return
    numbers: list[int] = []
    for batch in batches(dict.fromkeys(ids)):
        numbers.extend(connection.execute(select(EPISODES.c.number).where(EPISODES.c.id.in_(batch))).scalars())
    numbers.sort()
    for some in batches(numbers):
        yield from _merged(connection, query.where(EPISODES.c.number.in_(some)))


def _merged(connection: Connection, query: Select[Any]) -> Iterator[tuple[EpisodeRecord, Any]]:
    # The driver's own cursor: SQLAlchemy's rows would cost as much again as reading and decoding.
    rows: Iterable[tuple[Any, ...]] = cast(Any, connection.execute(query).cursor)
    current = client_number = -1
    episode_id = client_id = episode_typed = ""
    beside: Any = None
    client: dict[str, str] = {}
    events: list[Event] = []
    for number, id_, typed, its_client, its_client_id, client_typed, event_id, section, event_typed, asked in rows:
        if number != current:
            if current >= 0:
                yield EpisodeRecord(client, unpack(episode_typed), tuple(events), (), client_id, episode_id), beside
            current, episode_id, episode_typed, events, beside = number, id_, typed, [], asked
            if its_client != client_number:
                client_number, client_id, client = its_client, its_client_id, unpack(client_typed)
        if event_id is not None:
            events.append(Event(section, unpack(event_typed), None, event_id))
    if current >= 0:
        yield EpisodeRecord(client, unpack(episode_typed), tuple(events), (), client_id, episode_id), beside


# A client with all that lies below, and single episodes as a check wants them.


def _field_notes(snapshot: Snapshot, client: int) -> dict[str, dict[str, str]]:
    """The notes on fields of a client and all below, by record and header."""
    noted: dict[str, dict[str, str]] = {}
    below = select(EPISODES.c.number).where(EPISODES.c.client_number == client)
    mine = (FIELD_NOTES.c.client_number == client) | FIELD_NOTES.c.episode_number.in_(below)
    for row in snapshot.connection.execute(select(FIELD_NOTES).where(mine)):
        noted.setdefault(row.record_id, {})[row.field] = row.note
    return noted


def tree(snapshot: Snapshot, client_id: str, *, deleted: bool = False) -> ClientTree:
    """A client, deleted or not, with its episodes and events; with `deleted` those that are deleted, too."""
    head = snapshot.connection.execute(record_query("client").where(CLIENTS.c.id == client_id)).one_or_none()
    if head is None:
        raise NotThere(not_there("client", client_id))
    below = record_query("episode").where(EPISODES.c.client_number == head.number).order_by(EPISODES.c.number)
    dated = (
        record_query("event")
        .where(EVENTS.c.episode_number.in_(select(EPISODES.c.number).where(EPISODES.c.client_number == head.number)))
        .order_by(EVENTS.c.number)
    )
    if not deleted:
        below, dated = below.where(EPISODES.c.deleted_at.is_(None)), dated.where(EVENTS.c.deleted_at.is_(None))
    carried = select(CARRIED).join(EPISODES, EPISODES.c.number == CARRIED.c.episode_number)
    rows = snapshot.connection.execute(carried.where(EPISODES.c.client_number == head.number))
    marks = {row.record_id: frozenset[str](json.loads(row.fields)) for row in rows}
    noted = _field_notes(snapshot, head.number)

    def marked(record: StoredRecord) -> StoredRecord:
        if record.id not in marks and record.id not in noted:
            return record
        return replace(record, unconfirmed=marks.get(record.id, frozenset()), noted=noted.get(record.id, {}))

    events: dict[int, list[StoredRecord]] = {}
    for row in snapshot.connection.execute(dated):
        events.setdefault(row.parent_number, []).append(marked(to_record("event", row)))
    beside = (
        select(STATES.c.episode_number, STATES.c.note, NAMES.c.name)
        .join(EPISODES, EPISODES.c.number == STATES.c.episode_number)
        .outerjoin(NAMES, NAMES.c.number == STATES.c.worker)
        .where(EPISODES.c.client_number == head.number)
    )
    kept = {row.episode_number: (row.name or "", row.note) for row in snapshot.connection.execute(beside)}
    return ClientTree(
        marked(to_record("client", head)),
        tuple(
            EpisodeTree(
                marked(to_record("episode", row)), tuple(events.get(row.number, ())), *kept.get(row.number, ("", ""))
            )
            for row in snapshot.connection.execute(below)
        ),
    )


def episode_record(snapshot: Snapshot, episode_id: str) -> EpisodeRecord:
    """One episode as a check wants it. Raises Problem when there is none, or it is deleted."""
    query = select(CLIENTS.c.id).join(EPISODES, EPISODES.c.client_number == CLIENTS.c.number)
    client_id = snapshot.connection.execute(query.where(EPISODES.c.id == episode_id)).scalar_one_or_none()
    if client_id is None:
        raise NotThere(not_there("episode", episode_id))
    found = tree(snapshot, client_id, deleted=False)
    for one in found.episodes:
        if one.episode.id == episode_id:
            return _record(found.client, one)
    raise Problem(Sentence("The {episode} {id} is deleted: bring it back first.", id=episode_id))


def _record(client: StoredRecord, one: EpisodeTree) -> EpisodeRecord:
    events = tuple(Event(event.section, event.values, None, event.id) for event in one.events)
    return EpisodeRecord(client.values, one.episode.values, events, (), client.id, one.episode.id)
