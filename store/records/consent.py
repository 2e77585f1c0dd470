"""Consent of an episode with its history: agreed, refused, withdrawn, not yet asked.

The field that travels and the history say the same: an entry changes the field, and whoever changes the field makes an
entry. Of an answer that stood in a record before there were entries only that is known; it is told as such and nothing
is made up around it.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast, get_args

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, insert, or_, select, update

from store.disk.tables import AGENCIES, CLIENTS, CONSENTS, EPISODES, NOTICES
from store.facts import AgencyInfo
from store.records.values import moment, unpack
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import Values
from validators.standard.model import Standard
from validators.standard.terminology import Sentence

State = Literal["agreed", "refused", "withdrawn", "not_asked", "unclear"]
Purpose = Literal["return", "ips"]
"""What consent is asked for: the national return, or individual placement and support, which asks apart."""

RECORD, KEYED, ASKED = "record", "keyed", "asked"
"""Where an entry comes from: only the record knows it, its field was keyed, it was recorded as an entry; else an act's
own word, such as `import`."""
TOLD = "consent_told"
"""What the audit calls that whoever has the data was told of a withdrawal."""


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """One answer. Of one that only the record knows, `id`, `entered_at` and all but `state` are empty."""

    episode_id: str
    purpose: Purpose
    state: State
    id: str = ""
    asked_on: str = ""
    asked_by: str = ""
    notice: str = ""
    note: str = ""
    source: str = RECORD
    entered_at: datetime | None = None
    entered_by: str = ""
    settled_at: datetime | None = None
    settled_by: str = ""
    settled_how: str = ""


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """What is to be recorded: `asked_on` as YYYY-MM-DD or empty, who asked, which notice was given, a note."""

    state: State
    asked_on: str = ""
    asked_by: str = ""
    notice: str = ""
    note: str = ""
    purpose: Purpose = "return"


@dataclass(frozen=True, slots=True)
class ConsentPlace:
    """An episode on a list about consent: whose it is, its days as YYYY-MM-DD, and whether it is deleted."""

    client_id: str
    episode_id: str
    reference: str
    opened: str
    closed: str
    deleted: bool = False
    entry: ConsentEntry | None = None


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """A version of an agency's own privacy notice."""

    version: str
    text: str
    entered_at: datetime
    entered_by: str


# Answers and states


def field_of(standard: Standard, purpose: Purpose) -> tuple[str, frozenset[str]]:
    """The field of an episode that an answer travels in, and the codes that agree; "" where there is none."""
    if purpose == "return":
        header = standard.role("consent")
        return header, standard.values["consented"] if header else frozenset()
    guarded = standard.guarded
    if guarded is None or standard.by_header[guarded.consent].level != "episode":
        return "", frozenset()
    return guarded.consent, guarded.consented


def state_of(standard: Standard, answer: str, purpose: Purpose = "return") -> State:
    """What an answer in the record says by itself; a refusal and a withdrawal are told apart by what was before."""
    if not answer:
        return "not_asked"
    if answer in field_of(standard, purpose)[1]:
        return "agreed"
    return "refused" if answer in _refusing(standard, purpose) else "unclear"


def answer_for(standard: Standard, state: State, purpose: Purpose = "return") -> str:
    """The answer that travels for a state, "" for none. Raises Problem where the data set has no such answer.

    What is asked beside the return and has no code for a No is left empty: then it is not sent.
    """
    if state == "not_asked":
        return ""
    codes = sorted(field_of(standard, purpose)[1]) if state == "agreed" else _refusing(standard, purpose)
    if not codes and purpose == "return":
        raise Problem(f"The data set {standard.id} has no code for a consent that is {state}: key it in the field.")
    return codes[0] if codes else ""


def _refusing(standard: Standard, purpose: Purpose) -> list[str]:
    header, consented = field_of(standard, purpose)
    codes = standard.code_lists.get(standard.by_header[header].codes) if header else None
    return [code for code in codes.codes if code not in consented] if codes else []


def fields_of(standard: Standard) -> dict[str, frozenset[str]]:
    """The fields an answer travels in, for whatever it is asked, and the codes that agree in each; also that of a
    client, of whom no answers are kept."""
    purposes: tuple[Purpose, ...] = get_args(Purpose)
    found = dict(field_of(standard, one) for one in purposes)
    if standard.guarded is not None:
        found.setdefault(standard.guarded.consent, standard.guarded.consented)
    return {header: codes for header, codes in found.items() if header}


def given_back(standard: Standard, stands: Values, put: Values) -> list[str]:
    """The fields in which `put` would agree to what is not agreed to as it `stands`.

    Whoever chooses more than these at one stroke chooses none of them: somebody may have taken that consent away.
    """
    asked = fields_of(standard).items()
    return [one for one, codes in asked if put.get(one) in codes and stands.get(one) not in codes]


# Reading


def history(snapshot: Snapshot, episode_id: str, purpose: Purpose = "return") -> tuple[ConsentEntry, ...]:
    """The answers for an episode, oldest first; what only the record knows bears no day and no name."""
    standard, number, values = _episode(snapshot, episode_id)
    rows = snapshot.connection.execute(
        select(CONSENTS)
        .where(CONSENTS.c.episode_number == number, CONSENTS.c.purpose == purpose)
        .order_by(CONSENTS.c.number)
    ).all()
    found = [_entry(row, episode_id) for row in rows]
    first = rows[0].before if rows else values.get(field_of(standard, purpose)[0], "")
    if first:
        found.insert(0, ConsentEntry(episode_id, purpose, state_of(standard, first, purpose)))
    return tuple(found)


def withdrawn(snapshot: Snapshot, agency: AgencyInfo, *, settled: bool = False) -> list[ConsentPlace]:
    """The episodes that were agreed to and are not any more, deleted ones, too, the latest first.

    One of which both the return and what has a consent of its own (IPS) was agreed to may be told twice. The entry told
    with each is the one that took the agreement away, whatever it says: what was sent before is with those who have it.
    With `settled` also those of which somebody said that they are told.
    """
    standard = snapshot.derivers[agency.standard].standard
    purposes: tuple[Purpose, ...] = ("return", "ips")
    query: Select[Any] = (
        select(*CONSENTS.c, *_PLACE)
        .join(EPISODES, EPISODES.c.number == CONSENTS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(EPISODES.c.agency_number == agency.number, or_(*(_takes_away(standard, one) for one in purposes)))
        .order_by(CONSENTS.c.number.desc())
    )
    if not settled:
        query = query.where(CONSENTS.c.settled_at.is_(None))
    return [_place(row, _entry(row, row.episode_id)) for row in snapshot.connection.execute(query)]


def unanswered(snapshot: Snapshot, agency: AgencyInfo) -> list[ConsentPlace]:
    """The episodes without an answer, in order of entry; none where the data set does not ask."""
    if snapshot.derivers[agency.standard].consented is None:
        return []
    query: Select[Any] = (
        select(*_PLACE)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(EPISODES.c.agency_number == agency.number, EPISODES.c.consent.is_(None))
        .where(EPISODES.c.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None))
        .order_by(EPISODES.c.number)
    )
    return [_place(row) for row in snapshot.connection.execute(query)]


def left_in(unit: UnitOfWork, agency: AgencyInfo, episode_ids: Sequence[str]) -> list[str]:
    """The episodes, of some, whose agreement was taken away in this unit of work."""
    if not episode_ids:
        return []
    query = (
        select(EPISODES.c.id)
        .join(CONSENTS, EPISODES.c.number == CONSENTS.c.episode_number)
        .where(EPISODES.c.id.in_(list(episode_ids)), CONSENTS.c.entered_at == unit.at)
        .where(_takes_away(unit.derivers[agency.standard].standard, "return"))
        .order_by(CONSENTS.c.number)
    )
    return list(dict.fromkeys(unit.connection.execute(query).scalars()))


def _takes_away(standard: Standard, purpose: Purpose) -> ColumnElement[bool]:
    """Of an entry: what stood before it was an agreement, it is none, and none came after it."""
    consented = field_of(standard, purpose)[1]
    later = CONSENTS.alias("later")
    again = exists().where(
        later.c.episode_number == CONSENTS.c.episode_number,
        later.c.purpose == purpose,
        later.c.state == "agreed",
        later.c.number > CONSENTS.c.number,
    )
    return and_(
        CONSENTS.c.purpose == purpose,
        CONSENTS.c.before.in_(sorted(consented)),
        CONSENTS.c.state != "agreed",
        ~again,
    )


# Writing


def add(unit: UnitOfWork, episode_id: str, answer: ConsentAnswer) -> None:
    """Enter an answer, beside the field, which is changed after it. Raises Problem when there is no such episode."""
    standard, number, values = _episode(unit, episode_id)
    before = history(unit, episode_id, answer.purpose)
    header = field_of(standard, answer.purpose)[0]
    told = {name: getattr(answer, name) for name in ("asked_on", "asked_by", "notice", "note")}
    _insert(unit, number, answer.purpose, answer.state, values.get(header, ""), ASKED, told)
    field = header or answer.purpose.upper()
    unit.chain.add("consent", "episode", episode_id, field, before[-1].state if before else None, answer.state)


def follow(unit: UnitOfWork, standard: Standard, number: int, old: Values, new: Values, act: str) -> None:
    """An episode was saved: enter what its fields of consent say now, unless an entry says so already.

    A No after a Yes is a withdrawal. The change of the field is audited where it is made.
    """
    purposes: tuple[Purpose, ...] = ("return", "ips")
    for purpose in purposes:
        header = field_of(standard, purpose)[0]
        before, now = old.get(header, ""), new.get(header, "")
        if before == now:
            continue
        query = select(CONSENTS.c.state).where(CONSENTS.c.episode_number == number, CONSENTS.c.purpose == purpose)
        last = unit.connection.execute(query.order_by(CONSENTS.c.number.desc()).limit(1)).scalar_one_or_none()
        state = state_of(standard, now, purpose)
        if last is not None and state in (last, _told_by_field(standard, last, purpose)):
            continue
        if state == "refused" and state_of(standard, before, purpose) == "agreed":
            state = "withdrawn"
        _insert(unit, number, purpose, state, before, KEYED if act in ("create", "change") else act, {})


def _told_by_field(standard: Standard, state: State, purpose: Purpose) -> State:
    """What the field alone says once it follows an answer: it knows no withdrawal, and perhaps no refusal."""
    if state not in ("refused", "withdrawn"):
        return state
    return "refused" if _refusing(standard, purpose) else "not_asked"


def settle(unit: UnitOfWork, entry_id: str, how: str) -> ConsentEntry:
    """Tick a withdrawal that no extract can carry: whoever has the data was told, and how. Raises Problem."""
    return _settled(unit, entry_id, {"settled_at": unit.at, "settled_by": unit.person, "settled_how": how}, is_so=False)


def unsettle(unit: UnitOfWork, entry_id: str) -> ConsentEntry:
    """Take such a tick back. Raises Problem."""
    return _settled(unit, entry_id, {"settled_at": None, "settled_by": None, "settled_how": ""}, is_so=True)


def _settled(unit: UnitOfWork, entry_id: str, values: dict[str, Any], *, is_so: bool) -> ConsentEntry:
    query: Select[Any] = select(*CONSENTS.c, EPISODES.c.id.label("episode_id")).join(
        EPISODES, EPISODES.c.number == CONSENTS.c.episode_number
    )
    found = unit.connection.execute(query.where(CONSENTS.c.id == entry_id)).one_or_none()
    if found is None or found.state == "agreed":
        raise Problem("There is no such withdrawal in the store: read the list again.")
    if (found.settled_at is not None) is not is_so:
        raise Problem(f"That withdrawal is {'not ticked' if is_so else 'ticked already'}: read the list again.")
    unit.connection.execute(update(CONSENTS).where(CONSENTS.c.id == entry_id).values(**values))
    old, new = found.settled_how or None, values["settled_how"] or None
    unit.chain.add("annotate", "episode", found.episode_id, TOLD, old, new)
    return _entry(unit.connection.execute(query.where(CONSENTS.c.id == entry_id)).one(), found.episode_id)


def _insert(
    unit: UnitOfWork, number: int, purpose: Purpose, state: State, before: str, source: str, told: dict[str, str]
) -> None:
    empty = {"asked_on": "", "asked_by": "", "notice": "", "note": "", "settled_how": ""}
    unit.connection.execute(
        insert(CONSENTS).values(
            id=str(uuid.uuid4()),
            episode_number=number,
            purpose=purpose,
            state=state,
            before=before,
            source=source,
            entered_at=unit.at,
            entered_by=unit.person,
            **{**empty, **told},
        )
    )


# Notices


def notices(snapshot: Snapshot, agency: AgencyInfo) -> list[KeptNotice]:
    """The versions of an agency's own notice, the one in use last; none where it has none of its own."""
    query = select(NOTICES).where(NOTICES.c.agency_number == agency.number).order_by(NOTICES.c.number)
    rows = snapshot.connection.execute(query)
    return [KeptNotice(row.version, row.told, moment(row.entered_at), row.entered_by) for row in rows]


def keep_notice(unit: UnitOfWork, agency: AgencyInfo, version: str, text: str) -> None:
    """Keep a new version of an agency's own notice, in use from now on. Raises Problem for a version there was."""
    if any(one.version == version for one in notices(unit, agency)):
        raise Problem(f"There is a privacy notice of the version {version} already: give the new one another.")
    values = {"version": version, "told": text, "entered_at": unit.at, "entered_by": unit.person}
    unit.connection.execute(insert(NOTICES).values(agency_number=agency.number, **values))
    unit.chain.add("set", "agency", agency.id, "privacy notice", None, version)


# Rows

_PLACE = (
    CLIENTS.c.id.label("client_id"),
    EPISODES.c.id.label("episode_id"),
    func.coalesce(CLIENTS.c.reference, "").label("reference"),
    func.coalesce(EPISODES.c.opened, "").label("opened"),
    func.coalesce(EPISODES.c.closed, "").label("closed"),
    EPISODES.c.deleted_at.label("gone"),
    CLIENTS.c.deleted_at.label("client_gone"),
)


def _episode(snapshot: Snapshot, episode_id: str) -> tuple[Standard, int, Values]:
    """The standard an episode is kept by, its number, and its values. Raises Problem."""
    query = (
        select(EPISODES.c.number, EPISODES.c.typed, AGENCIES.c.standard)
        .join(AGENCIES, AGENCIES.c.number == EPISODES.c.agency_number)
        .where(EPISODES.c.id == episode_id)
    )
    found = snapshot.connection.execute(query).one_or_none()
    if found is None:
        raise Problem(Sentence("There is no such {episode} in the store: read the client again."))
    return snapshot.derivers[found.standard].standard, found.number, unpack(found.typed)


def _place(row: Row[Any], entry: ConsentEntry | None = None) -> ConsentPlace:
    gone = row.gone is not None or row.client_gone is not None
    return ConsentPlace(row.client_id, row.episode_id, row.reference, row.opened, row.closed, gone, entry)


def _entry(row: Row[Any], episode_id: str) -> ConsentEntry:
    return ConsentEntry(
        episode_id,
        cast(Purpose, row.purpose),
        cast(State, row.state),
        row.id,
        row.asked_on,
        row.asked_by,
        row.notice,
        row.note,
        row.source,
        moment(row.entered_at),
        row.entered_by,
        moment(row.settled_at) if row.settled_at else None,
        row.settled_by or "",
        row.settled_how,
    )
