"""What a hand-over has beside the records: typing that nobody saved yet, and notes on fields; out, and in again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from sqlalchemy import insert, or_, select

from store.disk.tables import CLIENTS, DRAFTS, EPISODES, EVENTS, FIELD_NOTES
from store.facts import AgencyInfo, Draft, Kind
from store.live import drafts
from store.records import handover, read
from store.records.values import stamp
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.records import Values

Base = Literal["new", "current", "overtaken"]
BASES: tuple[Base, ...] = get_args(Base)
_VERSIONS: Mapping[Base, int] = {"new": 0, "current": 1, "overtaken": 0}
"""Which version a draft was begun from, where every record that is taken in is at its first."""


@dataclass(frozen=True, slots=True)
class HandedDraft:
    """What somebody typed into a record and did not save; by account, and by window where there were several.

    `parent_id` is the record above, which may be but a draft, "" for a client, who stands under the agency. `base` says
    whether the record is new, stands as it did when typing began, or was saved by somebody since. `at_field` is
    the field one was in, `began_with` the values that stood there at first.
    """

    person: str
    session: str
    kind: Kind
    record_id: str
    parent_id: str
    section: str
    base: Base
    values: Values
    saved_at: str
    at_field: str = ""
    began_with: Values = field(default_factory=dict)
    unconfirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandedNote:
    """A line on a field of a record, such as what somebody waits for."""

    record_id: str
    kind: Kind
    field: str
    note: str
    noted_at: str
    noted_by: str


def unsaved(snapshot: Snapshot, agency: AgencyInfo) -> list[HandedDraft]:
    """Everybody's drafts of an agency's records, the first one first."""
    found = [
        HandedDraft(
            one.person,
            one.session,
            one.kind,
            one.record_id,
            "" if one.kind == "client" else one.parent_id,
            one.section,
            "new" if not one.version else "overtaken" if one.is_overtaken else "current",
            one.values,
            stamp(one.saved_at),
            one.at_field,
            one.began_with,
            tuple(sorted(one.unconfirmed)),
        )
        for one in drafts.in_agency(snapshot, agency)
        if one.differs
    ]
    return sorted(found, key=lambda one: (one.saved_at, one.record_id, one.person, one.session))


def notes(snapshot: Snapshot, agency: AgencyInfo) -> list[HandedNote]:
    """The notes on fields of an agency's records, those on deleted ones too, by record and field."""
    clients = select(CLIENTS.c.number).where(CLIENTS.c.agency_number == agency.number)
    episodes = select(EPISODES.c.number).where(EPISODES.c.agency_number == agency.number)
    its = FIELD_NOTES.c
    query = select(FIELD_NOTES).where(or_(its.client_number.in_(clients), its.episode_number.in_(episodes)))
    rows = snapshot.connection.execute(query.order_by(its.record_id, its.field))
    return [HandedNote(row.record_id, row.kind, row.field, row.note, row.noted_at, row.noted_by) for row in rows]


def take(
    unit: UnitOfWork,
    agency: AgencyInfo,
    taken: Collection[str],
    handed: Collection[HandedDraft],
    noted: Collection[HandedNote],
) -> tuple[int, int]:
    """Take drafts and notes in that are about the records `taken`, or about clients who were never saved; how many.

    What the store has already stays as it is. Raises Problem for values that cannot be stored.
    """
    ids = set(taken)
    known = handover.known_ids(unit, [one.record_id for one in handed if one.record_id not in ids])
    many = 0
    for one in sorted(handed, key=lambda one: ("client", "episode", "event").index(one.kind)):
        is_new = one.base == "new" and one.record_id not in known and (one.kind == "client" or one.parent_id in ids)
        if one.record_id not in ids and not is_new:
            continue
        ids.add(one.record_id)
        many += _take_draft(unit, agency, one)
    return many, _take_notes(unit, set(taken), noted)


def _take_draft(unit: UnitOfWork, agency: AgencyInfo, one: HandedDraft) -> bool:
    its = DRAFTS.c
    mine = (its.person == one.person, its.record_id == one.record_id, its.session == one.session)
    if unit.connection.execute(select(its.number).where(*mine)).first() is not None:
        return False
    draft = Draft(
        one.kind,
        one.record_id,
        one.values,
        _VERSIONS[one.base],
        parent_id=agency.id if one.kind == "client" else one.parent_id,
        section=one.section,
        at_field=one.at_field,
        began_with=one.began_with,
        unconfirmed=one.unconfirmed,
    )
    drafts.put(unit.connection, drafts.row_of(one.person, one.session, one.saved_at, draft))
    return True


def _take_notes(unit: UnitOfWork, taken: set[str], noted: Collection[HandedNote]) -> int:
    wanted = [one for one in noted if one.record_id in taken]
    numbers: dict[str, dict[str, int]] = {}
    for kind, table in (("client", CLIENTS), ("episode", EPISODES)):
        numbers[kind] = _numbers(unit, table.c.id, table.c.number, [one for one in wanted if one.kind == kind])
    events = [one for one in wanted if one.kind == "event"]
    numbers["event"] = _numbers(unit, EVENTS.c.id, EVENTS.c.episode_number, events)
    for one in wanted:
        above = "client_number" if one.kind == "client" else "episode_number"
        values: dict[str, Any] = {"record_id": one.record_id, "field": one.field, "kind": one.kind, "note": one.note}
        values |= {above: numbers[one.kind][one.record_id], "noted_at": one.noted_at, "noted_by": one.noted_by}
        unit.connection.execute(insert(FIELD_NOTES).values(values))
        unit.chain.add("note", one.kind, one.record_id, one.field, None, one.note)
    return len(wanted)


def _numbers(unit: UnitOfWork, id_column: Any, number: Any, noted: Collection[HandedNote]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in read.batches([one.record_id for one in noted]):
        rows = unit.connection.execute(select(id_column, number).where(id_column.in_(some)))
        found.update({row[0]: row[1] for row in rows})
    return found
