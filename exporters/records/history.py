"""What was done to a record and all below it, and what one person did on a day: the links of the audit, in order."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice

from exporters.records.find import by_store_id, client_of, records_of
from store.disk import audit
from store.facts import RECORD_KINDS, AgencyInfo, AuditEntry, AuditQuery, RecordChange, StoredRecord
from store.people.acts import REFUSED
from store.records import read
from store.snapshot import Snapshot
from validators.standard.model import Standard

ACT_WORDS: Mapping[str, str] = {
    "create": "entered",
    "load": "loaded",
    "import": "imported",
    "sample": "made as a sample",
    "copy": "copied from another data set",
    "change": "changed",
    "recode": "recoded",
    "letter": "carried over into another edition",
    "delete": "deleted",
    "merge": "made one with another client",
    "undelete": "brought back",
    "split": "parted from another client again",
    "erase": "earlier values erased from the history",
    "remove": "removed for good",
    "accept": "a warning accepted",
    "annotate": "key worker or note changed",
    "ask removal": "removal asked for",
    "confirm": "confirmed as it was taken over",
    "consent": "consent recorded",
    "give out": "all that is held given out",
    "lapse": "the acceptance of a warning lapsed",
    "look": "looked at",
    "many": "keyed for several clients at once",
    "note": "note on a field",
    "recoded": "recoded with others",
    "recoded back": "recoding with others taken back",
    "second keying": "keyed a second time from paper",
    "decide": "decided who of two keyed it rightly",
    "refused": "refused",
    "take back": "the acceptance of a warning taken back",
    "take back removal": "removal taken back",
}
"""What was done to a record, by the store's word for it."""
BESIDE_WORDS: Mapping[tuple[str, str], str] = {
    ("agency", "create"): "entered",
    ("agency", "delete"): "taken away",
    ("agency", "hand over"): "all records handed over",
    ("agency", "write table"): "a table of its clients written to a file",
    ("extract", "export"): "written",
    ("extract", "sent"): "marked as sent",
    ("extract", "take back"): "no longer marked as sent",
    ("extract", "write again"): "written again",
    ("extract", "redact"): "a removed client struck from it",
    ("extract", "remove file"): "its file removed",
    ("history", "export"): "written out",
    ("store", "backup"): "a copy made",
    ("store", "show"): "the key shown",
    ("store", "typed back"): "the key's second copy typed back",
    ("store", "set"): "how the key is kept changed",
    ("store", "change"): "another key in place of the old one",
    ("group", "set"): "role given",
    ("group", "delete"): "role taken",
    ("standard", "install"): "installed",
    ("standard", "uninstall"): "taken back",
    ("passphrase", "set"): "set",
    ("passphrase", "delete"): "taken away",
    ("submission", "open"): "begun",
    ("submission", "drop"): "dropped",
    ("submission", "tick"): "ticked",
    ("submission", "reopen"): "tick taken back",
    ("override", "create"): "dates stated",
    ("override", "withdraw"): "stated dates withdrawn",
    ("closed_day", "create"): "day without work entered",
    ("closed_day", "withdraw"): "day without work withdrawn",
    ("confirmation", "confirm"): "a mismatch confirmed",
    ("confirmation", "withdraw"): "a confirmed mismatch taken back",
    ("second keying", "draw"): "a sample drawn",
    ("second keying", "close"): "closed",
}
"""What was done to a thing that is no record of a client, by its kind and the store's word for the act."""
NAMED = frozenset({"group", "passphrase", "standard"})
"""The kinds of those things that people know by the very name that the audit has."""
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
    """What a person did on a day, newest first; `whole` says that there is no more of it.

    `others` are the acts that are about no record of a client: extracts, roles, backups, what was refused; and those on
    records that were removed since, his who removed them among them.
    """

    changes: tuple[RecordChange, ...]
    whole: bool = True
    others: tuple[AuditEntry, ...] = ()


@dataclass(frozen=True)
class DaySums:
    """A day's keying in figures, for the person himself: records entered and changed, the characters of the values
    typed into them, and how many values that stood there already were put right."""

    entered: int = 0
    changed: int = 0
    characters: int = 0
    corrections: int = 0


@dataclass(frozen=True)
class RecordPlace:
    """Where a record stands: its client, and the episode and the event that it is or stands in, empty for none."""

    client_id: str
    episode_id: str = ""
    event_id: str = ""


def of_record(snapshot: Snapshot, record_id: str, *, looks: bool = False) -> RecordHistory:
    """The history of a record by its store id, when asked for with who looked. Raises Problem when there is none.

    A look is at the whole client, and noted there: it is told of whatever record of theirs is asked for.
    """
    record = by_store_id(snapshot, record_id)
    tree = read.tree(snapshot, client_of(snapshot, record), deleted=True)
    below = {one.id: one for one in records_of(tree) if record_id in (one.id, one.parent_id) or record.kind == "client"}
    found = audit.history(snapshot, below, looks=looks)
    if looks and record.kind != "client":
        found = sorted([*found, *audit.looks(snapshot, [tree.client.id])], key=lambda entry: entry.number)
    told = {**below, tree.client.id: tree.client}
    changes = [RecordChange(entry, told[entry.record_id], tree.client) for entry in found]
    return RecordHistory(record, tree.client, tuple(reversed(changes)))


def of_person(
    snapshot: Snapshot, agency: AgencyInfo, person: str, day: date, zone: tzinfo, *, looks: bool = False
) -> DayHistory:
    """What somebody did to an agency's records on a day, which begins and ends at midnight in a zone.

    With `looks` also at whom he looked.
    """
    since, until = _day(day, zone)
    found = audit.of_person(snapshot, agency, person, since=since, until=until, most=MOST + 1, looks=looks)
    return DayHistory(tuple(found[:MOST]), len(found) <= MOST)


def whole_day(
    snapshot: Snapshot, agency: AgencyInfo, person: str, day: date, zone: tzinfo, *, looks: bool = False
) -> DayHistory:
    """The same, with what somebody did that is about no record of a client, or about one that was removed since.

    What was done to another agency, or to what is its own, is told there alone.
    """
    since, until = _day(day, zone)
    others: list[AuditEntry] = []
    # In pieces: an import makes very many at a stroke.
    for done in _pieces(audit.found(snapshot, AuditQuery(person, None, since, until))):
        gone = audit.removed(snapshot, {entry.record_id for entry in done if entry.kind in RECORD_KINDS}, since)
        beside = [
            entry
            for entry in done
            if entry.kind not in RECORD_KINDS
            or entry.act == REFUSED
            or (entry.record_id in gone and (looks or entry.act != audit.LOOK))
        ]
        theirs = audit.elsewhere(snapshot, agency, {entry.record_id for entry in beside})
        others += (one for one in beside if one.record_id not in theirs)
    found = of_person(snapshot, agency, person, day, zone, looks=looks)
    told = tuple(one for one in found.changes if one.entry.act != REFUSED)
    return DayHistory(told, found.whole, tuple(reversed(others[-MOST:])))


def _pieces(entries: Iterator[AuditEntry]) -> Iterator[list[AuditEntry]]:
    while piece := list(islice(entries, MOST)):
        yield piece


def _day(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    since, until = (datetime.combine(day + timedelta(days=more), time(), zone) for more in (0, 1))
    return since, until


def sums(standard: Standard, changes: Iterable[RecordChange]) -> DaySums:
    """What some changes come to: only what was keyed by hand, without what a program made, imported or recoded."""
    typed = {field.header for field in standard.fields if field.keyed == "person"}
    entered: set[str] = set()
    changed: set[str] = set()
    characters = corrections = 0
    for one in (change.entry for change in changes):
        if one.act == "create":
            entered.add(one.record_id)
            values = json.loads(one.new) if one.new else {}
            characters += sum(len(text) for header, text in values.items() if header in typed)
        elif one.act == "change" and one.field in typed:
            changed.add(one.record_id)
            characters += len(one.new or "")
            corrections += bool(one.old)
    return DaySums(len(entered), len(changed - entered), characters, corrections)


def place_of(snapshot: Snapshot, record_id: str) -> RecordPlace:
    """Where a record stands. Raises Problem when there is none."""
    record = by_store_id(snapshot, record_id)
    episode = {"client": "", "episode": record.id, "event": record.parent_id}[record.kind]
    return RecordPlace(client_of(snapshot, record), episode, record.id if record.kind == "event" else "")
