"""Saving clients, episodes and events: entered, changed, deleted softly, brought back, annotated."""

import uuid
from typing import Any

from sqlmodel import select

from store.disk import audit
from store.disk.tables import Agency, Client, Episode, Event
from store.facts import RECORD_KINDS, Kind, NewerVersion, NotedSince, NotThere, StoredRecord
from store.findings import queries
from store.records import carried, consent, merge, read, renamed
from store.records.client_numbers import own_number
from store.records.values import Deriver, named, pack
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import Values
from validators.standard.terminology import Sentence

Row = Client | Episode | Event
LETTER = "letter"
"""The act of a change of letter: it puts values under other headers, of what is deleted, too, which may come back."""


def create(
    unit: UnitOfWork,
    kind: Kind,
    parent_id: str,
    section: str,
    values: Values,
    *,
    act: str = "create",
    record_id: str | None = None,
) -> StoredRecord:
    """Enter a record under an agency (for a client), a client or an episode; return it.

    The identifier that the program makes is put in where `values` has no entry for it, not even an empty one; a
    number that it gives, where nothing was typed.
    `section` counts for events only. `record_id` keeps the id a draft was kept under. Raises Problem when the
    parent is not there, or it or what it stands under is deleted.
    """
    agency, numbers = _parent(unit, kind, parent_id)
    deriver = unit.derivers[agency.standard]
    section = section if kind == "event" else ""
    own_id = record_id or str(uuid.uuid4())
    typed = dict(_in_words_of_today(unit, agency, {}, values))
    made = deriver.made_id(kind, section)
    if made:
        typed.setdefault(made, own_id)
    derived: dict[str, Any] = dict(deriver.columns(kind, section, typed))
    if kind == "event":
        derived["section"] = section
    packed = pack(typed, named(kind, own_id))
    common: dict[str, Any] = {"id": own_id, "typed": packed, "version": 1, **numbers, **derived}
    common |= {"created_at": unit.at, "created_by": unit.person, "changed_at": unit.at, "changed_by": unit.person}
    row: Row = {"client": Client, "episode": Episode, "event": Event}[kind](**common)
    unit.session.add(row)
    unit.session.flush()
    for header in deriver.numbered(kind):
        if isinstance(row, Client) and row.number and not typed.get(header):
            typed[header] = own_number(unit.connection, row.agency_number, row.number)
            row.typed = packed = pack(typed, named(kind, own_id))
            row.reference = deriver.columns(kind, section, typed)["reference"]
            unit.session.flush()
    _follow_consent(unit, deriver, row, ({}, typed), act)
    _mark(unit, row)
    unit.chain.add(act, kind, own_id, "", None, packed)
    return read.get(unit, kind, own_id)


def change(
    unit: UnitOfWork,
    kind: Kind,
    record_id: str,
    values: Values,
    version: int,
    *,
    act: str = "change",
    before: Values | None = None,
) -> StoredRecord:
    """Save a record's values over the version they were made from; return it as it stands then.

    `before` are the values of that version, where somebody had them in hand for longer than this unit of work: in a
    store that was put back meanwhile and worked with, the same number may stand for other ones. One audit row for each
    field that differs; where none does, nothing is written. Raises NewerVersion when somebody saved since, Problem when
    the record is not there, or it or what it stands under is deleted: nobody would see what is written there.
    """
    theirs = read.get(unit, kind, record_id)
    _require_version(unit, theirs, version, values, before)
    if theirs.deleted and act != LETTER:
        told = "The {record} is deleted: bring it back before changing it."
        raise Problem(Sentence(told, record=named(kind, record_id)))
    agency = _agency_of(unit, kind, theirs.parent_id, deleted=act == LETTER)
    deriver = unit.derivers[agency.standard]
    if act != LETTER:
        values = _in_words_of_today(unit, agency, theirs.values, values)
    for header in deriver.numbered(kind):
        if not values.get(header):  # a number is never without one again
            values = {**values, header: theirs.values.get(header) or _number_for(unit, record_id)}
    # Packed first, so that values which cannot be stored are refused before anything is audited.
    packed = pack(values, named(kind, record_id))
    changed: list[str] = []
    for header in dict.fromkeys((*theirs.values, *values)):
        old, new = theirs.values.get(header, ""), values.get(header, "")
        if old != new:
            changed.append(header)
            unit.chain.add(act, kind, record_id, header, old, new)
    if not changed:
        return theirs
    row = _row(unit, kind, record_id)
    row.typed = packed
    # Those of an event of another edition, which a change of letter goes through as well, stay as they are.
    if kind != "event" or act != LETTER or deriver.has_events(theirs.section):
        for column, value in deriver.columns(kind, theirs.section, values).items():
            setattr(row, column, value)
    _touch(unit, row)
    if kind != "client":
        carried.changed(unit, kind, record_id, changed)
    _follow_consent(unit, deriver, row, (theirs.values, values), act)
    return read.get(unit, kind, record_id)


def delete(unit: UnitOfWork, kind: Kind, record_id: str, version: int) -> StoredRecord:
    """Delete a record softly; what lies below it is hidden and comes back with it. Raises as `change` does."""
    return _set_deleted(unit, kind, record_id, version, deleted=True)


def undelete(unit: UnitOfWork, kind: Kind, record_id: str, version: int) -> StoredRecord:
    """Bring a deleted record back. Raises as `change` does, and Problem for a client merged into another."""
    if kind == "client":
        merge.refuse_merged(unit, record_id)
    return _set_deleted(unit, kind, record_id, version, deleted=False)


def annotate(
    unit: UnitOfWork,
    episode_id: str,
    key_worker: str | None = None,
    note: str | None = None,
    before: tuple[str, str] | None = None,
) -> None:
    """Keep an episode's key worker and note, which are never sent; None leaves one as it is, "" takes it away.

    `before` are the two that whoever writes saw there, None where nobody looked. Raises NotedSince where what is to be
    written over is another one by now.
    """
    episode = _row(unit, "episode", episode_id) if read.get(unit, "episode", episode_id) else None
    assert isinstance(episode, Episode) and episode.number is not None
    _mark(unit, episode)
    if not queries.has_state(unit.connection, episode.number):
        unit.settle()
    for at, (field, new) in enumerate((("key_worker", key_worker), ("note", note))):
        if new is not None:
            old = queries.annotate(unit.connection, episode.number, field, new)
            if before is not None and old not in (before[at], new):
                by = audit.last_by(unit, episode_id, "annotate", field)
                raise NotedSince(field.replace("_", " "), old, by)
            if old != new:
                queries.note_who(unit.connection, episode.number, unit.person, unit.at)
                unit.chain.add("annotate", "episode", episode_id, field, old, new)


def _follow_consent(unit: UnitOfWork, deriver: Deriver, row: Row, values: tuple[Values, Values], act: str) -> None:
    """Whichever way an answer came into the record, the history of consent has it: the values before and now."""
    if isinstance(row, Episode) and row.number is not None and deriver.consented is not None:
        consent.follow(unit, deriver.standard, row.number, *values, act)


def _row(unit: UnitOfWork, kind: Kind, record_id: str) -> Row:
    if kind == "client":
        return unit.session.exec(select(Client).where(Client.id == record_id).with_for_update()).one()
    if kind == "episode":
        return unit.session.exec(select(Episode).where(Episode.id == record_id).with_for_update()).one()
    return unit.session.exec(select(Event).where(Event.id == record_id).with_for_update()).one()


def _require_version(
    unit: UnitOfWork, theirs: StoredRecord, version: int, values: Values | None, before: Values | None = None
) -> None:
    if theirs.version != version or before not in (None, theirs.values):
        mine = StoredRecord(
            theirs.kind,
            theirs.id,
            theirs.parent_id,
            theirs.section,
            dict(theirs.values if values is None else values),
            version,
            theirs.changed_at,
            unit.person,
        )
        raise NewerVersion(mine, theirs)


def _number_for(unit: UnitOfWork, client_id: str) -> str:
    row = unit.session.exec(select(Client).where(Client.id == client_id)).one()
    assert row.number is not None
    return own_number(unit.connection, row.agency_number, row.number)


def _set_deleted(unit: UnitOfWork, kind: Kind, record_id: str, version: int, *, deleted: bool) -> StoredRecord:
    theirs = read.get(unit, kind, record_id)
    _require_version(unit, theirs, version, None)
    if theirs.deleted == deleted:
        return theirs
    row = _row(unit, kind, record_id)
    row.deleted_at = unit.at if deleted else None
    unit.chain.add("delete" if deleted else "undelete", kind, record_id, "", None, None)
    _touch(unit, row)
    if deleted and not isinstance(row, Event):
        queries.forget(unit.connection, row)
    return read.get(unit, kind, record_id)


def _mark(unit: UnitOfWork, row: Row) -> None:
    """Remember whose line is to be written anew."""
    if isinstance(row, Event):
        query = select(Episode.client_number).where(Episode.number == row.episode_number)
        unit.touch(unit.session.exec(query).one())
    else:
        number = row.client_number if isinstance(row, Episode) else row.number
        assert number is not None
        unit.touch(number)


def _touch(unit: UnitOfWork, row: Row) -> None:
    row.version += 1
    row.changed_at, row.changed_by = unit.at, unit.person
    unit.session.flush()
    _mark(unit, row)


def _in_words_of_today(unit: UnitOfWork, agency: Agency, before: Values, values: Values) -> Values:
    assert agency.number is not None
    standard = unit.derivers[agency.standard].standard
    return renamed.in_words_of_today(unit.connection, agency.number, standard, before, values)


def _agency_of(unit: UnitOfWork, kind: Kind, parent_id: str, *, deleted: bool = False) -> Agency:
    """The agency above a record that is already there. Raises Problem where something between the two is deleted,
    unless that counts for nothing."""
    for above in reversed(RECORD_KINDS[: RECORD_KINDS.index(kind)]):
        over = read.get(unit, above, parent_id)
        if over.deleted and not deleted:
            told = "The {record} is deleted: bring it back before changing what stands under it."
            raise Problem(Sentence(told, record=named(above, over.id)))
        parent_id = over.parent_id
    return unit.session.exec(select(Agency).where(Agency.id == parent_id)).one()


def _parent(unit: UnitOfWork, kind: Kind, parent_id: str) -> tuple[Agency, dict[str, int]]:
    """The agency and the columns that tie a new record to what stands above it."""
    if kind == "client":
        agency = unit.session.exec(select(Agency).where(Agency.id == parent_id)).one_or_none()
        if agency is None or agency.number is None:
            raise NotThere(f"There is no agency {parent_id} in the store: it was taken out, or is another store's.")
        return agency, {"agency_number": agency.number}
    above: Kind = "client" if kind == "episode" else "episode"
    parent = read.get(unit, above, parent_id)
    if parent.deleted:
        told = "The {record} is deleted: bring it back before adding to it."
        raise Problem(Sentence(told, record=named(above, parent_id)))
    row = _row(unit, above, parent_id)
    assert row.number is not None
    agency = _agency_of(unit, above, parent.parent_id)
    if isinstance(row, Client):
        return agency, {"client_number": row.number, "agency_number": row.agency_number}
    return agency, {"episode_number": row.number}
