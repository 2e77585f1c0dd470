"""All records of an agency as they are handed over, deleted ones and what stands beside them too; and taken in again.

What is handed over keeps its ids, so that taken in twice it is known, and everything that points at it still does.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Table, insert, select

from store.clients import index
from store.disk import sqlite
from store.disk.tables import ACCEPTANCES, CARRIED, CLIENTS, CONSENTS, EPISODES, EVENTS, MERGES, NAMES, STATES
from store.facts import AgencyInfo, Counts, Kind
from store.findings import queries
from store.findings.acceptance_facts import values_text
from store.records import carried, read
from store.records.values import named, pack, unpack
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.records import Values

BATCH = 500
ACT = "import"


@dataclass(frozen=True, slots=True)
class HandedRecord:
    """A client, episode or event: its id and values; who entered it, changed it last, and when.

    `deleted_at` is "" for one that is there, `section` for one that is no event; `unconfirmed` are fields of which the
    value was carried over from an earlier record and that nobody has confirmed. Moments are in ISO 8601, UTC.
    """

    id: str
    values: Values
    created_at: str
    created_by: str
    changed_at: str
    changed_by: str
    deleted_at: str = ""
    section: str = ""
    unconfirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandedAcceptance:
    """A warning that was accepted: of which rule, about which values of the episode or of an event of it, and why."""

    id: str
    event_id: str
    rule: str
    values: Values
    reason: str
    accepted_at: str
    accepted_by: str
    lapsed_at: str = ""
    withdrawn_at: str = ""
    withdrawn_by: str = ""


CONSENT_TEXTS = (
    "id", "purpose", "state", "before", "asked_on", "asked_by", "notice", "note", "source", "entered_at", "entered_by",
    "settled_at", "settled_by", "settled_how",
)  # fmt: skip
"""The columns of an answer to the question of consent, handed over as they are; empty where there is nothing."""


@dataclass(frozen=True, slots=True)
class HandedEpisode:
    """An episode with its events in order of entry, its key worker and note, and the warnings accepted of it.

    `consent` are the answers to the question of consent, oldest first, by the names of `CONSENT_TEXTS`.
    """

    record: HandedRecord
    events: tuple[HandedRecord, ...] = ()
    key_worker: str = ""
    note: str = ""
    accepted: tuple[HandedAcceptance, ...] = ()
    consent: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HandedClient:
    """A client with all episodes in order of entry."""

    record: HandedRecord
    episodes: tuple[HandedEpisode, ...] = ()

    @property
    def ids(self) -> Iterator[str]:
        """The ids of all records."""
        yield self.record.id
        for one in self.episodes:
            yield one.record.id
            yield from (event.id for event in one.events)


@dataclass(frozen=True, slots=True)
class HandedMerge:
    """Two clients who were made one: the ids of both, of the merge, and of the episodes that went over."""

    id: str
    keep_id: str
    other_id: str
    moved: tuple[str, ...]
    merged_at: str
    merged_by: str
    split_at: str = ""
    split_by: str = ""


# Out


def clients(snapshot: Snapshot, agency: AgencyInfo) -> Iterator[HandedClient]:
    """Every client of an agency in order of entry; some hundred are in memory at a time."""
    query = select(CLIENTS.c.number).where(CLIENTS.c.agency_number == agency.number).order_by(CLIENTS.c.number)
    numbers = list(snapshot.connection.execute(query).scalars())
    for some in read.batches(numbers, BATCH):
        yield from _clients(snapshot, some)


def _clients(snapshot: Snapshot, numbers: list[int]) -> Iterator[HandedClient]:
    execute = snapshot.connection.execute
    rows = execute(select(CLIENTS).where(CLIENTS.c.number.in_(numbers)).order_by(CLIENTS.c.number)).all()
    below = select(EPISODES).where(EPISODES.c.client_number.in_(numbers)).order_by(EPISODES.c.number)
    episodes = execute(below).all()
    own = [row.number for row in episodes]
    marked = select(CARRIED.c.record_id, CARRIED.c.fields).where(sqlite.among(CARRIED.c.episode_number, own))
    marks = {row.record_id: tuple(json.loads(row.fields)) for row in execute(marked)}
    events: dict[int, list[HandedRecord]] = defaultdict(list)
    dated = select(EVENTS).where(sqlite.among(EVENTS.c.episode_number, own)).order_by(EVENTS.c.number)
    for row in execute(dated):
        events[row.episode_number].append(_record(row, marks, row.section))
    beside = (
        select(STATES.c.episode_number, STATES.c.note, NAMES.c.name)
        .outerjoin(NAMES, NAMES.c.number == STATES.c.worker)
        .where(sqlite.among(STATES.c.episode_number, own))
    )
    kept = {row.episode_number: (row.name or "", row.note) for row in execute(beside)}
    accepted: dict[int, list[HandedAcceptance]] = defaultdict(list)
    said = select(ACCEPTANCES).where(sqlite.among(ACCEPTANCES.c.episode_number, own)).order_by(ACCEPTANCES.c.number)
    for row in execute(said):
        accepted[row.episode_number].append(_acceptance(row))
    answers: dict[int, list[Mapping[str, str]]] = defaultdict(list)
    asked = select(CONSENTS).where(sqlite.among(CONSENTS.c.episode_number, own)).order_by(CONSENTS.c.number)
    for row in execute(asked):
        answers[row.episode_number].append({name: row._mapping[name] or "" for name in CONSENT_TEXTS})
    found: dict[int, list[HandedEpisode]] = defaultdict(list)
    for row in episodes:
        number = row.number
        worker, note = kept.get(number, ("", ""))
        one = HandedEpisode(
            _record(row, marks), tuple(events[number]), worker, note, tuple(accepted[number]), tuple(answers[number])
        )
        found[row.client_number].append(one)
    for row in rows:
        yield HandedClient(_record(row, marks), tuple(found[row.number]))


def _record(row: Row[Any], marks: Mapping[str, tuple[str, ...]], section: str = "") -> HandedRecord:
    return HandedRecord(
        row.id,
        unpack(row.typed),
        row.created_at,
        row.created_by,
        row.changed_at,
        row.changed_by,
        row.deleted_at or "",
        section,
        marks.get(row.id, ()),
    )


def _acceptance(row: Row[Any]) -> HandedAcceptance:
    return HandedAcceptance(
        row.id,
        row.event_id,
        row.rule,
        json.loads(row.told),
        row.reason,
        row.accepted_at,
        row.accepted_by,
        row.lapsed_at or "",
        row.withdrawn_at or "",
        row.withdrawn_by or "",
    )


def merges(snapshot: Snapshot, agency: AgencyInfo) -> list[HandedMerge]:
    """The merges of an agency's clients, the first one first, undone ones too."""
    keep, other = CLIENTS.alias("keep"), CLIENTS.alias("other")
    query = (
        select(MERGES, keep.c.id.label("keep_id"), other.c.id.label("other_id"))
        .join(keep, keep.c.number == MERGES.c.keep_number)
        .join(other, other.c.number == MERGES.c.other_number)
        .where(keep.c.agency_number == agency.number)
        .order_by(MERGES.c.number)
    )
    return [
        HandedMerge(
            row.id,
            row.keep_id,
            row.other_id,
            tuple(json.loads(row.moved)),
            row.merged_at,
            row.merged_by,
            row.split_at or "",
            row.split_by or "",
        )
        for row in snapshot.connection.execute(query)
    ]


# In


def known_ids(snapshot: Snapshot, ids: Collection[str]) -> set[str]:
    """Of some ids those that a record of the store has, of whichever agency."""
    found: set[str] = set()
    for table in (CLIENTS, EPISODES, EVENTS):
        for some in read.batches(ids):
            found.update(snapshot.connection.execute(select(table.c.id).where(table.c.id.in_(some))).scalars())
    return found


def agencies_of(snapshot: Snapshot, client_ids: Collection[str]) -> dict[str, int]:
    """The numbers of the agencies that have these clients of the store, by the clients' ids."""
    found: dict[str, int] = {}
    for some in read.batches(client_ids):
        query = select(CLIENTS.c.id, CLIENTS.c.agency_number).where(CLIENTS.c.id.in_(some))
        found.update({row.id: row.agency_number for row in snapshot.connection.execute(query)})
    return found


def take(unit: UnitOfWork, agency: AgencyInfo, handed: Iterable[HandedClient], joined: Iterable[HandedMerge]) -> Counts:
    """Take clients in as they were handed over, none of whose records may be there yet; and their merges after them.

    Raises Problem for a value that cannot be stored.
    """
    taker = _Taker(unit, agency)
    with sqlite.roomy(unit.connection):
        for batch in read.batches(handed, BATCH):
            taker.take(batch)
        taker.join(joined)
    return taker.counts


@dataclass
class _Taker:
    """Takes records in within one unit of work, and counts them."""

    unit: UnitOfWork
    agency: AgencyInfo
    counts: Counts = field(default_factory=Counts)
    numbers: dict[str, int] = field(default_factory=dict)

    def take(self, batch: list[HandedClient]) -> None:
        """Take some clients."""
        owners = {"agency_number": self.agency.number}
        self._insert("client", CLIENTS, [(one.record, owners) for one in batch])
        episodes = [
            (own.record, owners | {"client_number": self.numbers[one.record.id]})
            for one in batch
            for own in one.episodes
        ]
        self._insert("episode", EPISODES, episodes)
        own = [one for client in batch for one in client.episodes]
        events = [(event, {"episode_number": self.numbers[one.record.id]}) for one in own for event in one.events]
        self._insert("event", EVENTS, events)
        # What stands beside an episode has its place once the lines are written.
        numbers = [self.numbers[one.record.id] for one in batch]
        index.refresh(self.unit.connection, self.unit.derivers, numbers, self.unit.revision)
        for client in batch:
            for one in client.episodes:
                self._beside(one)
            if any(one.key_worker or one.note for one in client.episodes):
                self.unit.touch(self.numbers[client.record.id])
        done = self.counts
        self.counts = Counts(done.clients + len(batch), done.episodes + len(episodes), done.events + len(events))

    def _insert(self, kind: Kind, table: Table, rows: list[tuple[HandedRecord, dict[str, int]]]) -> None:
        if not rows:
            return
        unit, deriver = self.unit, self.unit.derivers[self.agency.standard]
        made = []
        for record, links in rows:
            packed = pack(record.values, named(kind, record.id))
            columns = {"id": record.id, "typed": packed, "version": 1, **links}
            columns |= {name: getattr(record, name) for name in _MOMENTS}
            # Events of another edition, by which the agency reported once, are kept and stand in no list.
            is_known = kind != "event" or deriver.has_events(record.section)
            derived = deriver.columns(kind, record.section, record.values) if is_known else _OF_ANOTHER_EDITION
            columns |= {"deleted_at": record.deleted_at or None} | derived
            made.append(columns | ({"section": record.section} if kind == "event" else {}))
            unit.chain.add(ACT, kind, record.id, "", None, packed)
            if record.deleted_at:
                unit.chain.add("delete", kind, record.id, "", None, None)
        unit.connection.execute(insert(table), made)
        for some in read.batches([record.id for record, _ in rows]):
            query = select(table.c.id, table.c.number).where(table.c.id.in_(some))
            self.numbers.update({row.id: row.number for row in unit.connection.execute(query)})

    def _beside(self, one: HandedEpisode) -> None:
        unit, own, number = self.unit, one.record.id, self.numbers[one.record.id]
        for name, text in (("key_worker", one.key_worker), ("note", one.note)):
            if text:
                queries.annotate(unit.connection, number, name, text)
                queries.note_who(unit.connection, number, unit.person, unit.at)
                unit.chain.add("annotate", "episode", own, name, "", text)
        kinds: list[tuple[Kind, HandedRecord]] = [("episode", one.record), *(("event", event) for event in one.events)]
        for kind, record in kinds:
            if record.unconfirmed:
                carried.keep(unit, kind, record.id, record.unconfirmed)
        for answer in one.consent:
            told: dict[str, str | None] = {name: answer[name] for name in CONSENT_TEXTS}
            told |= {name: answer[name] or None for name in ("settled_at", "settled_by")}
            unit.connection.execute(insert(CONSENTS).values(episode_number=number, **told))
        for said in one.accepted:
            values: Mapping[str, Any] = {
                "id": said.id,
                "agency_number": self.agency.number,
                "episode_number": number,
                "event_id": said.event_id,
                "rule": said.rule,
                "told": values_text(said.values),
                "reason": said.reason,
                "accepted_at": said.accepted_at,
                "accepted_by": said.accepted_by,
                "lapsed_at": said.lapsed_at or None,
                "withdrawn_at": said.withdrawn_at or None,
                "withdrawn_by": said.withdrawn_by or None,
            }
            unit.connection.execute(insert(ACCEPTANCES).values(**values))
            about = "event" if said.event_id else "episode"
            unit.chain.add("accept", about, said.event_id or own, f"rule {said.rule}", None, said.reason)

    def join(self, joined: Iterable[HandedMerge]) -> None:
        """Take the merges in; the clients stand as they do after them."""
        for one in joined:
            if one.keep_id not in self.numbers or one.other_id not in self.numbers:
                continue
            self.unit.connection.execute(
                insert(MERGES).values(
                    id=one.id,
                    keep_number=self.numbers[one.keep_id],
                    other_number=self.numbers[one.other_id],
                    moved=json.dumps(one.moved),
                    merged_at=one.merged_at,
                    merged_by=one.merged_by,
                    split_at=one.split_at or None,
                    split_by=one.split_by or None,
                )
            )


_OF_ANOTHER_EDITION: dict[str, str | None] = {"external_id": None, "date": None}
_MOMENTS = ("created_at", "created_by", "changed_at", "changed_by")
