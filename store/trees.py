"""A client with all that lies below, and single episodes as a check wants them."""

from sqlalchemy import Connection, select

from store.reading import record_query, to_record
from store.shapes import ClientTree, EpisodeTree, StoredRecord
from store.tables import CLIENTS, EPISODES, EVENTS, NAMES, STATES
from validators.problems import Problem
from validators.records import EpisodeRecord, Event


def tree(connection: Connection, client_id: str, *, deleted: bool) -> ClientTree:
    """A client, deleted or not, with its episodes and events; with `deleted` those that are deleted, too."""
    head = connection.execute(record_query("client").where(CLIENTS.c.id == client_id)).one_or_none()
    if head is None:
        raise Problem(f"There is no client {client_id} in the store: it may be another store's.")
    below = record_query("episode").where(EPISODES.c.client_number == head.number).order_by(EPISODES.c.number)
    dated = (
        record_query("event")
        .where(EVENTS.c.episode_number.in_(select(EPISODES.c.number).where(EPISODES.c.client_number == head.number)))
        .order_by(EVENTS.c.number)
    )
    if not deleted:
        below, dated = below.where(EPISODES.c.deleted_at.is_(None)), dated.where(EVENTS.c.deleted_at.is_(None))
    events: dict[int, list[StoredRecord]] = {}
    for row in connection.execute(dated):
        events.setdefault(row.parent_number, []).append(to_record("event", row))
    beside = (
        select(STATES.c.episode_number, STATES.c.note, NAMES.c.name)
        .join(EPISODES, EPISODES.c.number == STATES.c.episode_number)
        .outerjoin(NAMES, NAMES.c.number == STATES.c.worker)
        .where(EPISODES.c.client_number == head.number)
    )
    kept = {row.episode_number: (row.name or "", row.note) for row in connection.execute(beside)}
    return ClientTree(
        to_record("client", head),
        tuple(
            EpisodeTree(to_record("episode", row), tuple(events.get(row.number, ())), *kept.get(row.number, ("", "")))
            for row in connection.execute(below)
        ),
    )


def client_records(connection: Connection, client_id: str) -> list[EpisodeRecord]:
    """A client's episodes in order of entry, as a check wants them; nothing that is deleted."""
    found = tree(connection, client_id, deleted=False)
    return [_record(found.client, one) for one in found.episodes]


def episode_record(connection: Connection, episode_id: str) -> EpisodeRecord:
    """One episode as a check wants it. Raises Problem when there is none, or it is deleted."""
    query = select(CLIENTS.c.id).join(EPISODES, EPISODES.c.client_number == CLIENTS.c.number)
    client_id = connection.execute(query.where(EPISODES.c.id == episode_id)).scalar_one_or_none()
    if client_id is None:
        raise Problem(f"There is no episode {episode_id} in the store: it may be another store's.")
    found = tree(connection, client_id, deleted=False)
    for one in found.episodes:
        if one.episode.id == episode_id:
            return _record(found.client, one)
    raise Problem(f"The episode {episode_id} is deleted: bring it back first.")


def _record(client: StoredRecord, one: EpisodeTree) -> EpisodeRecord:
    events = tuple(Event(event.section, event.values, None, event.id) for event in one.events)
    return EpisodeRecord(client.values, one.episode.values, events, (), client.id, one.episode.id)
