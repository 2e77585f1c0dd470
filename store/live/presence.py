"""Who has which record open. A session that gives no sign of life for a while, or whose program was killed, is gone."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update

from store.disk.tables import CLIENTS, EPISODES, EVENTS, PRESENCES
from store.facts import Kind, Presence
from store.live import session_ids
from store.records.values import moment, stamp
from store.snapshot import Snapshot
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
    query = (
        select(PRESENCES)
        .where(_there(kind, record_id), PRESENCES.c.session != session, PRESENCES.c.seen >= stamp(now - SILENCE))
        .order_by(PRESENCES.c.since, PRESENCES.c.session)
    )
    found = [
        Presence(row.person, moment(row.since), row.session, row.kind, row.record_id)
        for row in snapshot.connection.execute(query)
    ]
    return [one for one in found if not session_ids.is_dead(one.session)]


def _there(kind: Kind, record_id: str) -> ColumnElement[bool]:
    """Whether somebody is in a record, or in one that belongs to a client."""
    itself = (PRESENCES.c.kind == kind) & (PRESENCES.c.record_id == record_id)
    if kind != "client":
        return itself
    own = select(CLIENTS.c.number).where(CLIENTS.c.id == record_id).scalar_subquery()
    episodes = select(EPISODES.c.id).where(EPISODES.c.client_number == own)
    numbers = select(EPISODES.c.number).where(EPISODES.c.client_number == own)
    below = episodes.union_all(select(EVENTS.c.id).where(EVENTS.c.episode_number.in_(numbers)))
    return itself | ((PRESENCES.c.kind != kind) & PRESENCES.c.record_id.in_(below))
