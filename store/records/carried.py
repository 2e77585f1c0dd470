"""Values of an episode that were taken over from another one and that nobody has confirmed: marked until somebody does.

A mark goes when the value is another one, and when a person passes the field in the form, which the audit tells.
"""

import json
from collections.abc import Collection, Iterable

from sqlalchemy import delete, func, insert, select, update

from store.disk.tables import CARRIED, CLIENTS, EPISODES
from store.facts import AgencyInfo
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork


def of(snapshot: Snapshot, episode_id: str) -> frozenset[str]:
    """The fields of an episode that are marked."""
    query = select(CARRIED.c.fields).join(EPISODES, EPISODES.c.number == CARRIED.c.episode_number)
    return _fields(snapshot.connection.execute(query.where(EPISODES.c.id == episode_id)).scalar_one_or_none())


def count(snapshot: Snapshot, agency: AgencyInfo) -> tuple[int, int]:
    """How many values of an agency are marked, and in how many episodes; none of what is deleted."""
    query = (
        select(func.coalesce(func.sum(func.json_array_length(CARRIED.c.fields)), 0), func.count())
        .join(EPISODES, EPISODES.c.number == CARRIED.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(EPISODES.c.agency_number == agency.number)
        .where(EPISODES.c.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None))
    )
    values, episodes = snapshot.connection.execute(query).one()
    return int(values), int(episodes)


def keep(unit: UnitOfWork, episode_id: str, headers: Collection[str]) -> None:
    """Mark these fields of an episode, and no others."""
    number = unit.connection.execute(select(EPISODES.c.number).where(EPISODES.c.id == episode_id)).scalar_one()
    if not headers:
        unit.connection.execute(delete(CARRIED).where(CARRIED.c.episode_number == number))
        return
    text = json.dumps(sorted(headers))
    if not unit.connection.execute(
        update(CARRIED).where(CARRIED.c.episode_number == number).values(fields=text)
    ).rowcount:
        unit.connection.execute(insert(CARRIED).values(episode_number=number, fields=text))


def confirm(unit: UnitOfWork, episode_id: str, headers: Iterable[str]) -> frozenset[str]:
    """A person has seen these fields of an episode and lets them stand; which are marked still."""
    marked = of(unit, episode_id)
    seen = sorted(marked.intersection(headers))
    for header in seen:
        unit.chain.add("confirm", "episode", episode_id, header, None, None)
    if seen:
        keep(unit, episode_id, marked.difference(seen))
    return marked.difference(seen)


def changed(unit: UnitOfWork, episode_id: str, headers: Collection[str]) -> None:
    """These fields of an episode have other values now: nothing of what was taken over stands there any more."""
    marked = of(unit, episode_id)
    if not marked.isdisjoint(headers):
        keep(unit, episode_id, marked.difference(headers))


def _fields(text: str | None) -> frozenset[str]:
    return frozenset(json.loads(text)) if text else frozenset()
