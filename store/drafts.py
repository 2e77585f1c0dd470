"""Drafts: what somebody is typing, kept in short transactions of their own, not audited since nothing is saved yet."""

from sqlalchemy import Connection, delete, insert, select, update

from store.shapes import DraftInfo, Kind
from store.tables import DRAFTS
from store.typed import moment, pack, unpack
from validators.records import Values


def save(
    connection: Connection,
    person: str,
    kind: Kind,
    record_id: str,
    values: Values,
    base_version: int,
    at: str,
    parent_id: str,
    section: str,
) -> None:
    """Keep a person's draft of a record in place of his earlier one."""
    columns = {
        "kind": kind,
        "parent_id": parent_id,
        "section": section,
        "typed": pack(values, f"draft of {kind} {record_id}"),
        "base_version": base_version,
        "saved_at": at,
    }
    mine = (DRAFTS.c.person == person, DRAFTS.c.record_id == record_id)
    if not connection.execute(update(DRAFTS).where(*mine).values(**columns)).rowcount:
        connection.execute(insert(DRAFTS).values(person=person, record_id=record_id, **columns))


def listed(connection: Connection, person: str | None) -> list[DraftInfo]:
    """A person's drafts, everybody's for None, the latest first."""
    query = select(DRAFTS).order_by(DRAFTS.c.saved_at.desc(), DRAFTS.c.number.desc())
    if person is not None:
        query = query.where(DRAFTS.c.person == person)
    return [
        DraftInfo(
            row.person,
            row.kind,
            row.record_id,
            row.parent_id,
            row.section,
            unpack(row.typed),
            row.base_version,
            moment(row.saved_at),
        )
        for row in connection.execute(query)
    ]


def drop(connection: Connection, person: str, record_id: str) -> None:
    """Forget a person's draft of a record."""
    connection.execute(delete(DRAFTS).where(DRAFTS.c.person == person, DRAFTS.c.record_id == record_id))
