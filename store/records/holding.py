"""Records that hold a value in a field: which they are, and which values stand in the field at all."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, func, select

from store.disk import sqlite
from store.disk.tables import CLIENTS, DRAFTS, EPISODES, EVENTS
from store.facts import AgencyInfo, HoldingRecord, Kind
from store.records import read
from store.snapshot import Snapshot


def values(
    snapshot: Snapshot, agency: AgencyInfo, header: str, clients: Collection[str] | None = None
) -> dict[str, int]:
    """The values that stand in a field of an agency's records, none of them deleted, with how many records hold each;
    the most frequent first. With `clients` only theirs count, by their ids."""
    kind, table, here = _where(snapshot, agency, header)
    if clients is not None:
        theirs = select(CLIENTS.c.number).where(sqlite.among(CLIENTS.c.id, clients))
        if kind == "event":
            theirs = select(EPISODES.c.number).where(EPISODES.c.client_number.in_(theirs))
        above = {"client": CLIENTS.c.number, "episode": EPISODES.c.client_number, "event": EVENTS.c.episode_number}
        here = [*here, above[kind].in_(theirs)]
    value = sqlite.json_text(table.c.typed, header)
    query = select(value, func.count()).where(*here, value.is_not(None))
    found = snapshot.connection.execute(query.group_by(value).order_by(func.count().desc(), value))
    return {str(text): int(many) for text, many in found}


def holding(snapshot: Snapshot, agency: AgencyInfo, header: str, value: str) -> list[HoldingRecord]:
    """The records that hold a value in a field, none of them deleted, in order of entry."""
    kind, table, here = _where(snapshot, agency, header)
    query = read.record_query(kind).where(*here, sqlite.json_text(table.c.typed, header) == value)
    rows = snapshot.connection.execute(query.order_by(table.c.number)).all()
    owners = _owners(snapshot, kind, [row.number if kind == "client" else row.parent_number for row in rows])
    drafted = set(snapshot.connection.execute(select(DRAFTS.c.record_id)).scalars())
    found = []
    for row in rows:
        client_id, reference = owners[row.number if kind == "client" else row.parent_number]
        found.append(HoldingRecord(read.to_record(kind, row), client_id, reference, row.id in drafted))
    return found


def _where(snapshot: Snapshot, agency: AgencyInfo, header: str) -> tuple[Kind, Any, list[ColumnElement[bool]]]:
    """The kind and table of the records that a field belongs to, and that one is an agency's and not deleted."""
    deriver = snapshot.derivers[agency.standard]
    kind = deriver.level(header)
    assert kind is not None
    client = select(CLIENTS.c.number).where(CLIENTS.c.agency_number == agency.number, CLIENTS.c.deleted_at.is_(None))
    if kind == "client":
        return kind, CLIENTS, [CLIENTS.c.agency_number == agency.number, CLIENTS.c.deleted_at.is_(None)]
    own: list[ColumnElement[bool]] = [EPISODES.c.deleted_at.is_(None), EPISODES.c.client_number.in_(client)]
    if kind == "episode":
        return kind, EPISODES, own
    above = EVENTS.c.episode_number.in_(select(EPISODES.c.number).where(*own))
    return kind, EVENTS, [EVENTS.c.deleted_at.is_(None), EVENTS.c.section == deriver.section(header), above]


def _owners(snapshot: Snapshot, kind: Kind, numbers: list[int]) -> dict[int, tuple[str, str]]:
    """The ids and references of clients by their own numbers, or by that of an episode: of the record or above it."""
    key = EPISODES.c.number if kind == "event" else CLIENTS.c.number
    query = select(key, CLIENTS.c.id, CLIENTS.c.reference).where(sqlite.among(key, sorted(set(numbers))))
    if kind == "event":
        query = query.join_from(EPISODES, CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
    return {number: (id, reference or "") for number, id, reference in snapshot.connection.execute(query)}
