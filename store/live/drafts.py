"""Drafts: what somebody is typing, kept in short transactions of their own, not audited since nothing is saved yet."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, insert, or_, select, update

from store.disk import schema
from store.disk.audit import REMOVE
from store.disk.sqlite import PreparedStatement
from store.disk.tables import AGENCIES, AUDITS, CLIENTS, DRAFTS, EPISODES, EVENTS, VERSIONS
from store.facts import AgencyInfo, Draft, DraftInfo, Kind, Who
from store.records.read import TABLES, is_saved
from store.records.values import moment, pack, stamp, unpack
from store.snapshot import Snapshot
from store.store import Store
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import Values
from validators.standard.terminology import Sentence, term

_UPWARDS: tuple[Kind, ...] = ("event", "episode", "client")
_LINKS: Mapping[Kind, tuple[Table, Table, ColumnElement[bool]]] = {
    "event": (EVENTS, EPISODES, EVENTS.c.episode_number == EPISODES.c.number),
    "episode": (EPISODES, CLIENTS, EPISODES.c.client_number == CLIENTS.c.number),
    "client": (CLIENTS, AGENCIES, CLIENTS.c.agency_number == AGENCIES.c.number),
}
"""Each kind of record with what it stands under, and how they hang together."""


class RemovedForGood(Problem):
    """What is typed is of a client who was removed meanwhile: nothing of it may be kept anywhere."""


def save(unit: UnitOfWork, draft: Draft) -> None:
    """Keep what a person has typed into a record so far, in place of the earlier draft of the same session.

    Raises RemovedForGood where the record, or the one above it, was removed: nothing of it is kept again.
    """
    if was_removed(unit.connection, draft.record_id, draft.parent_id):
        raise RemovedForGood("The client was removed for good while this was typed: what was typed is not kept.")
    put(unit.connection, row_of(unit.person, unit.who.session, unit.at, draft))


def keep(store: Store, who: Who, draft: Draft) -> None:
    """The same with nearly every key, in one statement; before the first draft of a record one more. Raises Problem."""
    row = row_of(who.person, who.session, stamp(who.at), draft) | {"version": schema.HEAD}
    if not (store.at_once(_KEEP, **row) or store.at_once(_BEGIN, **row)):
        store.do(who, save, draft)  # which says why it is refused


def was_removed(connection: Connection, record_id: str, parent_id: str) -> bool:
    """Whether a record was removed for good, or the one above a new one."""
    return _REMOVED.on(connection, record_id=record_id, parent_id=parent_id).first() is not None


def row_of(person: str, session: str, at: str, draft: Draft) -> dict[str, Any]:
    """A draft as the table keeps it. Raises Problem for values that cannot be stored."""
    what = Sentence("draft of {kind} {id}", kind=term(draft.kind), id=draft.record_id)
    return {
        "person": person,
        "record_id": draft.record_id,
        "session": session,
        "kind": draft.kind,
        "parent_id": draft.parent_id,
        "section": draft.section,
        "typed": pack(draft.values, what),
        "base_version": draft.base_version,
        "saved_at": at,
        "at_field": draft.at_field,
        "began_with": pack(draft.began_with, what),
        "unconfirmed": json.dumps(sorted(draft.unconfirmed)),
    }


def listed(
    snapshot: Snapshot, person: str | None = None, *, parent_id: str | None = None, section: str | None = None
) -> list[DraftInfo]:
    """A person's drafts, everybody's for None, those under a parent or of a section only; the latest first."""
    query = select(DRAFTS).order_by(DRAFTS.c.saved_at.desc(), DRAFTS.c.number.desc())
    for column, wanted in ((DRAFTS.c.person, person), (DRAFTS.c.parent_id, parent_id), (DRAFTS.c.section, section)):
        if wanted is not None:
            query = query.where(column == wanted)
    return [info(snapshot.connection, row) for row in snapshot.connection.execute(query).all()]


def in_agency(snapshot: Snapshot, agency: AgencyInfo, every: Sequence[DraftInfo] | None = None) -> list[DraftInfo]:
    """Everybody's drafts of an agency's records; the latest first. What a new record stands under may be a draft too.

    `every` are the drafts to look among, those of the store where none are given. Where what one stands under is gone
    for good the draft is no agency's: there is nowhere to open it.
    """
    if every is None:
        every = listed(snapshot, None)
    parents = {draft.record_id: draft.parent_id for draft in every}
    return [draft for draft in every if _agency_id(snapshot.connection, draft, parents) == agency.id]


def _agency_id(connection: Connection, draft: DraftInfo, parents: Mapping[str, str]) -> str:
    """What a draft's client stands under, walked up to from the record; "" where the way ends before."""
    at = draft.record_id
    for kind in _UPWARDS[_UPWARDS.index(draft.kind) :]:
        table, above, link = _LINKS[kind]
        query = select(above.c.id).join_from(table, above, link).where(table.c.id == at)
        at = connection.execute(query).scalar_one_or_none() or parents.get(at, "")
    return at


def one(snapshot: Snapshot, person: str, record_id: str) -> DraftInfo | None:
    """A person's latest draft of a record, None when there is none."""
    query = select(DRAFTS).where(*_mine(person, record_id)).order_by(DRAFTS.c.saved_at.desc(), DRAFTS.c.number.desc())
    row = snapshot.connection.execute(query).first()
    return info(snapshot.connection, row) if row is not None else None


def kept_at(connection: Connection, person: str, record_id: str) -> dict[str, str]:
    """When each session wrote its draft of a person's record, as it is kept."""
    query = select(DRAFTS.c.session, DRAFTS.c.saved_at).where(*_mine(person, record_id))
    return {row.session: row.saved_at for row in connection.execute(query)}


def put(connection: Connection, row: Mapping[str, Any]) -> None:
    """Enter a draft, as `row_of` made it, in place of that of its session."""
    if not _REPLACE.on(connection, **row).rowcount:
        _ENTER.on(connection, **row)


def drop(unit: UnitOfWork, record_id: str, session: str | None = None) -> None:
    """Forget the person's drafts of a record, that of one session only when it is given."""
    unit.connection.execute(delete(DRAFTS).where(*_mine(unit.person, record_id, session)))


def take_over(unit: UnitOfWork, record_id: str, source: str, session: str) -> None:
    """Make one session's draft of a record another's; what that one had itself is left in the first one's place."""
    if source == session:
        return
    for before, after in ((session, "\0"), (source, session), ("\0", source)):
        unit.connection.execute(update(DRAFTS).where(*_mine(unit.person, record_id, before)).values(session=after))


def rename(
    unit: UnitOfWork, agency: AgencyInfo, headers: Mapping[str, str], changed: Collection[str], *, keep: bool
) -> None:
    """Have what anybody typed stand at the fields that are called otherwise now, header before → header.

    `changed` are the ids of the records that were changed for it: a draft of how one stood before is one of how it
    stands now. With `keep` the values stay at their old headers, too, as in the records.
    """
    for one in in_agency(unit, agency):
        made = one.record_id in changed and one.version == one.base_version + 1
        now = replace(
            one.as_draft(),
            values=_renamed(one.values, one.began_with, headers, keep=keep),
            began_with=_renamed(one.began_with, one.began_with, headers, keep=keep),
            base_version=one.version if made else one.base_version,
            at_field=headers.get(one.at_field, one.at_field),
            unconfirmed=tuple(headers.get(header, header) for header in one.unconfirmed),
        )
        if now != one.as_draft():
            put(unit.connection, row_of(one.person, one.session, stamp(one.saved_at), now))


def _renamed(values: Values, began_with: Values, headers: Mapping[str, str], *, keep: bool) -> Values:
    now = dict(values)
    for before, after in headers.items():
        if keep:
            if values.get(before) or after in values:
                now[after] = values.get(before, "")
        elif before in values or before in began_with:
            # What was emptied under the one name is not to stand under the other.
            now[after] = values.get(before, "")
            now.pop(before, None)
    return now


def _mine(person: str, record_id: str, session: str | None = None) -> list[ColumnElement[bool]]:
    found = [DRAFTS.c.person == person, DRAFTS.c.record_id == record_id]
    return found if session is None else [*found, DRAFTS.c.session == session]


# A draft is written with nearly every key.

_COLUMNS = {column.name: bindparam(column.name, type_=column.type) for column in DRAFTS.c if column.name != "number"}
_KEYS = ("person", "record_id", "session")
# What a saved record stood under when it was typed in may be somebody else's by now.
_IS_REMOVED = select(AUDITS.c.number).where(
    AUDITS.c.record_id.in_([_COLUMNS["record_id"], _COLUMNS["parent_id"]]),
    AUDITS.c.act == REMOVE,
    or_(AUDITS.c.record_id == _COLUMNS["record_id"], ~is_saved(_COLUMNS["record_id"])),
)
_IS_CURRENT = select(VERSIONS.c.version_num).where(VERSIONS.c.version_num == bindparam("version"))
_CHANGE = (
    update(DRAFTS)
    .where(*(DRAFTS.c[name] == _COLUMNS[name] for name in _KEYS))
    .values({name: value for name, value in _COLUMNS.items() if name not in _KEYS})
)
_REPLACE = PreparedStatement(_CHANGE)
_MAY_BE_KEPT = (_IS_CURRENT.exists(), ~_IS_REMOVED.exists())
_KEEP = PreparedStatement(_CHANGE.where(*_MAY_BE_KEPT))
_BEGIN = PreparedStatement(insert(DRAFTS).from_select(list(_COLUMNS), select(*_COLUMNS.values()).where(*_MAY_BE_KEPT)))
_ENTER = PreparedStatement(insert(DRAFTS).values(_COLUMNS))
_REMOVED = PreparedStatement(_IS_REMOVED.limit(1))


def info(connection: Connection, row: Any) -> DraftInfo:
    """What a row of the table, wherever that lies, says beside what is saved."""
    values = unpack(row.typed)
    table = TABLES[row.kind]
    stands = connection.execute(select(table.c.typed, table.c.version).where(table.c.id == row.record_id)).one_or_none()
    before = unpack(stands.typed) if stands else {}
    differ = sum(before.get(header, "") != values.get(header, "") for header in {*before, *values})
    return DraftInfo(
        row.person,
        row.kind,
        row.record_id,
        row.parent_id,
        row.section,
        values,
        row.base_version,
        moment(row.saved_at),
        row.at_field,
        differ,
        stands.version if stands else 0,
        unpack(row.began_with),
        tuple(json.loads(row.unconfirmed)),
        row.session,
    )
