"""The bulk path: many new episodes at once, in batches of plain inserts."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, insert, select

from store.clients import index
from store.disk import sqlite
from store.disk.tables import CLIENTS, EPISODES, EVENTS
from store.facts import AgencyInfo, Counts, Kind
from store.findings import queries
from store.records.client_numbers import own_number
from store.records.read import batches
from store.records.values import pack
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import EpisodeRecord, Values
from validators.standard.terminology import Sentence, term

BATCH = 500


def load(
    unit: UnitOfWork,
    agency: AgencyInfo,
    records: Iterable[EpisodeRecord],
    *,
    act: str = "load",
    notes: Sequence[str] = (),
) -> Counts:
    """Enter many episodes at once, with their clients and events; return how many were added.

    Records with one `client_id` belong to one client, whose values are those of the first; a `client_id` that is
    the id of a stored client adds the episode to that one. Without one, each record is a client of its own.
    `notes` are kept with the episodes, the first with the first.
    """
    return Loader(unit, agency, act).load(records, notes)


class Loader:
    """Enters new records within one transaction that holds the write lock; see `load`."""

    def __init__(self, unit: UnitOfWork, agency: AgencyInfo, act: str) -> None:
        """Take the unit of work, and what is loaded for whom."""
        connection, at, person = unit.connection, unit.at, unit.person
        self._connection = connection
        self._chain = unit.chain
        self._derivers = unit.derivers
        self._deriver = unit.derivers[agency.standard]
        self._revision = unit.revision
        self._agency = agency
        self._act = act
        self._common = {"version": 1, "created_at": at, "created_by": person, "changed_at": at, "changed_by": person}
        # Numbers are given here, not by the database, so that children know their parent's before it is written.
        self._client, self._episode, self._event = (
            int(connection.execute(select(func.coalesce(func.max(table.c.number), 0))).scalar_one())
            for table in (CLIENTS, EPISODES, EVENTS)
        )
        self._made: dict[tuple[Kind, str], str] = {}
        self._numbered = self._deriver.numbered("client")
        self._clients: dict[str, int] = {}
        self.counts = Counts()

    def load(self, records: Iterable[EpisodeRecord], notes: Sequence[str] = ()) -> Counts:
        """Enter all records, in memory for one batch; `notes` are those of the episodes, in their order."""
        with sqlite.roomy(self._connection):
            for number, batch in enumerate(batches(records, BATCH)):
                self.take(batch, notes[number * BATCH : (number + 1) * BATCH])
        return self.counts

    def take(self, batch: list[EpisodeRecord], notes: Sequence[str] = ()) -> None:
        """Enter one batch."""
        clients: list[dict[str, Any]] = []
        episodes: list[dict[str, Any]] = []
        events: list[dict[str, Any]] = []
        given = {record.client.get(header, "") for record in batch for header in self._numbered}
        self._find_stored({record.client_id for record in batch if record.client_id} - self._clients.keys())
        for record in batch:
            token = record.client_id
            client = self._clients.get(token) if token else None
            if client is None:
                self._client = client = self._client + 1
                told = self._with_number(client, record.client, given) if self._numbered else record.client
                row = self._row("client", "", told)
                clients.append(row | {"number": client, "agency_number": self._agency.number})
                if token:
                    self._clients[token] = client
            self._episode += 1
            row = self._row("episode", "", record.episode)
            place = {"number": self._episode, "agency_number": self._agency.number, "client_number": client}
            episodes.append(row | place)
            for event in record.events:
                self._event += 1
                row = self._row("event", event.section, event.values)
                place = {"number": self._event, "episode_number": self._episode}
                events.append(row | place | {"section": event.section})
        for table, rows in ((CLIENTS, clients), (EPISODES, episodes), (EVENTS, events)):
            if rows:
                self._connection.execute(insert(table), rows)
        touched = sorted({row["client_number"] for row in episodes})
        index.refresh(self._connection, self._derivers, touched, self._revision)
        for row, note in zip(episodes, notes, strict=False):
            queries.annotate(self._connection, row["number"], "note", note)
            queries.note_who(self._connection, row["number"], row["created_by"], row["created_at"])
            self._chain.add("annotate", "episode", row["id"], "note", "", note)
        done = self.counts
        self.counts = Counts(done.clients + len(clients), done.episodes + len(episodes), done.events + len(events))

    def _with_number(self, client: int, values: Values, given: set[str]) -> Values:
        """The client's values with a number where none was typed; `given` are those of the batch, not yet written."""
        told = dict(values)
        for header in self._numbered:
            if not told.get(header):
                told[header] = own_number(self._connection, self._agency.number, client, given)
                given.add(told[header])
        return told

    def _find_stored(self, tokens: set[str]) -> None:
        """Learn which of the keys given for clients are ids of stored ones."""
        for some in batches(tokens):
            query = select(CLIENTS.c.id, CLIENTS.c.number, CLIENTS.c.deleted_at, CLIENTS.c.agency_number)
            for row in self._connection.execute(query.where(CLIENTS.c.id.in_(some))):
                if row.deleted_at is not None or row.agency_number != self._agency.number:
                    raise Problem(f"The client {row.id} is deleted or another agency's: nothing can be added to it.")
                self._clients[row.id] = row.number

    def _row(self, kind: Kind, section: str, values: Values) -> dict[str, Any]:
        own_id = str(uuid.uuid4())
        made = self._made.get((kind, section))
        if made is None:
            made = self._made[kind, section] = self._deriver.made_id(kind, section)
        if made and made not in values:
            values = {**values, made: own_id}
        packed = pack(values, Sentence("new {kind}", kind=term(kind)))
        self._chain.add(self._act, kind, own_id, "", None, packed)
        return {"id": own_id, "typed": packed, **self._common, **self._deriver.columns(kind, section, values)}
