"""A line on a field of a record, such as what somebody waits for: kept until it is answered, never sent."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update

from store.disk import audit
from store.disk.tables import CLIENTS, EPISODES, EVENTS, FIELD_NOTES
from store.facts import AgencyInfo, FieldNote, Kind, NotedSince
from store.records import read
from store.records.values import moment, named
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.standard.terminology import Sentence

ACT = "note"
LONGEST = 200


def of_client(snapshot: Snapshot, client_id: str) -> list[FieldNote]:
    """The notes on a client and all below, those on deleted records left out, the oldest first."""
    return _told(snapshot, _standing().where(CLIENTS.c.id == client_id))


def listed(snapshot: Snapshot, agency: AgencyInfo) -> list[FieldNote]:
    """All notes of an agency on records that are not deleted, the oldest first."""
    return _told(snapshot, _standing().where(CLIENTS.c.agency_number == agency.number))


def of_records(snapshot: Snapshot, record_ids: Iterable[str]) -> list[tuple[str, str, str, str, str]]:
    """The notes on some records, deleted ones too, the oldest first: record, field, note, moment, person."""
    its = FIELD_NOTES.c
    found: list[tuple[str, str, str, str, str]] = []
    for some in read.batches(record_ids):
        rows = snapshot.connection.execute(
            select(its.record_id, its.field, its.note, its.noted_at, its.noted_by).where(its.record_id.in_(some))
        )
        found += [(row.record_id, row.field, row.note, row.noted_at, row.noted_by) for row in rows]
    return sorted(found, key=lambda one: (one[3], one[0], one[1]))


def _standing() -> Select[Any]:
    client = func.coalesce(FIELD_NOTES.c.client_number, EPISODES.c.client_number)
    return (
        select(FIELD_NOTES, CLIENTS.c.id.label("client_id"), CLIENTS.c.reference)
        .outerjoin(EPISODES, EPISODES.c.number == FIELD_NOTES.c.episode_number)
        .outerjoin(EVENTS, EVENTS.c.id == FIELD_NOTES.c.record_id)
        .join(CLIENTS, CLIENTS.c.number == client)
        .where(CLIENTS.c.deleted_at.is_(None), EPISODES.c.deleted_at.is_(None), EVENTS.c.deleted_at.is_(None))
        .order_by(FIELD_NOTES.c.noted_at, FIELD_NOTES.c.record_id, FIELD_NOTES.c.field)
    )


def _told(snapshot: Snapshot, query: Select[Any]) -> list[FieldNote]:
    return [_note(row) for row in snapshot.connection.execute(query)]


def _note(row: Row[Any]) -> FieldNote:
    at = moment(row.noted_at)
    return FieldNote(row.client_id, row.kind, row.record_id, row.field, row.note, at, row.noted_by, row.reference or "")


def refuse_long(text: str) -> None:
    """Raise Problem for more than a note may be."""
    if len(text) > LONGEST:
        raise Problem(f"A note on a field is one line of at most {LONGEST} characters: shorten it.")


def keep(
    unit: UnitOfWork,
    kind: Kind,
    record_id: str,
    field: str,
    text: str,
    before: str | None = None,
    client_id: str = "",
) -> None:
    """Keep a note on a field in place of the one there; an empty text takes it away: it is answered.

    `before` is the note that whoever writes saw there, None where nobody looked, and `client_id` the client whose the
    record was then, "" for any. Raises NotedSince where another note stands there by now, Problem for a record that is
    not saved, is deleted or is another client's by now, and for more than a line.
    """
    note = " ".join(text.split())
    refuse_long(note)
    try:
        note.encode()
    except UnicodeEncodeError:
        raise Problem("The note holds a character that cannot be stored: type it again.") from None
    record = read.get(unit, kind, record_id)
    if record.deleted:
        raise Problem(Sentence("The {record} is deleted: bring it back first.", record=named(kind, record_id)))
    mine = (FIELD_NOTES.c.record_id == record_id, FIELD_NOTES.c.field == field)
    there = unit.connection.execute(select(FIELD_NOTES.c.note, FIELD_NOTES.c.noted_by).where(*mine)).one_or_none()
    old = there.note if there else ""
    if old == note:
        return
    client, episode = _above(unit, kind, record_id)
    its = select(CLIENTS.c.id).where(CLIENTS.c.number == client)
    if client_id not in ("", unit.connection.execute(its).scalar_one()):
        raise Problem(Sentence("This record stands with another {client} by now: look there."))
    if before not in (None, old):
        raise NotedSince("note", old, there.noted_by if there else audit.last_by(unit, record_id, ACT, field))
    if not note:
        unit.connection.execute(delete(FIELD_NOTES).where(*mine))
    elif old:
        changed = {"note": note, "noted_at": unit.at, "noted_by": unit.person}
        unit.connection.execute(update(FIELD_NOTES).where(*mine).values(changed))
    else:
        values: dict[str, Any] = {"record_id": record_id, "field": field, "kind": kind}
        values |= {"client_number": client} if kind == "client" else {"episode_number": episode}
        values |= {"note": note, "noted_at": unit.at, "noted_by": unit.person}
        unit.connection.execute(insert(FIELD_NOTES).values(values))
    unit.chain.add(ACT, kind, record_id, field, old or None, note or None)
    unit.mark(client)


def rename(unit: UnitOfWork, agency: AgencyInfo, headers: Mapping[str, str]) -> None:
    """Have the notes on fields that are called otherwise now, header before → header, at their fields again."""
    clients = select(CLIENTS.c.number).where(CLIENTS.c.agency_number == agency.number)
    episodes = select(EPISODES.c.number).where(EPISODES.c.agency_number == agency.number)
    mine = FIELD_NOTES.c.client_number.in_(clients) | FIELD_NOTES.c.episode_number.in_(episodes)
    for before, after in headers.items():
        unit.connection.execute(update(FIELD_NOTES).where(mine, FIELD_NOTES.c.field == before).values(field=after))


def _above(unit: UnitOfWork, kind: Kind, record_id: str) -> tuple[int, int | None]:
    """The store's numbers of the client and the episode that a record is or belongs to."""
    if kind == "client":
        return unit.connection.execute(select(CLIENTS.c.number).where(CLIENTS.c.id == record_id)).scalar_one(), None
    query = select(EPISODES.c.client_number, EPISODES.c.number)
    if kind == "episode":
        query = query.where(EPISODES.c.id == record_id)
    else:
        query = query.join(EVENTS, EVENTS.c.episode_number == EPISODES.c.number).where(EVENTS.c.id == record_id)
    client, episode = unit.connection.execute(query).one()
    return client, episode
