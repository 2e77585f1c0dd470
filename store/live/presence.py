"""Who has which record open. A session that gives no sign of life for a while, or whose program was killed, is gone."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from store.disk.tables import CLIENTS, EPISODES, EVENTS, PRESENCES
from store.facts import Kind, Presence
from store.live import session_ids
from store.records.values import moment, stamp

SILENCE = timedelta(seconds=90)


def enter(connection: Connection, person: str, session: str, kind: Kind, record_id: str, now: datetime) -> None:
    """Note that a session opened a record, and forget which it had open before and who went silent."""
    gone = (PRESENCES.c.session == session) | (PRESENCES.c.seen < stamp(now - SILENCE))
    connection.execute(delete(PRESENCES).where(gone))
    at = stamp(now)
    connection.execute(
        insert(PRESENCES).values(session=session, person=person, kind=kind, record_id=record_id, since=at, seen=at)
    )


def stay(connection: Connection, session: str, now: datetime) -> bool:
    """Note a sign of life; whether the session is still known to be anywhere, for one that was silent is forgotten."""
    mine = PRESENCES.c.session == session
    return bool(connection.execute(update(PRESENCES).where(mine).values(seen=stamp(now))).rowcount)


def leave(connection: Connection, session: str) -> None:
    """Note that a session has nothing open any more."""
    connection.execute(delete(PRESENCES).where(PRESENCES.c.session == session))


def others(connection: Connection, kind: Kind, record_id: str, session: str, now: datetime) -> list[Presence]:
    """Who else is in a record, the first to come first; of a client also who is in anything below, and in what."""
    query = (
        select(PRESENCES)
        .where(_there(kind, record_id), PRESENCES.c.session != session, PRESENCES.c.seen >= stamp(now - SILENCE))
        .order_by(PRESENCES.c.since, PRESENCES.c.session)
    )
    found = [
        Presence(row.person, moment(row.since), row.session, row.kind, row.record_id)
        for row in connection.execute(query)
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
