"""Writing: one unit of work, everything or nothing, with its audit rows in the same transaction."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlmodel import Session, select

from store.agency_writing import AgencyWriting
from store.clients import index
from store.disk.audit import Chain
from store.disk.tables import Agency, Client, Episode, Event
from store.extract_writing import ExtractWriting
from store.facts import AgencyInfo, Counts, Kind, MergeInfo, NewerVersion, StoredRecord
from store.findings import queries
from store.live import drafts
from store.month_writing import MonthWriting
from store.records import bulk_load, merge, read
from store.records.client_numbers import own_number
from store.records.values import Deriver, pack
from validators.problems import Problem
from validators.records import EpisodeRecord, Values

Row = Client | Episode | Event


class Writing(AgencyWriting, MonthWriting, ExtractWriting):
    """What can be done within one transaction; got from `Store.write`, of no use after it."""

    def __init__(
        self, connection: Connection, person: str, at: str, audit_key: bytes, derivers: Mapping[str, Deriver]
    ) -> None:
        """Take the connection, whose transaction has the write lock, who writes when, and a deriver per standard."""
        self.person = person
        self._at = at
        self._connection = connection
        self._session = Session(bind=connection, autoflush=False, expire_on_commit=False)
        self._chain = Chain(connection, audit_key, person, at)
        self._derivers = derivers
        self._touched: set[int] = set()
        self._revision: int | None = None

    def finish(self) -> None:
        """Write the lines that lists show and the rest of the audit. Called by `Store.write` just before it commits."""
        if self._touched:
            self._settle()
        self._chain.finish()
        self._session.close()

    def create(
        self,
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
        parent is not there or is deleted.
        """
        deriver, numbers = self._parent(kind, parent_id)
        section = section if kind == "event" else ""
        own_id = record_id or str(uuid.uuid4())
        typed = dict(values)
        made = deriver.made_id(kind, section)
        if made:
            typed.setdefault(made, own_id)
        derived: dict[str, Any] = dict(deriver.columns(kind, section, typed))
        if kind == "event":
            derived["section"] = section
        packed = pack(typed, f"{kind} {own_id}")
        common: dict[str, Any] = {"id": own_id, "typed": packed, "version": 1, **numbers, **derived}
        common |= {"created_at": self._at, "created_by": self.person, "changed_at": self._at, "changed_by": self.person}
        row: Row = {"client": Client, "episode": Episode, "event": Event}[kind](**common)
        self._session.add(row)
        self._session.flush()
        for header in deriver.numbered(kind):
            if isinstance(row, Client) and row.number and not typed.get(header):
                typed[header] = own_number(self._connection, row.agency_number, row.number)
                row.typed = packed = pack(typed, f"{kind} {own_id}")
                row.reference = deriver.columns(kind, section, typed)["reference"]
                self._session.flush()
        self._mark(row)
        self._chain.add(act, kind, own_id, "", None, packed)
        return self._get(kind, own_id)

    def change(self, kind: Kind, record_id: str, values: Values, version: int, *, act: str = "change") -> StoredRecord:
        """Save a record's values over the version they were made from; return it as it stands then.

        One audit row for each field that differs; where none does, nothing is written. Raises NewerVersion when
        somebody saved since, Problem when the record is not there or is deleted.
        """
        theirs = self._get(kind, record_id)
        self._require_version(theirs, version, values)
        if theirs.deleted:
            raise Problem(f"The {kind} {record_id} is deleted: bring it back before changing it.")
        for header in self._deriver_of(kind, theirs.parent_id).numbered(kind):
            if not values.get(header):  # a number is never without one again
                values = {**values, header: theirs.values.get(header) or self._number_for(record_id)}
        # Packed first, so that values which cannot be stored are refused before anything is audited.
        packed = pack(values, f"{kind} {record_id}")
        changed = False
        for header in dict.fromkeys((*theirs.values, *values)):
            old, new = theirs.values.get(header, ""), values.get(header, "")
            if old != new:
                changed = True
                self._chain.add(act, kind, record_id, header, old, new)
        if not changed:
            return theirs
        row = self._row(kind, record_id)
        row.typed = packed
        for column, value in self._deriver_of(kind, theirs.parent_id).columns(kind, theirs.section, values).items():
            setattr(row, column, value)
        self._touch(row)
        return self._get(kind, record_id)

    def delete(self, kind: Kind, record_id: str, version: int) -> StoredRecord:
        """Delete a record softly; what lies below it is hidden and comes back with it. Raises as `change` does."""
        return self._set_deleted(kind, record_id, version, deleted=True)

    def undelete(self, kind: Kind, record_id: str, version: int) -> StoredRecord:
        """Bring a deleted record back. Raises as `change` does, and Problem for a client merged into another."""
        if kind == "client":
            merge.refuse_merged(self._connection, record_id)
        return self._set_deleted(kind, record_id, version, deleted=False)

    def erase_history(self, kind: Kind, record_id: str) -> int:
        """Erase the values of a record's history, which leaves the chain whole; return how many were erased."""
        self._get(kind, record_id)
        return self._chain.erase(kind, record_id)

    def load(
        self, agency: AgencyInfo, records: Iterable[EpisodeRecord], *, act: str = "load", notes: Sequence[str] = ()
    ) -> Counts:
        """Enter many episodes at once, with their clients and events.

        Records with one `client_id` belong to one client, whose values are those of the first; a `client_id` that is
        the id of a stored client adds the episode to that one. Without one, each record is a client of its own.
        `notes` are kept with the episodes, the first with the first.
        """
        made = bulk_load.Loader(
            self._connection, self._chain, self._derivers, agency, self.person, self._at, act, self._next_revision()
        )
        return made.load(records, notes)

    def annotate(self, episode_id: str, key_worker: str | None = None, note: str | None = None) -> None:
        """Keep an episode's key worker and note, which are never sent; None leaves one as it is, "" takes it away."""
        episode = self._row("episode", episode_id) if self._get("episode", episode_id) else None
        assert isinstance(episode, Episode) and episode.number is not None
        self._mark(episode)
        if not queries.has_state(self._connection, episode.number):
            self._settle()
        for field, new in (("key_worker", key_worker), ("note", note)):
            if new is not None:
                old = queries.annotate(self._connection, episode.number, field, new)
                if old != new:
                    queries.note_who(self._connection, episode.number, self.person, self._at)
                    self._chain.add("annotate", "episode", episode_id, field, old, new)

    def merge_clients(self, keep_id: str, other_id: str) -> MergeInfo:
        """Make two clients one: the other's episodes go to the one that is kept, the other is deleted softly.

        Raises Problem when they are the same, of two agencies, or one is deleted.
        """
        keep, other = self._get("client", keep_id), self._get("client", other_id)
        return self._merging().merge(keep, other)

    def split_clients(self, merge_id: str) -> MergeInfo:
        """Undo a merge: the other client comes back with the episodes it brought, as they stand now.

        Episodes entered since stay with the client that was kept. Raises Problem when that client is not there any
        more, having been merged into a third since.
        """
        return self._merging().split(merge_id)

    def drop_draft(self, record_id: str, session: str | None = None) -> None:
        """Clear the person's own drafts of a record, which has just been saved; of one session when that is given."""
        drafts.drop(self._connection, self.person, record_id, session)

    def get(self, kind: Kind, record_id: str) -> StoredRecord:
        """A record as it stands within this transaction. Raises Problem when it is not there."""
        return self._get(kind, record_id)

    def _get(self, kind: Kind, record_id: str) -> StoredRecord:
        found = read.record(self._connection, kind, record_id)
        if found is None:
            raise Problem(f"There is no {kind} {record_id} in the store: it may be another store's.")
        return found

    def _row(self, kind: Kind, record_id: str) -> Row:
        if kind == "client":
            return self._session.exec(select(Client).where(Client.id == record_id).with_for_update()).one()
        if kind == "episode":
            return self._session.exec(select(Episode).where(Episode.id == record_id).with_for_update()).one()
        return self._session.exec(select(Event).where(Event.id == record_id).with_for_update()).one()

    def _require_version(self, theirs: StoredRecord, version: int, values: Values | None) -> None:
        if theirs.version != version:
            mine = StoredRecord(
                theirs.kind,
                theirs.id,
                theirs.parent_id,
                theirs.section,
                dict(theirs.values if values is None else values),
                version,
                theirs.changed_at,
                self.person,
            )
            raise NewerVersion(mine, theirs)

    def _number_for(self, client_id: str) -> str:
        row = self._session.exec(select(Client).where(Client.id == client_id)).one()
        assert row.number is not None
        return own_number(self._connection, row.agency_number, row.number)

    def _set_deleted(self, kind: Kind, record_id: str, version: int, *, deleted: bool) -> StoredRecord:
        theirs = self._get(kind, record_id)
        self._require_version(theirs, version, None)
        if theirs.deleted == deleted:
            return theirs
        row = self._row(kind, record_id)
        row.deleted_at = self._at if deleted else None
        self._chain.add("delete" if deleted else "undelete", kind, record_id, "", None, None)
        self._touch(row)
        if deleted and not isinstance(row, Event):
            queries.forget(self._connection, row)
        return self._get(kind, record_id)

    def _mark(self, row: Row) -> None:
        """Remember whose line is to be written anew."""
        if isinstance(row, Event):
            query = select(Episode.client_number).where(Episode.number == row.episode_number)
            self._touched.add(self._session.exec(query).one())
        else:
            number = row.client_number if isinstance(row, Episode) else row.number
            assert number is not None
            self._touched.add(number)

    def _merging(self) -> merge.Merging:
        # Episodes move below the session's feet: what it has seen of them counts no more.
        self._session.expire_all()
        return merge.Merging(self._connection, self._chain, self.person, self._at, self._touched)

    def _settle(self) -> None:
        """Write the lines of what was touched so far."""
        index.refresh(self._connection, self._derivers, sorted(self._touched), self._next_revision())

    def _next_revision(self) -> int:
        """The number of this save, counted when the first record in it is touched."""
        if self._revision is None:
            self._revision = index.bump(self._connection)
        return self._revision

    def _touch(self, row: Row) -> None:
        row.version += 1
        row.changed_at, row.changed_by = self._at, self.person
        self._session.flush()
        self._mark(row)

    def _deriver_of(self, kind: Kind, parent_id: str) -> Deriver:
        """The deriver for a record that is already there, by the agency above it."""
        if kind == "event":
            parent_id = self._get("episode", parent_id).parent_id
        if kind != "client":
            parent_id = self._get("client", parent_id).parent_id
        return self._derivers[self._session.exec(select(Agency).where(Agency.id == parent_id)).one().standard]

    def _parent(self, kind: Kind, parent_id: str) -> tuple[Deriver, dict[str, int]]:
        """The deriver and the columns that tie a new record to what stands above it."""
        if kind == "client":
            agency = self._session.exec(select(Agency).where(Agency.id == parent_id)).one_or_none()
            if agency is None or agency.number is None:
                raise Problem(f"There is no agency {parent_id} in the store: it may be another store's.")
            return self._derivers[agency.standard], {"agency_number": agency.number}
        above: Kind = "client" if kind == "episode" else "episode"
        parent = self._get(above, parent_id)
        if parent.deleted:
            raise Problem(f"The {above} {parent_id} is deleted: bring it back before adding to it.")
        row = self._row(above, parent_id)
        assert row.number is not None
        deriver = self._deriver_of(above, parent.parent_id)
        if isinstance(row, Client):
            return deriver, {"client_number": row.number, "agency_number": row.agency_number}
        return deriver, {"episode_number": row.number}
