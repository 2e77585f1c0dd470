"""What was done to a record and all below it, and what one person did on a day: the links of the audit, in order."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from exporters.records.find import by_store_id, client_of, records_of
from store.disk import audit
from store.facts import AgencyInfo, RecordChange, StoredRecord
from store.records import read
from store.snapshot import Snapshot

MOST = 2000
"""Lines told of what somebody did on a day; more are made at a stroke by an import alone."""


@dataclass(frozen=True)
class RecordHistory:
    """A record, its client, and all that was done to the record and to what lies below it, newest first."""

    record: StoredRecord
    client: StoredRecord
    changes: tuple[RecordChange, ...]


@dataclass(frozen=True)
class DayHistory:
    """What a person did on a day, newest first; `whole` says that there is no more of it."""

    changes: tuple[RecordChange, ...]
    whole: bool = True


@dataclass(frozen=True)
class RecordPlace:
    """Where a record stands: its client, and the episode and the event that it is or stands in, empty for none."""

    client_id: str
    episode_id: str = ""
    event_id: str = ""


def of_record(snapshot: Snapshot, record_id: str) -> RecordHistory:
    """The history of a record by its store id. Raises Problem when there is none."""
    record = by_store_id(snapshot, record_id)
    tree = read.tree(snapshot, client_of(snapshot, record), deleted=True)
    below = {one.id: one for one in records_of(tree) if record_id in (one.id, one.parent_id) or record.kind == "client"}
    changes = [RecordChange(entry, below[entry.record_id], tree.client) for entry in audit.history(snapshot, below)]
    return RecordHistory(record, tree.client, tuple(reversed(changes)))


def of_person(snapshot: Snapshot, agency: AgencyInfo, person: str, day: date, zone: tzinfo) -> DayHistory:
    """What somebody did to an agency's records on a day, which begins and ends at midnight in a zone."""
    since, until = (datetime.combine(day + timedelta(days=more), time(), zone) for more in (0, 1))
    found = audit.of_person(snapshot, agency, person, since=since, until=until, most=MOST + 1)
    return DayHistory(tuple(found[:MOST]), len(found) <= MOST)


def place_of(snapshot: Snapshot, record_id: str) -> RecordPlace:
    """Where a record stands. Raises Problem when there is none."""
    record = by_store_id(snapshot, record_id)
    episode = {"client": "", "episode": record.id, "event": record.parent_id}[record.kind]
    return RecordPlace(client_of(snapshot, record), episode, record.id if record.kind == "event" else "")
