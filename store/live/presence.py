"""Who has which record open. A session that gives no sign of life for a while, or whose program was killed, is gone."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from store.disk.sqlite import PreparedStatement
from store.disk.tables import CLIENTS, EPISODES, EVENTS, PRESENCES
from store.facts import Kind, Presence
from store.live import session_ids
from store.records.values import moment, stamp
from store.snapshot import Snapshot
from store.store import Store
from store.unit_of_work import UnitOfWork

SILENCE = timedelta(seconds=90)


def enter(unit: UnitOfWork, kind: Kind, record_id: str) -> None:
    """Note that a session opened a record, and forget which it had open before and who went silent."""
    gone = (PRESENCES.c.session == unit.who.session) | (PRESENCES.c.seen < stamp(unit.who.at - SILENCE))
    unit.connection.execute(delete(PRESENCES).where(gone))
    at = unit.at
    unit.connection.execute(
        insert(PRESENCES).values(
            session=unit.who.session, person=unit.person, kind=kind, record_id=record_id, since=at, seen=at
        )
    )


def stay(unit: UnitOfWork) -> bool:
    """Note a sign of life; whether the session is still known to be anywhere, for one that was silent is forgotten."""
    mine = PRESENCES.c.session == unit.who.session
    return bool(unit.connection.execute(update(PRESENCES).where(mine).values(seen=unit.at)).rowcount)


def leave(unit: UnitOfWork) -> None:
    """Note that a session has nothing open any more."""
    unit.connection.execute(delete(PRESENCES).where(PRESENCES.c.session == unit.who.session))


def others(snapshot: Snapshot, kind: Kind, record_id: str, session: str, now: datetime) -> list[Presence]:
    """Who else is in a record, the first to come first; of a client also who is in anything below, and in what."""
    return _alive(_OTHERS[kind].on(snapshot.connection, **_named(record_id, session, now)))


def others_at_a_glance(store: Store, client_id: str, session: str, now: datetime) -> list[Presence]:
    """The same of a client, without a snapshot: asked again and again while others write."""
    return _alive(store.glance(_OTHERS["client"], **_named(client_id, session, now)))


def _named(record_id: str, session: str, now: datetime) -> dict[str, str]:
    return {"record_id": record_id, "own": session, "heard": stamp(now - SILENCE)}


def _alive(rows: Iterable[Any]) -> list[Presence]:
    found = [Presence(person, moment(since), session, kind, id) for person, since, session, kind, id in rows]
    return [one for one in found if not session_ids.is_dead(one.session)]


def _question(kind: Kind) -> PreparedStatement:
    row = PRESENCES.c
    return PreparedStatement(
        select(row.person, row.since, row.session, row.kind, row.record_id)
        .where(_there(kind), row.session != bindparam("own"), row.seen >= bindparam("heard"))
        .order_by(row.since, row.session)
    )


def _there(kind: Kind) -> ColumnElement[bool]:
    """Whether somebody is in a record, or in one that belongs to a client."""
    asked = bindparam("record_id", type_=PRESENCES.c.record_id.type)
    itself = (PRESENCES.c.kind == kind) & (PRESENCES.c.record_id == asked)
    if kind != "client":
        return itself
    own = select(CLIENTS.c.number).where(CLIENTS.c.id == asked).scalar_subquery()
    episodes = select(EPISODES.c.id).where(EPISODES.c.client_number == own)
    numbers = select(EPISODES.c.number).where(EPISODES.c.client_number == own)
    below = episodes.union_all(select(EVENTS.c.id).where(EVENTS.c.episode_number.in_(numbers)))
    return itself | ((PRESENCES.c.kind != kind) & PRESENCES.c.record_id.in_(below))


_OTHERS: dict[Kind, PreparedStatement] = {kind: _question(kind) for kind in get_args(Kind)}
