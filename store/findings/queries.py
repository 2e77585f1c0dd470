"""What is kept beside an episode: findings of its last check, key worker and note. None of it is a value that is sent.

An episode's revision is the store's saved version at its last change, or when an extract that holds something of it was
marked as sent or taken back. A check holds for a revision, a day (rules look at today), the standard's rules, the
agency's settings and the period that is due; when one of them is another one, the episode is stale, due for a check.
Faults in certain fields are asked for of all that is kept, sent or not.
"""

import json
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, literal, or_, select, update

from store.clients import index
from store.disk import sqlite
from store.disk.tables import ACCEPTANCES, CLIENTS, EPISODES, FINDINGS, LINES, NAMES, STATES, Client, Episode
from store.facts import AgencyInfo, FindingCount
from store.findings import going, results
from store.findings.acceptance_facts import By
from store.findings.facts import FindingOrder, FindingWord, ListedFinding
from store.findings.figures import COUNTS, GOES, IN_LEFT, IN_STORE, LATE, LATE_BESIDE, OUTSIDE, SEVERITIES, WEIGHTS
from store.findings.results import basis
from store.records.read import chosen, episode_query
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.problems import Problem
from validators.records import EpisodeRecord, Finding, Severity

Within = ReportingPeriod | Collection[int]
"""What is asked for alone: what a period's extract holds by the last check, or certain findings, by their numbers."""
_NO_FINDINGS = dict.fromkeys((*COUNTS, "checked_revision"), 0)
ACCEPTED = func.count(func.nullif(FINDINGS.c.acceptance, 0)).label("accepted")
"""How many findings of a group are accepted."""


def stamped(
    snapshot: Snapshot, agency: AgencyInfo, ids: Collection[str] | None = None, *, due: date | None = None
) -> Iterator[tuple[str, EpisodeRecord]]:
    """Episodes as they stand, each with the stamp that saving wants back; all of one moment.

    With `due` only those that are due for a check on that day.
    """
    query = episode_query(agency, STATES.c.revision).join(STATES, STATES.c.episode_number == EPISODES.c.number)
    if due is not None:
        query = query.where(EPISODES.c.number.in_(_due(snapshot, agency, due)))
    for record, revision in chosen(snapshot.connection, query, ids):
        yield f"{revision} {snapshot.derivers[agency.standard].rows(record)}", record


def stale(snapshot: Snapshot, agency: AgencyInfo, day: date, *, offset: int = 0, limit: int | None = None) -> list[str]:
    """The ids of the episodes that were never checked, were changed since, or were checked by other rules or dates."""
    query = _stale(snapshot, agency, day).order_by(EPISODES.c.number).offset(offset).limit(limit)
    return list(snapshot.connection.execute(query).scalars())


def count_stale(snapshot: Snapshot, agency: AgencyInfo, day: date) -> int:
    """How many there are of them."""
    query = select(func.count()).select_from(_stale(snapshot, agency, day).subquery())
    return int(snapshot.connection.execute(query).scalar_one())


def _stale(snapshot: Snapshot, agency: AgencyInfo, day: date) -> Select[Any]:
    return (
        select(EPISODES.c.id)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(
            EPISODES.c.agency_number == agency.number,
            EPISODES.c.deleted_at.is_(None),
            CLIENTS.c.deleted_at.is_(None),
            EPISODES.c.number.in_(_due(snapshot, agency, day)),
        )
    )


def _due(snapshot: Snapshot, agency: AgencyInfo, day: date) -> Select[Any]:
    """Found by a walk along the states alone, which are small: few are due, most of the time."""
    due = is_due(snapshot, agency, day)
    return select(STATES.c.episode_number).where(STATES.c.agency_number == agency.number, due)


def is_due(snapshot: Snapshot, agency: AgencyInfo, day: date) -> ColumnElement[bool]:
    """Whether an episode was changed since its check, or was checked for another day or by other rules."""
    holds = basis(snapshot, agency, day)
    return (STATES.c.revision != STATES.c.checked_revision) | (STATES.c.checked_for != holds)


def findings(
    snapshot: Snapshot,
    agency: AgencyInfo,
    *,
    rule: str | None = None,
    severity: Severity | None = None,
    client_id: str | None = None,
    offset: int = 0,
    limit: int = 100,
) -> list[Finding]:
    """What was found, errors first, then by rule, in order of entry."""
    conditions = [FINDINGS.c.agency_number == agency.number, FINDINGS.c.beside.in_(IN_STORE)]
    if rule is not None:
        conditions.append(FINDINGS.c.rule == rule)
    if severity is not None:
        conditions.append(FINDINGS.c.weight == WEIGHTS[severity])
    if client_id is not None:
        conditions.append(_of_client(client_id))
    return _told(snapshot, conditions, offset, limit)


def in_return_alone(snapshot: Snapshot, client_id: str) -> list[Finding]:
    """What was found in that which the return that is due has of a client, and not in all that is kept of him; and what
    a letter that was left finds in that which it keeps out of it, and in its last return where that is to be sent."""
    # Asked for the agency as well, all of its findings would be gone through.
    return _told(snapshot, [FINDINGS.c.beside.in_((GOES, OUTSIDE, LATE, LATE_BESIDE)), _of_client(client_id)])


def in_left_letters(snapshot: Snapshot, client_id: str) -> list[Finding]:
    """What letters that were left find of a client in their last returns, sent or not: they may be corrected."""
    return _told(snapshot, [FINDINGS.c.beside.in_(IN_LEFT), _of_client(client_id)])


def _of_client(client_id: str) -> ColumnElement[bool]:
    client = select(CLIENTS.c.number).where(CLIENTS.c.id == client_id).scalar_subquery()
    return FINDINGS.c.episode_number.in_(select(EPISODES.c.number).where(EPISODES.c.client_number == client))


def _told(
    snapshot: Snapshot, conditions: Sequence[ColumnElement[bool]], offset: int = 0, limit: int | None = None
) -> list[Finding]:
    # Found in the index alone, however far down; only what is shown is looked up.
    order = (FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.number)
    shown = select(FINDINGS.c.number).where(*conditions).order_by(*order).offset(offset).limit(limit)
    query = (
        select(
            FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.told, EPISODES.c.id, CLIENTS.c.id.label("client_id"),
            ACCEPTANCES.c.id.label("accepted"),
        )
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .outerjoin(ACCEPTANCES, ACCEPTANCES.c.number == FINDINGS.c.acceptance)
        .where(FINDINGS.c.number.in_(list(snapshot.connection.execute(shown).scalars())))
        .order_by(*order)
    )  # fmt: skip
    return [results.finding(row) for row in snapshot.connection.execute(query)]


def counts(snapshot: Snapshot, agency: AgencyInfo, within: Within | None = None) -> list[FindingCount]:
    """How many findings each rule has at each severity, errors first, then by rule; `within` what, if not in all."""
    query = (
        select(FINDINGS.c.weight, FINDINGS.c.rule, func.count().label("many"), ACCEPTED)
        .where(sqlite.scanned(FINDINGS.c.agency_number) == agency.number, *_within(snapshot, agency, within))
        .group_by(FINDINGS.c.weight, FINDINGS.c.rule)
        .order_by(FINDINGS.c.weight, FINDINGS.c.rule)
    )
    return [
        FindingCount(row.rule, SEVERITIES[row.weight], row.many, row.accepted)
        for row in snapshot.connection.execute(query)
    ]


def _within(snapshot: Snapshot, agency: AgencyInfo, within: Within | None) -> list[ColumnElement[bool]]:
    if within is None:
        return [FINDINGS.c.beside.in_(IN_STORE)]
    if isinstance(within, ReportingPeriod):
        return [going.concerns(snapshot, agency, within)]
    return [sqlite.among(FINDINGS.c.number, within)]


def forget(connection: Connection, row: Client | Episode) -> None:
    """Forget what was found in an episode, or in all of a client's: it is deleted."""
    forget_where(
        connection,
        EPISODES.c.number == row.number if isinstance(row, Episode) else EPISODES.c.client_number == row.number,
    )


def forget_where(connection: Connection, its: ColumnElement[bool]) -> None:
    """Forget what was found in some episodes: it is to be found anew, or nobody's to see any more."""
    numbers = select(EPISODES.c.number).where(its)
    connection.execute(delete(FINDINGS).where(FINDINGS.c.episode_number.in_(numbers)))
    connection.execute(update(STATES).where(STATES.c.episode_number.in_(numbers)).values(**_NO_FINDINGS))


def has_state(connection: Connection, episode: int) -> bool:
    """Whether an episode has its row beside it already, which it gets at the end of the save that enters it."""
    return connection.execute(select(STATES.c.revision).where(STATES.c.episode_number == episode)).first() is not None


def annotate(connection: Connection, episode: int, field: str, new: str) -> str:
    """Set an episode's key worker or note; return what it was. Raises Problem for what cannot be stored."""
    try:
        new.encode()
    except UnicodeEncodeError:
        what = field.replace("_", " ")
        raise Problem(f"The {what} holds a character that cannot be stored: type it again.") from None
    mine = STATES.c.episode_number == episode
    if field == "note":
        old = str(connection.execute(select(STATES.c.note).where(mine)).scalar_one())
        connection.execute(update(STATES).where(mine).values(note=new))
        return old
    query = select(NAMES.c.name).join(STATES, STATES.c.worker == NAMES.c.number).where(mine)
    was = str(connection.execute(query).scalar_one_or_none() or "")
    connection.execute(update(STATES).where(mine).values(worker=index.number_of(connection, new)))
    return was


def note_who(connection: Connection, episode: int, person: str, at: str) -> None:
    """Keep who changed an episode's key worker or note last, and when: it counts as a change in lists."""
    values = {"annotated_at": at, "annotated_by": person}
    connection.execute(update(STATES).where(STATES.c.episode_number == episode).values(**values))


def key_workers(snapshot: Snapshot, agency: AgencyInfo) -> list[str]:
    """The names of all who are key workers in an agency, by name."""
    at_work = select(STATES.c.worker).where(STATES.c.agency_number == agency.number).distinct()
    names = select(NAMES.c.name).where(NAMES.c.number.in_(at_work)).order_by(NAMES.c.name)
    return list(snapshot.connection.execute(names).scalars())


# Kept findings as they are listed: put into groups and chosen by words in the database, and read by their numbers.

PACKED = 8
"""A finding's number and its mark stand in one: the mark below this."""


def order(
    snapshot: Snapshot,
    agency: AgencyInfo,
    by: By,
    words: Sequence[FindingWord] = (),
    within: Within | None = None,
) -> FindingOrder:
    """All findings that have all the words, by what they share: the weightiest group first, of those the largest.

    Groups alike follow each other by name. Within a group errors come first, then by rule, in order of entry. `within`
    what, if not in all that is kept.
    """
    keys: list[Any] = []
    ends, numbers, marks = array("q"), array("q"), bytearray()
    for key, _, told in snapshot.connection.execute(_shared(agency, by, words, _within(snapshot, agency, within))):
        packed: list[int] = json.loads(told)
        keys.append(key)
        numbers.extend(one // PACKED for one in packed)
        marks.extend(one % PACKED for one in packed)
        ends.append(len(numbers))
    return FindingOrder(by, keys if by in ("rule", "field") else array("q", keys), ends, numbers, bytes(marks))


def _shared(
    agency: AgencyInfo, by: By, words: Sequence[FindingWord], within: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """One row a group: its key, its name among others, and its findings as one text, in their order.

    Each table is read once from end to end, where an index holds all that is asked by that index alone: to look up
    every finding's episode and client, one by one in wide tables, takes five times as long.
    """
    packed = FINDINGS.c.number * PACKED + FINDINGS.c.weight
    packed = packed + func.iif(FINDINGS.c.acceptance != 0, FindingOrder.ACCEPTED, 0)
    sort = (FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.number)
    chosen = and_(sqlite.scanned(FINDINGS.c.agency_number) == agency.number, *(_has(one, agency) for one in words))
    chosen = and_(chosen, *within)
    if by in ("rule", "field"):
        key = FINDINGS.c.rule if by == "rule" else sqlite.json_text(FINDINGS.c.told, "field")
        its = sqlite.listed(packed, *sort).label("its")
        return (
            select(key.label("key"), key.label("name"), its)
            .where(chosen)
            .group_by(key)
            .order_by(func.min(FINDINGS.c.weight), func.count().desc(), "name", "key")
        )
    found = sqlite.made_once(select(*sort, FINDINGS.c.episode_number, packed.label("packed")).where(chosen), "found")
    owners = sqlite.made_once(
        select(EPISODES.c.number, EPISODES.c.client_number).where(
            sqlite.scanned(EPISODES.c.number).in_(select(found.c.episode_number))
        ),
        "owners",
    )
    names = sqlite.made_once(
        select(LINES.c.client_number, LINES.c.reference).where(
            sqlite.scanned(LINES.c.agency_number) == agency.number,
            sqlite.scanned(LINES.c.client_number).in_(select(owners.c.client_number)),
        ),
        "names",
    )
    number = owners.c.client_number if by == "client" else found.c.episode_number
    its = sqlite.listed(found.c.packed, found.c.weight, found.c.rule, found.c.number).label("its")
    return (
        select(number.label("key"), func.min(names.c.reference).label("name"), its)
        .select_from(found)
        .join(owners, owners.c.number == found.c.episode_number)
        .outerjoin(names, names.c.client_number == owners.c.client_number)
        .group_by(number)
        .order_by(func.min(found.c.weight), func.count().desc(), "name", "key")
    )


def _has(word: FindingWord, agency: AgencyInfo) -> ColumnElement[bool]:
    """Whether a finding has a word: in severity, rule, sentence, fields, their values, episode or client."""
    told, text = FINDINGS.c.told, word.text
    if word.field:
        value = sqlite.json_text(told, f'values."{word.field}"')
        return (value == text) | (func.length(value) > word.longest) if word.longest else value == text
    weights = [weight for weight, severity in SEVERITIES.items() if severity in word.severities]
    fields = sqlite.json_items(told, "fields")
    value = func.json_extract(told, literal('$.values."').op("||")(fields.c.value).op("||")('"'))
    deep = or_(
        sqlite.json_text(told, "message").contains(text, autoescape=True),
        sqlite.json_text(told, "episode").contains(text, autoescape=True),
        select(1).select_from(fields).where(value.contains(text, autoescape=True)).exists(),
    )
    # What stands plainly in the text is looked for there first: to take every one apart would cost a key its answer.
    plain = text.isascii() and text.isprintable() and not {'"', "\\"} & set(text)
    parts = [
        FINDINGS.c.weight.in_(weights),
        FINDINGS.c.rule.contains(text, autoescape=True),
        and_(told.contains(text, autoescape=True), deep) if plain else deep,
        FINDINGS.c.episode_number.in_(_episodes_of(text, agency)),
    ]
    if word.headers:
        within = select(1).select_from(fields).where(fields.c.value.in_(sorted(word.headers)))
        parts.append(within.exists())
    return or_(*parts)


def _episodes_of(text: str, agency: AgencyInfo) -> Select[Any]:
    """The episodes of clients whose reference or initials have a text."""
    here = LINES.c.agency_number == agency.number
    clients = [
        select(LINES.c.client_number).where(here, column.contains(text, autoescape=True))
        for column in (LINES.c.reference, LINES.c.initials)
    ]
    return select(EPISODES.c.number).where(EPISODES.c.client_number.in_(clients[0].union(clients[1])))


def numbered(snapshot: Snapshot, numbers: Collection[int]) -> dict[int, ListedFinding]:
    """Findings by their numbers, each with what its client's record holds; those that are gone are left out."""
    query = (
        select(
            FINDINGS.c.number, FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.told, EPISODES.c.id,
            CLIENTS.c.id.label("client_id"), CLIENTS.c.typed, EPISODES.c.client_number, FINDINGS.c.episode_number,
            ACCEPTANCES.c.id.label("accepted"),
        )
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .outerjoin(ACCEPTANCES, ACCEPTANCES.c.number == FINDINGS.c.acceptance)
        .where(sqlite.among(FINDINGS.c.number, numbers))
    )  # fmt: skip
    return {
        row.number: ListedFinding(results.finding(row), json.loads(row.typed), row.client_number, row.episode_number)
        for row in snapshot.connection.execute(query)
    }


def number_of(snapshot: Snapshot, one: Finding) -> int:
    """The number a finding has now that its episode may have been checked anew; 0 when it is not there any more."""
    its = select(EPISODES.c.number).where(EPISODES.c.id == one.episode_id).scalar_subquery()
    query = (
        select(FINDINGS.c.number)
        .where(
            FINDINGS.c.episode_number == its,
            FINDINGS.c.rule == one.rule,
            sqlite.json_text(FINDINGS.c.told, "field") == one.field,
            sqlite.json_text(FINDINGS.c.told, "event_id") == one.event_id,
        )
        .order_by(FINDINGS.c.number)
        .limit(1)
    )
    return int(snapshot.connection.execute(query).scalar_one_or_none() or 0)


def numbers_of(snapshot: Snapshot, agency: AgencyInfo, found: Iterable[Finding]) -> list[int]:
    """The numbers of kept findings that say something `found` anew: of the same episode, rule, event and field.

    What a letter that was left says is looked for, in its words, among what it found itself, and only then among what
    is kept by that of today.
    """
    event, field, message = (sqlite.json_text(FINDINGS.c.told, name) for name in ("event_id", "field", "message"))
    query = (
        select(FINDINGS.c.number, EPISODES.c.id, FINDINGS.c.rule, event, field, message)
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .where(FINDINGS.c.agency_number == agency.number)
        .order_by(FINDINGS.c.number)
    )
    wanted = Counter((one.episode_id, one.rule, one.event_id, one.field, one.message) for one in found)
    numbers: list[int] = []
    for number, *said in snapshot.connection.execute(query.where(FINDINGS.c.beside.in_(IN_LEFT))):
        if wanted[its := tuple(said)] > 0:
            wanted[its] -= 1
            numbers.append(number)
    rest = {its[:4] for its, many in wanted.items() if many}
    kept = snapshot.connection.execute(query.where(FINDINGS.c.beside.in_(IN_STORE)))
    return [*numbers, *(number for number, *said in kept if tuple(said[:4]) in rest)]


def faults_in(snapshot: Snapshot, agency: AgencyInfo, headers: Collection[str]) -> Iterator[tuple[Finding, bool]]:
    """The errors and unaccepted warnings of the last check that name any of these fields, of what is not deleted.

    By episode; with each whether consent is given to send the episode in full. What shows only beside others is none.
    """
    consented = snapshot.derivers[agency.standard].consented
    # Only those that may matter are taken apart.
    named = or_(*(FINDINGS.c.told.contains(f'"{header}"', autoescape=True) for header in headers))
    for row in _faults(snapshot, agency, FINDINGS.c.beside == 0, named):
        yield results.finding(row), consented is None or row.consent in consented


def faults_outside(snapshot: Snapshot, agency: AgencyInfo) -> Iterator[Finding]:
    """The same that the letter which was left finds in what it keeps out of the return that is due, by episode."""
    for row in _faults(snapshot, agency, FINDINGS.c.beside == OUTSIDE):
        yield results.finding(row)


def _faults(snapshot: Snapshot, agency: AgencyInfo, *conditions: ColumnElement[bool]) -> Iterable[Row[Any]]:
    query = (
        select(
            FINDINGS.c.weight,
            FINDINGS.c.rule,
            FINDINGS.c.told,
            EPISODES.c.id,
            EPISODES.c.consent,
            CLIENTS.c.id.label("client_id"),
            literal("").label("accepted"),
        )
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(
            FINDINGS.c.agency_number == agency.number,
            FINDINGS.c.weight <= WEIGHTS[Severity.WARNING],
            FINDINGS.c.acceptance == 0,
            EPISODES.c.deleted_at.is_(None),
            CLIENTS.c.deleted_at.is_(None),
            *conditions,
        )
        .order_by(FINDINGS.c.episode_number, FINDINGS.c.weight, FINDINGS.c.number)
    )
    return snapshot.connection.execute(query)
