"""Values of an episode or an event that were taken over from another one: marked until somebody confirms them.

A mark goes when the value is another one, and when a person passes the field in the form, which the audit tells.
"""

import json
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import delete, func, insert, select, update

from store.disk import sqlite
from store.disk.tables import CARRIED, CLIENTS, EPISODES, EVENTS
from store.facts import AgencyInfo, Kind
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork


def of(snapshot: Snapshot, record_id: str) -> frozenset[str]:
    """The fields of a record that are marked."""
    query = select(CARRIED.c.fields).where(CARRIED.c.record_id == record_id)
    text = snapshot.connection.execute(query).scalar_one_or_none()
    return frozenset(json.loads(text)) if text else frozenset()


def marked(
    snapshot: Snapshot, agency: AgencyInfo, ids: Collection[str] | None = None
) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """The marked fields of an agency's episodes, or of those with some ids, by the ids of episode and record."""
    query = (
        select(EPISODES.c.id, CARRIED.c.record_id, CARRIED.c.fields)
        .join(EPISODES, EPISODES.c.number == CARRIED.c.episode_number)
        .where(EPISODES.c.agency_number == agency.number)
    )
    if ids is not None:
        query = query.where(sqlite.among(EPISODES.c.id, ids))
    found: dict[str, dict[str, frozenset[str]]] = {}
    for row in snapshot.connection.execute(query):
        found.setdefault(row.id, {})[row.record_id] = frozenset(json.loads(row.fields))
    return found


def count(snapshot: Snapshot, agency: AgencyInfo) -> tuple[int, int]:
    """How many values of an agency are marked, and in how many episodes; none of what is deleted."""
    many = func.coalesce(func.sum(func.json_array_length(CARRIED.c.fields)), 0)
    query = (
        select(many, func.count(CARRIED.c.episode_number.distinct()))
        .join(EPISODES, EPISODES.c.number == CARRIED.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .outerjoin(EVENTS, EVENTS.c.id == CARRIED.c.record_id)
        .where(EPISODES.c.agency_number == agency.number)
        .where(EPISODES.c.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None), EVENTS.c.deleted_at.is_(None))
    )
    values, episodes = snapshot.connection.execute(query).one()
    return int(values), int(episodes)


def keep(unit: UnitOfWork, kind: Kind, record_id: str, headers: Collection[str]) -> None:
    """Mark these fields of an episode or an event, and no others."""
    mine = CARRIED.c.record_id == record_id
    own = select(EPISODES.c.number, EPISODES.c.client_number).where(EPISODES.c.id == record_id)
    above = (
        select(EPISODES.c.number, EPISODES.c.client_number)
        .join(EVENTS, EVENTS.c.episode_number == EPISODES.c.number)
        .where(EVENTS.c.id == record_id)
    )
    episode = unit.connection.execute(own if kind == "episode" else above).one()
    unit.mark(episode.client_number)
    if not headers:
        unit.connection.execute(delete(CARRIED).where(mine))
        return
    text = json.dumps(sorted(headers))
    if not unit.connection.execute(update(CARRIED).where(mine).values(fields=text)).rowcount:
        values = {"record_id": record_id, "episode_number": episode.number, "fields": text}
        unit.connection.execute(insert(CARRIED).values(values))


def confirm(unit: UnitOfWork, kind: Kind, record_id: str, headers: Iterable[str]) -> frozenset[str]:
    """A person has seen these fields of a record and lets them stand; which are marked still."""
    marked = of(unit, record_id)
    seen = sorted(marked.intersection(headers))
    for header in seen:
        unit.chain.add("confirm", kind, record_id, header, None, None)
    if seen:
        keep(unit, kind, record_id, marked.difference(seen))
    return marked.difference(seen)


def changed(unit: UnitOfWork, kind: Kind, record_id: str, headers: Collection[str]) -> None:
    """These fields of a record have other values now: nothing of what was taken over stands there any more."""
    marked = of(unit, record_id)
    if not marked.isdisjoint(headers):
        keep(unit, kind, record_id, marked.difference(headers))


def rename(unit: UnitOfWork, agency: AgencyInfo, headers: Mapping[str, str]) -> None:
    """Have the marks stand at the fields that are called otherwise now, header before → header."""
    for one in marked(unit, agency).values():
        for record_id, fields in one.items():
            now = {headers.get(header, header) for header in fields}
            if now != fields:
                its = update(CARRIED).where(CARRIED.c.record_id == record_id)
                unit.connection.execute(its.values(fields=json.dumps(sorted(now))))
