"""Removal of a client: one person asks, another confirms; then every value is gone from the store, for good.

What stays says nothing of the client: the store's own ids in the audit, whose links hold without their values, and that
they were removed, why, and by whom. Copies of the store made before still have them; see `exporters.subject.removal`.
"""

import json
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, delete, func, insert, or_, select, update

from store.clients import index
from store.disk.audit import REMOVE
from store.disk.tables import (
    ACCEPTANCES,
    AUDIT_VALUES,
    AUDITS,
    BOUNCE_LISTS,
    CLIENTS,
    CONFIRMATIONS,
    CONSENTS,
    DRAFTS,
    EPISODES,
    EVENTS,
    EXTRACTS,
    FIELD_NOTES,
    LINES,
    MERGES,
    METADATA,
    NAMES,
    PRESENCES,
    REMOVALS,
    SAVED_VIEWS,
    SENT_RECORDS,
    STATES,
    SUBMISSIONS,
    TICKS,
)
from store.facts import AgencyInfo, ClientTree, DueRemoval, ExtractInfo, Kind, RemovalInfo, RemovalReason, StoredRecord
from store.findings import results
from store.live import presence
from store.month import agency_settings, extracts, submissions
from store.month.facts import AT_UPLOAD, PART
from store.records import consent, field_notes, merge, read
from store.records.values import is_day, moment, pack
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.dates import plus
from validators.local_time import date_text
from validators.problems import Problem

RETENTION = "retention_years"
"""The agency's setting: for how many years after closure a client is kept. Empty: nothing is ever due."""
MOST_YEARS = 99
ASK, TAKE_BACK = "ask removal", "take back removal"


def retention_years(snapshot: Snapshot, agency: AgencyInfo) -> int:
    """For how many years after closure the agency keeps a client; 0 where it has said nothing."""
    told = agency_settings.settings(snapshot, agency).get(RETENTION, "")
    return int(told) if told.isascii() and told.isdigit() else 0


def set_retention_years(unit: UnitOfWork, agency: AgencyInfo, years: int, seen: int | None = None) -> bool:
    """Say for how many years after closure a client is kept, 0 for no end; False when it says so already.

    `seen` is what it said when the person looked, None where nobody did. Raises Problem where it is another by now.
    """
    if not 0 <= years <= MOST_YEARS:
        raise Problem(
            f"Clients are kept for 1 to {MOST_YEARS} years after closure, or 0 for no end: give such a number."
        )
    now = retention_years(unit, agency)
    if seen not in (None, now):
        raise Problem(f"Somebody else changed meanwhile for how long clients are kept ({now or 'no end'}): look again.")
    return agency_settings.set_setting(unit, agency, RETENTION, str(years) if years else "")


def due(snapshot: Snapshot, agency: AgencyInfo, today: date) -> list[DueRemoval]:
    """The agency's clients whose time is over on a day, the longest over first; none is removed by itself.

    The time begins with the last closure, where no episode is open, and with the last change where there is no episode.
    Deleted clients count: what is deleted softly is still held. One who was merged goes with the one they are now.
    """
    years = retention_years(snapshot, agency)
    if not years:
        return []
    found = [one for row in snapshot.connection.execute(_ends(agency)) if (one := _due(row, years)) is not None]
    return sorted((one for one in found if one.due <= today), key=lambda one: (one.due, one.reference))


def due_day(snapshot: Snapshot, agency: AgencyInfo, client_id: str) -> date | None:
    """From which day on a client's time is over; None where they are in treatment, or the agency has said nothing."""
    years = retention_years(snapshot, agency)
    row = snapshot.connection.execute(_ends(agency).where(CLIENTS.c.id == client_id)).one_or_none()
    found = _due(row, years) if years and row is not None else None
    return found.due if found else None


def _ends(agency: AgencyInfo) -> Select[Any]:
    """Each client with the last closure and with how many episodes are open."""
    live = (EPISODES.c.client_number == CLIENTS.c.number) & EPISODES.c.deleted_at.is_(None)
    into = select(MERGES.c.number).where(MERGES.c.other_number == CLIENTS.c.number, MERGES.c.split_at.is_(None))
    names = ("id", "reference", "given_initial", "family_initial", "changed_at", "deleted_at")
    columns = [CLIENTS.c[name] for name in names]
    return (
        select(
            *columns,
            func.max(EPISODES.c.closed).label("closed"),
            func.count(EPISODES.c.number).label("episodes"),
            func.count(EPISODES.c.closed).label("ended"),
        )
        .select_from(CLIENTS)
        .outerjoin(EPISODES, live)
        .where(CLIENTS.c.agency_number == agency.number, ~into.exists())
        .group_by(CLIENTS.c.number)
    )


def _due(row: Row[Any], years: int) -> DueRemoval | None:
    if row.deleted_at is None and row.episodes > row.ended:
        return None
    if row.closed and row.episodes == row.ended:
        told = row.closed
    else:
        told = date_text(moment(row.deleted_at or row.changed_at))
    if not is_day(told):  # nobody knows when an unreadable closure was, nor whether it was one
        return None
    closed = date.fromisoformat(told)
    initials = f"{row.given_initial or ''}{row.family_initial or ''}"
    return DueRemoval(row.id, row.reference or "", initials, closed, plus(closed, years, days=1))


# Asking and confirming


def listed(snapshot: Snapshot, agency: AgencyInfo) -> list[RemovalInfo]:
    """All that was ever asked for, the latest first."""
    query = select(REMOVALS).where(REMOVALS.c.agency_number == agency.number).order_by(REMOVALS.c.number.desc())
    return [_info(row) for row in snapshot.connection.execute(query)]


def waiting(snapshot: Snapshot, client_id: str) -> RemovalInfo | None:
    """What was asked for a client and waits for another person; None where nothing does."""
    query = select(REMOVALS).where(
        REMOVALS.c.client_id == client_id, REMOVALS.c.confirmed_at.is_(None), REMOVALS.c.taken_back_at.is_(None)
    )
    row = snapshot.connection.execute(query).one_or_none()
    return _info(row) if row is not None else None


def removed(snapshot: Snapshot, client_ids: Iterable[str]) -> set[str]:
    """Of some ids those of clients who were removed."""
    found: set[str] = set()
    query = select(REMOVALS.c.client_id).where(REMOVALS.c.confirmed_at.is_not(None))
    for some in read.batches(client_ids):
        found.update(snapshot.connection.execute(query.where(REMOVALS.c.client_id.in_(some))).scalars())
    return found


def ask(unit: UnitOfWork, agency: AgencyInfo, client_id: str, reason: RemovalReason) -> RemovalInfo:
    """Ask that a client be removed. Raises Problem where it is asked already, or they were merged into another."""
    known = waiting(unit, client_id)
    if known is not None:
        raise Problem(f"That was asked already, by {known.asked_by}: another person confirms it or takes it back.")
    trees = all_of(unit, client_id)
    own_id = str(uuid.uuid4())
    values = {"id": own_id, "agency_number": agency.number, "client_id": client_id, "reason": reason}
    values |= {"state": _state_of(trees), "asked_at": unit.at, "asked_by": unit.person}
    unit.connection.execute(insert(REMOVALS).values(**values))
    unit.chain.add(ASK, "client", client_id, "", None, reason)
    return get(unit, own_id)


def take_back(unit: UnitOfWork, removal_id: str) -> RemovalInfo:
    """Take back what was asked; whoever is at work may do that. Raises Problem where it waits no more."""
    info = _require_open(unit, removal_id)
    done = {"taken_back_at": unit.at, "taken_back_by": unit.person}
    unit.connection.execute(update(REMOVALS).where(REMOVALS.c.id == removal_id).values(**done))
    unit.chain.add(TAKE_BACK, "client", info.client_id, "", None, None)
    return get(unit, removal_id)


def require_second_person(unit: UnitOfWork, removal_id: str) -> RemovalInfo:
    """What was asked, for the other person who confirms it.

    Raises Problem for the one who asked, where a record changed since, or a note on one or its key worker, and where
    somebody has one open.
    """
    info = _require_open(unit, removal_id)
    if info.asked_by == unit.person:
        raise Problem("You asked for this removal: another person looks at it and confirms it.")
    row = unit.connection.execute(select(REMOVALS.c.state).where(REMOVALS.c.id == removal_id)).one()
    trees = all_of(unit, info.client_id)
    if row.state != _state_of(trees):
        raise Problem("The record was changed since its removal was asked for: take that back, look, and ask anew.")
    if noted := _noted_since(unit, info.client_id, trees):
        raise Problem(
            f"{noted} wrote a note on the record, or its key worker, since its removal was asked for: take that back,"
            " look, and ask anew."
        )
    for tree in trees:
        there = presence.others(unit, "client", tree.client.id, unit.who.session, unit.who.at)
        if there:
            raise Problem(f"{there[0].person} has the record open: it is removed once nobody is in it.")
    return info


def _noted_since(unit: UnitOfWork, client_id: str, trees: Iterable[ClientTree]) -> str:
    """Who else wrote something beside a client's records since their removal was asked for, such as that they come
    back; "" for nobody. Whom a withdrawal was told to is no such thing: whoever confirms sees to that before."""
    asked = select(func.max(AUDITS.c.number)).where(AUDITS.c.record_id == client_id, AUDITS.c.act == ASK)
    noted = AUDITS.c.act.in_(("annotate", field_notes.ACT)) & (AUDITS.c.field != consent.TOLD)
    since = (AUDITS.c.number > asked.scalar_subquery()) & (AUDITS.c.person != unit.person)
    query = select(AUDITS.c.person).where(since, noted).limit(1)
    for some in read.batches(one.id for one in records_in(trees)):
        who = unit.connection.execute(query.where(AUDITS.c.record_id.in_(some))).scalar_one_or_none()
        if who is not None:
            return str(who)
    return ""


def _require_open(snapshot: Snapshot, removal_id: str) -> RemovalInfo:
    info = get(snapshot, removal_id)
    if info.confirmed_at is not None:
        raise Problem(f"That client was removed, confirmed by {info.confirmed_by}: nothing is left to do.")
    if info.taken_back_at is not None:
        raise Problem(f"That removal was taken back by {info.taken_back_by}: ask for it anew.")
    return info


def all_of(snapshot: Snapshot, client_id: str) -> list[ClientTree]:
    """A client with all records, deleted ones too, and after them everybody who was merged into them.

    Raises Problem for one who was merged into another.
    """
    now = merge.kept_for(snapshot, client_id)
    if now:
        kept = read.client_called(snapshot, now)
        raise Problem(f"This client was merged into client {kept}: what is asked for that one holds for both.")
    return [read.tree(snapshot, one, deleted=True) for one in (client_id, *merge.merged_into(snapshot, client_id))]


def records_in(trees: Iterable[ClientTree]) -> list[StoredRecord]:
    """All records of some clients."""
    found = []
    for tree in trees:
        found.append(tree.client)
        for one in tree.episodes:
            found += [one.episode, *one.events]
    return found


def _state_of(trees: Iterable[ClientTree]) -> str:
    told = sorted((one.id, one.version, one.deleted) for one in records_in(trees))
    return blake2b(repr(told).encode(), digest_size=16).hexdigest()


# Removing


NamedIn = Callable[[int, str], bool]
"""Whether a text that stands in an agency, by its number, names somebody."""


@dataclass(frozen=True, slots=True)
class StruckExtract:
    """An extract that had somebody in it: its text and its receipt without them.

    `text` is None where the receipt alone told of them, as one who was left out.
    """

    extract: ExtractInfo
    text: Iterable[bytes] | None
    receipt: Mapping[str, object]


def erase(
    unit: UnitOfWork,
    removal_id: str,
    trees: Collection[ClientTree],
    names: NamedIn,
    struck: Iterable[StruckExtract],
    refused: Mapping[tuple[int, str], Collection[int]],
) -> RemovalInfo:
    """Take a client out of every table and erase the values of their history; that they were removed stays.

    `names` says of a text that stands in an agency whether it names them, `struck` are the extracts that had them, as
    they are without; `refused` the lines of lists of what the portal refused that mean them, by the agency's number and
    the submission. Raises Problem where it does not wait to be confirmed.
    """
    _require_open(unit, removal_id)
    unit.session.expire_all()
    unit.begin_erasing()
    records = records_in(trees)
    counts = {"records": len(records), "extracts": 0}
    for one in struck:
        if one.text is None:
            extracts.redact_receipt(unit, one.extract, one.receipt)
        else:
            extracts.redact(unit, one.extract, one.text, one.receipt)
        counts["extracts"] += 1
    counts["lines"] = _strike_bounces(unit, names, refused)
    counts["confirmations"] = _strike_confirmations(unit, names)
    _strike_views(unit, names)
    _strike_said(unit, names)
    results.forget_places(unit)
    _erase_beside(unit, records)
    counts["history"] = 0
    for record in records:
        counts["history"] += unit.chain.erase(record.kind, record.id)
        unit.chain.add(REMOVE, record.kind, record.id, "", None, None)
    unit.chain.finish()
    _erase_rows(unit, records)
    _forget_names(unit)
    done = {"confirmed_at": unit.at, "confirmed_by": unit.person, "told": json.dumps(counts)}
    unit.connection.execute(update(REMOVALS).where(REMOVALS.c.id == removal_id).values(**done))
    index.took_away(unit.connection)
    return get(unit, removal_id)


def _erase_beside(unit: UnitOfWork, records: Collection[StoredRecord]) -> None:
    """What people at work have of the records: typing that is not saved, who is there, what was sent of them."""
    ids = [one.id for one in records]
    for some in read.batches(ids):
        # A saved record may stand with somebody else than when it was typed in.
        new_below = DRAFTS.c.parent_id.in_(some) & ~read.is_saved(DRAFTS.c.record_id)
        drafts = or_(DRAFTS.c.record_id.in_(some), new_below)
        below = select(DRAFTS.c.record_id).where(drafts)
        _delete(unit, DRAFTS, DRAFTS.c.parent_id.in_(below))
        _delete(unit, DRAFTS, drafts)
        _delete(unit, PRESENCES, PRESENCES.c.record_id.in_(some))
        _delete(unit, SENT_RECORDS, SENT_RECORDS.c.record_id.in_(some))
    for one in records:
        if one.kind == "episode":
            _delete(unit, SENT_RECORDS, SENT_RECORDS.c.record_id.startswith(f"{one.id}{PART}", autoescape=True))


def _erase_rows(unit: UnitOfWork, records: Collection[StoredRecord]) -> None:
    """The records themselves and what is derived from them, the lowest first."""

    def numbers(kind: Kind, table: Table) -> list[int]:
        wanted = [one.id for one in records if one.kind == kind]
        found: list[int] = []
        for some in read.batches(wanted):
            found += unit.connection.execute(select(table.c.number).where(table.c.id.in_(some))).scalars()
        return found

    events, episodes, clients = numbers("event", EVENTS), numbers("episode", EPISODES), numbers("client", CLIENTS)
    # Whatever hangs on an episode or a client goes with it, in tables that came later than this, too.
    for some in read.batches(events):
        _delete(unit, EVENTS, EVENTS.c.number.in_(some))
    for some in read.batches(episodes):
        for table in _below("episode_number", EVENTS):
            _delete(unit, table, table.c.episode_number.in_(some))
        _delete(unit, EPISODES, EPISODES.c.number.in_(some))
    for some in read.batches(clients):
        _delete(unit, MERGES, or_(MERGES.c.keep_number.in_(some), MERGES.c.other_number.in_(some)))
        for table in _below("client_number", EPISODES):
            _delete(unit, table, table.c.client_number.in_(some))
        _delete(unit, CLIENTS, CLIENTS.c.number.in_(some))


def _forget_names(unit: UnitOfWork) -> None:
    """Forget the key workers whom no record has any more: the name was typed, and anything may stand in it."""
    kept = select(STATES.c.worker).union(select(LINES.c.worker), select(LINES.c.changer))
    _delete(unit, NAMES, NAMES.c.number.not_in(kept))


def _below(column: str, records: Table) -> list[Table]:
    """The tables of what stands beside an episode or a client, the one with the records below it left out."""
    return [table for table in reversed(METADATA.sorted_tables) if column in table.c and table is not records]


def _strike_bounces(unit: UnitOfWork, names: NamedIn, refused: Mapping[tuple[int, str], Collection[int]]) -> int:
    """Take the lines that name the client, or mean them by a line of the file, out of the lists of what the portal
    refused."""
    struck = 0
    for row in unit.connection.execute(select(BOUNCE_LISTS)).all():
        lines, theirs = row.told.splitlines(keepends=True), refused.get((row.agency_number, row.extract_id), ())
        its = row.agency_number
        kept = [line for number, line in enumerate(lines, 1) if number not in theirs and not names(its, line.strip())]
        if len(kept) < len(lines):
            struck += len(lines) - len(kept)
            mine = (BOUNCE_LISTS.c.agency_number == row.agency_number, BOUNCE_LISTS.c.extract_id == row.extract_id)
            told = "".join(kept).removesuffix("\n")
            unit.connection.execute(update(BOUNCE_LISTS).where(*mine).values(told=told))
    return struck


def _strike_views(unit: UnitOfWork, names: NamedIn) -> None:
    """Forget lists of clients that somebody kept with words that name the client."""
    for row in unit.connection.execute(select(SAVED_VIEWS)).all():
        if any(names(row.agency_number, text) for text in (row.name, json.loads(row.told)["text"])):
            its = SAVED_VIEWS.c
            mine = (its.agency_number == row.agency_number, its.person == row.person, its.name == row.name)
            _delete(unit, SAVED_VIEWS, and_(*mine))


_STRUCK = "(a client who was removed was named here)"


def _strike_said(unit: UnitOfWork, names: NamedIn) -> None:
    """Take away what was kept of a return that names the client: reasons, what was entered with a tick.

    What the data said at an upload the program wrote: days and counts, in which a short reference is none. There, only
    what a schema had against the file may name somebody.
    """
    whose: dict[str, int] = {}

    def struck(number: int, text: str) -> str:
        return _STRUCK if names(number, text) else text

    def is_fault_of(number: int, text: str) -> bool:
        return any(names(number, one) for one in _named_by_schema(text))

    for row in unit.connection.execute(select(SUBMISSIONS)).all():
        its = whose[row.id] = row.agency_number
        dropped = row.dropped_because and struck(its, row.dropped_because)
        now = {"reason": struck(its, row.reason), "dropped_because": dropped}
        if now != {"reason": row.reason, "dropped_because": row.dropped_because}:
            unit.connection.execute(update(SUBMISSIONS).where(SUBMISSIONS.c.number == row.number).values(**now))
    of_return = SUBMISSIONS.c.number == TICKS.c.submission_number
    for row in unit.connection.execute(select(TICKS, SUBMISSIONS.c.agency_number).join(SUBMISSIONS, of_return)).all():
        before: dict[str, str] = json.loads(row.told)
        its = row.agency_number
        if row.item == AT_UPLOAD:
            told = {
                key: f"{text.partition('|')[0]}|{_STRUCK}" if is_fault_of(its, text) else text
                for key, text in before.items()
            }
        else:
            told = {key: struck(its, text) for key, text in before.items()}
        reason = struck(its, row.reason)
        if (told, reason) != (before, row.reason):
            values = {"told": pack(told, "tick"), "reason": reason}
            unit.connection.execute(update(TICKS).where(TICKS.c.number == row.number).values(**values))

    def is_meant(row: Row[Any]) -> bool:
        its, is_reopened = whose.get(row.record_id, -1), row.act == submissions.REOPENED
        if row.field != AT_UPLOAD:
            return any(names(its, text) for text in (row.old, row.new) if text)
        if is_reopened and row.new and names(its, row.new):
            return True
        told = row.old if is_reopened else row.new
        return any(is_fault_of(its, text) for text in json.loads(told or "{}").values())

    unit.chain.erase_where("submission", is_meant)


def _named_by_schema(told: str) -> Iterator[str]:
    """Whom what a schema had against a file may name; a reference may have commas in it."""
    rest = told.partition(", client ")[2].encode().decode("unicode_escape", "replace")  # the sentence is in ASCII
    yield from (rest[:at] for at in range(len(rest)) if rest.startswith(", ", at))


def _strike_confirmations(unit: UnitOfWork, names: NamedIn) -> int:
    """Take away what was confirmed of the client against a sent extract, and the values of its history."""
    of_extract = EXTRACTS.c.number == CONFIRMATIONS.c.extract_number
    query = select(CONFIRMATIONS, EXTRACTS.c.agency_number).join(EXTRACTS, of_extract)
    mine = [
        row
        for row in unit.connection.execute(query).all()
        if any(names(row.agency_number, text) for text in (row.subject, row.told, row.reason))
    ]
    for row in mine:
        unit.chain.erase("confirmation", row.id)
        _delete(unit, CONFIRMATIONS, CONFIRMATIONS.c.number == row.number)
    return len(mine)


def _delete(unit: UnitOfWork, table: Table, condition: ColumnElement[bool]) -> None:
    unit.connection.execute(delete(table).where(condition))


def former_values(snapshot: Snapshot, records: Collection[StoredRecord]) -> list[tuple[str, str, str]]:
    """What stood in some records at any time and is in their history: the record's kind, the field, the text.

    The field is empty where the text is a whole record, packed.
    """
    found: list[tuple[str, str, str]] = []
    columns = (AUDITS.c.kind, AUDITS.c.field, AUDIT_VALUES.c.old, AUDIT_VALUES.c.new)
    query = select(*columns).join(AUDIT_VALUES, AUDIT_VALUES.c.audit_number == AUDITS.c.number)
    for some in read.batches([one.id for one in records]):
        for row in snapshot.connection.execute(query.where(AUDITS.c.record_id.in_(some))):
            found += [(row.kind, row.field, text) for text in (row.old, row.new) if text]
    return found


def noted_of_others(
    snapshot: Snapshot, agency: AgencyInfo, own: Collection[str], names: Callable[[str], bool]
) -> list[str]:
    """The ids of an agency's clients, none of `own`, of whom somebody wrote something that names a client.

    Those are notes on fields and episodes, notes on consent, and reasons why a warning was accepted.
    """
    of_episode = EPISODES.c.number
    texts: list[tuple[ColumnElement[Any], ColumnElement[bool]]] = [
        (FIELD_NOTES.c.note, FIELD_NOTES.c.episode_number == of_episode),
        (STATES.c.note, (STATES.c.episode_number == of_episode) & (STATES.c.note != "")),
        (CONSENTS.c.note, (CONSENTS.c.episode_number == of_episode) & (CONSENTS.c.note != "")),
        (ACCEPTANCES.c.reason, ACCEPTANCES.c.episode_number == of_episode),
    ]
    queries = [
        select(CLIENTS.c.id, text).join(EPISODES, EPISODES.c.client_number == CLIENTS.c.number).where(beside)
        for text, beside in texts
    ]
    queries.append(select(CLIENTS.c.id, FIELD_NOTES.c.note).where(FIELD_NOTES.c.client_number == CLIENTS.c.number))
    found: dict[str, None] = {}
    for query in queries:
        rows = snapshot.connection.execute(query.where(CLIENTS.c.agency_number == agency.number))
        found |= dict.fromkeys(id for id, text in rows if id not in own and names(text))
    return list(found)


def entered_since(snapshot: Snapshot, episode_ids: Collection[str], since: datetime) -> bool:
    """Whether any of some episodes was entered after a moment."""
    query = select(func.max(EPISODES.c.created_at)).where(EPISODES.c.id.in_(episode_ids))
    last = snapshot.connection.execute(query).scalar_one()
    return last is not None and moment(last) > since


def get(snapshot: Snapshot, removal_id: str) -> RemovalInfo:
    """What was asked for, or done. Raises Problem where there is no such removal."""
    row = snapshot.connection.execute(select(REMOVALS).where(REMOVALS.c.id == removal_id)).one_or_none()
    if row is None:
        raise Problem("There is no such removal in the store: list what was asked for.")
    return _info(row)


def _info(row: Row[Any]) -> RemovalInfo:
    return RemovalInfo(
        row.id,
        row.client_id,
        row.reason,
        moment(row.asked_at),
        row.asked_by,
        moment(row.confirmed_at) if row.confirmed_at else None,
        row.confirmed_by or "",
        moment(row.taken_back_at) if row.taken_back_at else None,
        row.taken_back_by or "",
        json.loads(row.told),
    )
