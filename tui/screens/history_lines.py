"""What the audit knows of some records, in words. Runs in a thread and knows no screen."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from store.shapes import AgencyInfo, AuditEntry, ClientQuery, ClientTree, Filter, Kind, StoredRecord
from tui.form.dates import show_date
from tui.local_time import LONDON
from validators.problems import Problem
from validators.records import Values
from validators.standard import Standard

if TYPE_CHECKING:
    from store.opening import Store

MOST_CLIENTS = 300
"""Clients looked through for what somebody did today; more are changed at a stroke by an import alone."""
PAGE = 100
ERASED = "(erased)"
EMPTY = "(empty)"
ACTS = {
    "create": "entered",
    "import": "imported",
    "load": "loaded",
    "sample": "made as a sample",
    "copy": "copied from another data set",
    "delete": "deleted",
    "undelete": "brought back",
    "erase": "earlier values erased from the history",
    "merge": "made one with another client",
    "split": "parted from another client again",
}
"""What was done to a whole record, by the store's word for it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of history: when, who, which record of which client, what was done; `details` say all of it.

    `number` is the link's own in the audit's chain.
    """

    number: int
    at: str
    person: str
    client: str
    record: str
    what: str
    details: tuple[str, ...]
    client_id: str
    record_id: str
    field: str = ""

    @property
    def text(self) -> str:
        """All that a filter looks through."""
        return f"{self.at} {self.person} {self.client} {self.record} {self.what}".casefold()


def of_record(store: "Store", standard: Standard, record_id: str) -> tuple[str, list[Told]]:
    """The record's name and the history of it and of all below it, newest first. Raises Problem when there is none."""
    record = _record(store, record_id)
    tree = store.client_tree(_client_of(store, record), deleted=True)
    records = [one for one in _records(tree) if record_id in (one.id, one.parent_id) or record.kind == "client"]
    name = client_name(standard, tree.client.values)
    told = [line for one in records for line in _told(store, standard, tree, one)]
    title = name if record.kind == "client" else f"{name}, {record_name(standard, record)}"
    return title, sorted(told, key=lambda line: -line.number)


def by_person(
    store: "Store", agency: AgencyInfo, standard: Standard, person: str, day: date
) -> tuple[bool, list[Told]]:
    """What somebody did on a day, newest first; the first is whether all of it is told."""
    told: list[Told] = []
    whole = True
    deleted: tuple[frozenset[Filter], ...] = (frozenset(), frozenset({"deleted"}))
    for filters in deleted:
        for seen, client_id in enumerate(_changed(store, agency, filters, day)):
            if seen >= MOST_CLIENTS:
                whole = False
                break
            tree = store.client_tree(client_id, deleted=True)
            for record in _records(tree):
                told += _told(store, standard, tree, record, person, day)
    return whole, sorted(told, key=lambda line: -line.number)


def _changed(store: "Store", agency: AgencyInfo, filters: frozenset[Filter], day: date) -> Iterator[str]:
    """The clients changed on a day or since, the latest first."""
    query = ClientQuery(filters=filters, sort="changed", descending=True)
    offset = 0
    while rows := store.client_rows(agency, query, offset, PAGE):
        for row in rows:
            if _day(row.changed_at) < day:
                return
            yield row.id
        offset += PAGE


def _told(
    store: "Store",
    standard: Standard,
    tree: ClientTree,
    record: StoredRecord,
    person: str | None = None,
    day: date | None = None,
) -> Iterator[Told]:
    """The history of one record, or one person's part of it on one day."""
    client = client_name(standard, tree.client.values)
    for entry in store.history(record.id):
        if (person is not None and entry.person != person) or (day is not None and _day(entry.at) != day):
            continue
        what, details = describe(standard, entry)
        at = f"{entry.at.astimezone(LONDON):%d %b %Y %H:%M}"
        name = record_name(standard, record)
        header = entry.field if entry.field in standard.by_header else ""
        yield Told(entry.number, at, entry.person, client, name, what, details, tree.client.id, record.id, header)


def describe(standard: Standard, entry: AuditEntry) -> tuple[str, tuple[str, ...]]:
    """What was done in one line, and all of it in several."""
    if entry.field:
        field = standard.by_header.get(entry.field)
        label = field.label if field else {"note": "Note", "key_worker": "Key worker"}.get(entry.field, entry.field)
        if entry.erased:
            return f"{label}: {ERASED} → {ERASED}", (f"{label}: both values were erased from the history.",)
        old, new = (_value(standard, entry.field, text) for text in (entry.old, entry.new))
        return f"{label}: {old} → {new}", (f"{label} ({entry.field})", f"  from  {old}", f"  to    {new}")
    done = ACTS.get(entry.act, entry.act)
    if entry.erased:
        return f"{done}; values {ERASED}", (f"{done.capitalize()}; its values were erased from the history.",)
    values = _values(entry.new if entry.new is not None else entry.old)
    known = {header: text for header, text in values.items() if header in standard.by_header}
    if not known:
        return done, (done.capitalize(), *(f"  {name}: {text}" for name, text in values.items()))
    lines = [
        f"  {standard.by_header[header].label}: {_value(standard, header, text)}" for header, text in known.items()
    ]
    return f"{done}, {len(known)} values", (f"{done.capitalize()} with", *lines)


def client_name(standard: Standard, values: Values) -> str:
    """Reference and initials, as far as there are any; else the identifier."""
    initials = "".join(values.get(standard.role(name), "") for name in ("given_initial", "family_initial"))
    parts = [values.get(standard.role("client_reference"), ""), initials]
    return " ".join(part for part in parts if part) or values.get(standard.role("client_id"), "") or "without a name"


def record_name(standard: Standard, record: StoredRecord) -> str:
    """A record in a few words: `Client`, `Episode 12 Mar 2020`."""
    if record.kind == "client":
        return "Client"
    if record.kind == "episode":
        name, header = standard.words.get("episode", "episode").capitalize(), standard.role("opened")
    else:
        section = standard.section_by_id.get(record.section)
        name, header = (section.title, section.date_field) if section else (record.section, "")
    field = standard.by_header.get(header)
    text = record.values.get(header, "")
    day = show_date(text, field.layout.text) if field and text else ""
    return f"{name} {day or text}".rstrip() + (" (deleted)" if record.deleted else "")


def place_of(store: "Store", one: Told) -> tuple[str, str, str, str]:
    """Where a line's record stands: client, episode, event and field."""
    record = _record(store, one.record_id)
    episode = {"client": "", "episode": record.id, "event": record.parent_id}[record.kind]
    return _client_of(store, record), episode, record.id if record.kind == "event" else "", one.field


def _value(standard: Standard, header: str, text: str | None) -> str:
    """A value with its meaning."""
    if not text:
        return EMPTY
    field = standard.by_header.get(header)
    if field is None:
        return text
    if field.is_date:
        return show_date(text, field.layout.text) or text
    codes = standard.code_lists.get(field.codes)
    meaning = codes.codes.get(text, "") if codes else ""
    return f"{text} {meaning}".rstrip()


def _values(text: str | None) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _records(tree: ClientTree) -> Iterable[StoredRecord]:
    yield tree.client
    for one in tree.episodes:
        yield one.episode
        yield from one.events


def _record(store: "Store", record_id: str) -> StoredRecord:
    kinds: tuple[Kind, ...] = ("client", "episode", "event")
    for kind in kinds:
        try:
            return store.get(kind, record_id)
        except Problem:
            continue
    raise Problem("That record is not in the store: it may never have been saved.")


def _client_of(store: "Store", record: StoredRecord) -> str:
    if record.kind == "client":
        return record.id
    return record.parent_id if record.kind == "episode" else store.get("episode", record.parent_id).parent_id
