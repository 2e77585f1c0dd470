"""One code of a field put in place of another, in all records of a list of clients: seen before, undone as one.

Only codes, and only of fields that say nothing of who somebody is: there is no free change of many records. Each record
is changed as by hand, with a line of the audit of its own; one note says that they belong together.
"""

import json
from dataclasses import dataclass
from typing import cast

from exporters.formats import choose
from exporters.records import find
from store.clients import search
from store.disk import audit
from store.facts import AgencyInfo, AuditEntry, ClientQuery, HoldingRecord, Kind
from store.records import holding, read
from store.records import save as stored_save
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.standard.model import Field, Standard

ACT, NOTE, BACK = "recode", "recoded", "recoded back"
"""The acts of the audit: one record's change, the note that ties them together, the note that they were undone."""
MOST = 2000
"""Records at once: they are written in one transaction, during which nobody else can save."""


@dataclass(frozen=True)
class Recoding:
    """What is to be changed: a field, the value that stands there, and the code that is to stand there."""

    header: str
    old: str
    new: str


@dataclass(frozen=True)
class RecodePreview:
    """The records that would be changed, and how many are left out since somebody has a draft of them."""

    recoding: Recoding
    records: tuple[HoldingRecord, ...]
    drafted: int = 0


def fields(standard: Standard) -> list[Field]:
    """The fields whose codes may be changed in many records: those with a list, keyed by persons, but for consent, sex
    and all else that tells who somebody is or links what was sent."""
    link = choose.of(standard).link
    kept_out = {standard.role(name) for name in ("consent", "sex", "agency", "residence")}
    kept_out |= set(link.headers) if link is not None else set()
    kept_out |= {standard.guarded.consent} if standard.guarded is not None else set()
    return [one for one in standard.fields if one.codes and one.keyed == "person" and one.header not in kept_out]


def refuse(standard: Standard, recoding: Recoding) -> None:
    """Raise Problem for a change that is none of a code, or not to be made in many records at once."""
    field = next((one for one in fields(standard) if one.header == recoding.header), None)
    if field is None:
        raise Problem("Only fields with a list of codes can be recoded, none that tells who somebody is: choose one.")
    if not recoding.old or recoding.old == recoding.new:
        raise Problem("Name the value that stands there and another code: there is nothing to recode.")
    if recoding.new not in standard.code_lists[field.codes].codes:
        raise Problem(f"The new value is no code of {field.label}: keywork standards show lists them.")


def values(snapshot: Snapshot, agency: AgencyInfo, query: ClientQuery, header: str) -> dict[str, int]:
    """The values that stand in a field of the clients of a list, with how many records hold each, the most frequent
    first."""
    return holding.values(snapshot, agency, header, _listed(snapshot, agency, query))


def _listed(snapshot: Snapshot, agency: AgencyInfo, query: ClientQuery) -> set[str] | None:
    """The ids of the clients of a list; None where it is all of them."""
    if query.text.strip() or query.filters or query.key_worker:
        return set(search.ids(snapshot, agency, query, 0, search.count(snapshot, agency, query)))
    return None


def preview(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, query: ClientQuery, recoding: Recoding
) -> RecodePreview:
    """What would be changed of the clients of a list. Raises Problem for too much at once, and as `refuse` does."""
    refuse(standard, recoding)
    found = holding.holding(snapshot, agency, recoding.header, recoding.old)
    listed = _listed(snapshot, agency, query)
    if listed is not None:
        found = [one for one in found if one.client_id in listed]
    free = tuple(one for one in found if not one.has_draft)
    if len(free) > MOST:
        raise Problem(f"That is {len(free):,} records, and at most {MOST:,} are recoded at once: narrow the list.")
    return RecodePreview(recoding, free, len(found) - len(free))


def save(unit: UnitOfWork, standard: Standard, its: RecodePreview) -> int:
    """Change the records as they were seen, with one note; how many there were. Raises NewerVersion when somebody has
    saved one of them since: then none is changed."""
    refuse(standard, its.recoding)
    if not its.records:
        raise Problem("No record holds that value: nothing is changed.")
    header, new = its.recoding.header, its.recoding.new
    for one in its.records:
        record = one.record
        stored_save.change(unit, record.kind, record.id, {**record.values, header: new}, record.version, act=ACT)
    first = its.records[0].record
    _note(unit, NOTE, its.recoding, first.kind, first.id, len(its.records))
    return len(its.records)


def _note(unit: UnitOfWork, act: str, recoding: Recoding, kind: str, record_id: str, many: int) -> None:
    told = {"field": recoding.header, "from": recoding.old, "to": recoding.new, "records": str(many)}
    unit.chain.add(act, kind, record_id, "", None, json.dumps(told))


@dataclass(frozen=True)
class LastRecoding:
    """What a person recoded last and has not taken back: the note's number, and the single changes."""

    number: int
    recoding: Recoding
    changes: tuple[AuditEntry, ...]


def last(snapshot: Snapshot, person: str) -> LastRecoding | None:
    """The latest recoding of a person; None where there is none, it was taken back, or its history was erased."""
    note = audit.latest(snapshot, person, (NOTE, BACK))
    if note is None or note.act == BACK or note.new is None:
        return None
    told = json.loads(note.new)
    many = int(told["records"])
    changes = tuple(audit.between(snapshot, note.number - many, note.number - 1))
    recoding = Recoding(told["field"], told["from"], told["to"])
    fits = len(changes) == many and all((one.act, one.field) == (ACT, recoding.header) for one in changes)
    return LastRecoding(note.number, recoding, changes) if fits else None


def take_back(unit: UnitOfWork, agency: AgencyInfo) -> int:
    """Put back what the person at work recoded last, as one act; how many records there were.

    Raises Problem where there is nothing to take back, where that was in another agency, and where a value is another
    one by now: then all stay.
    """
    its = last(unit, unit.person)
    if its is None:
        raise Problem("You recoded nothing that can be taken back.")
    first = read.get(unit, cast(Kind, its.changes[0].kind), its.changes[0].record_id)
    if read.get(unit, "client", find.client_of(unit, first)).parent_id != agency.id:
        raise Problem(f"What you recoded last is another agency's, not {agency.code}'s: open that one to take it back.")
    for one in its.changes:
        record = read.get(unit, cast(Kind, one.kind), one.record_id)
        if record.deleted or record.values.get(its.recoding.header) != its.recoding.new:
            raise Problem("One of the records was changed or deleted since: change the others back by hand.")
        put = {**record.values, its.recoding.header: its.recoding.old}
        stored_save.change(unit, record.kind, record.id, put, record.version, act=ACT)
    _note(unit, BACK, its.recoding, first.kind, first.id, len(its.changes))
    return len(its.changes)
