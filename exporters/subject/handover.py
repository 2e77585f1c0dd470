"""The hand-over of all records of an agency, when a contract changes hands: as JSON and as CSV, with a README beside.

Both hold the same and can be taken back by `keywork import`; another system finds every column described in README.txt.
"""

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from exporters.json_text import json_text
from exporters.subject.handover_file import AGENCY, CLIENTS, MARK
from store.disk import audit
from store.disk.files import PRIVATE, make, mode_for_person, refused, scratch_folder, sync
from store.facts import AgencyInfo, AuditEntry
from store.month import agency_settings
from store.records import handover, handover_beside, read
from store.records.handover import CONSENT_TEXTS, HandedClient, HandedEpisode, HandedMerge, HandedRecord
from store.records.handover_beside import HandedDraft, HandedNote
from store.snapshot import Snapshot
from validators.local_time import date_text
from validators.problems import Problem
from validators.standard.model import Standard
from validators.standard.terminology import Sentence
from validators.version import VERSION

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

LAYOUT = 1
OWN = "keywork_"
"""How the names of columns begin that are not the data set's."""
HAND_OVER = "hand over"
JSON_NAME, README = "handover.json", "README.txt"
EPISODES, ACCEPTED, CONSENT, MERGES, UNSAVED, NOTES, HISTORY = (
    f"{name}.csv" for name in ("episodes", "accepted", "consent", "merges", "unsaved", "field_notes", "history")
)
EVENTS = "events_"
LAST = MARKED, OTHERS = "unconfirmed", "others"
MOMENTS = ("created_at", "created_by", "changed_at", "changed_by", "deleted_at")
OF_ACCEPTANCE = (
    "id", "event_id", "rule", "reason", "accepted_at", "accepted_by", "lapsed_at", "withdrawn_at", "withdrawn_by",
)  # fmt: skip
OF_MERGE = ("id", "keep_id", "other_id", "merged_at", "merged_by", "split_at", "split_by")
OF_DRAFT = ("person", "session", "kind", "record_id", "parent_id", "section", "base", "saved_at", "at_field")
TYPED = ("values", "began_with", "unconfirmed")
"""Of a draft what stands as JSON in a cell."""
OF_NOTE = ("record_id", "kind", "field", "note", "noted_at", "noted_by")
OF_HISTORY = ("number", "at", "person", "act", "kind", "record_id", "field", "old", "new")


@dataclass(frozen=True)
class Head:
    """Whose records they are, by which data set, when and by whom they were handed over, and the agency's settings."""

    code: str
    standard: str
    edition: str = ""
    name: str = ""
    region: str = ""
    made_at: str = ""
    made_by: str = ""
    software: str = f"Keywork {VERSION}"
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Handed:
    """How much was handed over, and where it stands; `where` is "" for what went into a stream."""

    where: str
    clients: int = 0
    episodes: int = 0
    events: int = 0
    unsaved: int = 0
    notes: int = 0


@dataclass(frozen=True)
class HandedBeside:
    """What is handed over beside the records: typing that nobody saved, and notes on fields."""

    unsaved: Sequence[HandedDraft] = ()
    notes: Sequence[HandedNote] = ()


NOTHING = HandedBeside()


def head_of(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, person: str, at: datetime) -> Head:
    """What stands at the head of a hand-over."""
    told = agency_settings.settings(snapshot, agency)
    moment = at.astimezone(UTC).isoformat(timespec="seconds")
    return Head(agency.code, standard.id, standard.edition, agency.name, agency.region, moment, person, settings=told)


def note(unit: "UnitOfWork", agency: AgencyInfo) -> None:
    """Note in the agency's history that all its records were handed over."""
    unit.chain.add(HAND_OVER, "agency", agency.id, "", None, None)


def write_folder(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, head: Head, out: Path) -> Handed:
    """Write a hand-over into a new folder within `out`, for the person at work alone. Raises Problem.

    The folder has its name only once all of it is on the disk.
    """
    day = date_text(datetime.fromisoformat(head.made_at))
    target = out / f"handover-{''.join(c for c in head.code if c.isalnum())}-{day}"
    try:
        if target.exists():
            raise Problem(
                f"There is a hand-over at {target} already and it is kept: move it away, or name another --out."
            )
        mode = mode_for_person(out)
        with scratch_folder(target) as scratch:
            if mode != PRIVATE:
                # For the group that `out` hands on, as its files are.
                scratch.chmod(0o2750)
            done = _fill(snapshot, agency, standard, head, scratch, mode)
            sync(scratch)
            scratch.rename(target)
        sync(out)
    except OSError as error:
        raise refused(error, target, "written") from None
    return replace(done, where=str(target))


def _fill(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, head: Head, folder: Path, mode: int) -> Handed:
    with ExitStack() as opened:

        def file(name: str) -> IO[str]:
            descriptor = make(folder / name, mode)
            return opened.enter_context(os.fdopen(descriptor, "w", encoding="utf-8", newline=""))

        file(README).write(readme(standard, head))
        document, tables = file(JSON_NAME), Tables(standard, file)
        done = _write(snapshot, agency, head, document, tables)
    for path in folder.iterdir():
        sync(path)
    return done


def write_json(snapshot: Snapshot, agency: AgencyInfo, head: Head, stream: IO[str]) -> Handed:
    """Write a hand-over as JSON into a stream. Raises OSError when it breaks."""
    return _write(snapshot, agency, head, stream, None)


def _write(snapshot: Snapshot, agency: AgencyInfo, head: Head, document: IO[str], tables: "Tables | None") -> Handed:
    writer = JsonWriter(document, head)
    clients = episodes = events = 0
    if tables is not None:
        tables.head(head)
    for some in read.batches(handover.clients(snapshot, agency), handover.BATCH):
        entries = audit.history(snapshot, [own_id for client in some for own_id in client.ids])
        for client in some:
            clients, episodes = clients + 1, episodes + len(client.episodes)
            events += sum(len(one.events) for one in client.episodes)
            writer.client(client)
            if tables is not None:
                tables.client(client)
        writer.keep(entries)
        if tables is not None:
            tables.history(entries)
    merges = handover.merges(snapshot, agency)
    beside = HandedBeside(handover_beside.unsaved(snapshot, agency), handover_beside.notes(snapshot, agency))
    writer.finish(merges, beside)
    if tables is not None:
        tables.merges(merges)
        tables.beside(beside)
    return Handed("", clients, episodes, events, len(beside.unsaved), len(beside.notes))


# As JSON


class JsonWriter:
    """Writes a hand-over as one JSON object, a client a line."""

    def __init__(self, stream: IO[str], head: Head) -> None:
        """Write the head."""
        self._stream, self._entries = stream, []  # type: IO[str], list[str]
        self._first = True
        told = json_text({MARK: LAYOUT, **asdict(head)})
        stream.write(f'{told[:-1]},\n "clients": [')

    def client(self, client: HandedClient) -> None:
        """Write one client."""
        self._stream.write(f"{'' if self._first else ','}\n  {json_text(client_mapping(client))}")
        self._first = False

    def keep(self, entries: Iterable[AuditEntry]) -> None:
        """Keep lines of history until the clients are written."""
        self._entries += [json_text(history_mapping(one)) for one in entries]

    def finish(self, merges: Iterable[HandedMerge], beside: HandedBeside = NOTHING) -> None:
        """Write what stands behind the clients."""
        told = json_text([asdict(one) for one in merges])
        self._stream.write(f'\n ],\n "merges": {told}')
        for name, listed in (("unsaved", beside.unsaved), ("field_notes", beside.notes)):
            lines = ",".join(f"\n  {json_text(asdict(one))}" for one in listed)
            self._stream.write(f',\n "{name}": [{lines}\n ]')
        self._stream.write(',\n "history": [')
        self._stream.write(",".join(f"\n  {one}" for one in self._entries))
        self._stream.write("\n ]\n}\n")
        self._stream.flush()


def client_mapping(client: HandedClient) -> dict[str, Any]:
    """A client as JSON has it."""
    episodes = [
        {
            **_record_mapping(one.record),
            "key_worker": one.key_worker,
            "note": one.note,
            "events": [{"section": event.section, **_record_mapping(event)} for event in one.events],
            "accepted": [asdict(said) for said in one.accepted],
            "consent": [dict(answer) for answer in one.consent],
        }
        for one in client.episodes
    ]
    return {**_record_mapping(client.record), "episodes": episodes}


def _record_mapping(record: HandedRecord) -> dict[str, Any]:
    moments = {name: getattr(record, name) for name in MOMENTS}
    return {"id": record.id, **moments, "values": dict(record.values), "unconfirmed": list(record.unconfirmed)}


def history_mapping(entry: AuditEntry) -> dict[str, Any]:
    """A line of history as JSON and CSV have it."""
    told = {name: getattr(entry, name) for name in OF_HISTORY}
    return told | {"at": entry.at.isoformat()}


# As CSV


class Tables:
    """Writes a hand-over as tables, a file each; a file of events for each section of the data set."""

    def __init__(self, standard: Standard, file: Any) -> None:
        """Take what makes a file by its name."""
        self._file, self._standard = file, standard
        levels = standard.headers_by_level
        self._clients = self._table(CLIENTS, ["id", *MOMENTS, *LAST], levels["client"])
        above = ["id", "client", *MOMENTS, "key_worker", "note", *LAST]
        self._episodes = self._table(EPISODES, above, levels["episode"])
        self._events = {section.id: self._of_events(section.id) for section in standard.event_sections}
        self._accepted = self._table(ACCEPTED, ["episode", "values", *OF_ACCEPTANCE], ())
        self._consent = self._table(CONSENT, ["episode", *CONSENT_TEXTS], ())
        self._merges = self._table(MERGES, [*OF_MERGE, "moved"], ())
        self._unsaved = self._table(UNSAVED, [*OF_DRAFT, *TYPED], ())
        self._notes = self._table(NOTES, OF_NOTE, ())
        self._history = self._table(HISTORY, OF_HISTORY, ())

    def _of_events(self, section: str) -> "HandoverTable":
        own = ["id", "episode", "position", "section", *MOMENTS, *LAST]
        return self._table(f"{EVENTS}{section}.csv", own, self._standard.headers_by_section.get(section, ()))

    def _table(self, name: str, own: Iterable[str], headers: Iterable[str]) -> "HandoverTable":
        return HandoverTable(self._file(name), [f"{OWN}{one}" for one in own], list(headers))

    def head(self, head: Head) -> None:
        """Write whose records they are."""
        told = asdict(head) | {"settings": json.dumps(dict(head.settings), ensure_ascii=False), "layout": str(LAYOUT)}
        self._table(AGENCY, told, ()).row(told, {})

    def client(self, client: HandedClient) -> None:
        """Write one client."""
        self._clients.row(_own(client.record), client.record.values)
        for one in client.episodes:
            self._episode(client.record.id, one)

    def _episode(self, client: str, one: HandedEpisode) -> None:
        beside = {"client": client, "key_worker": one.key_worker, "note": one.note}
        self._episodes.row(_own(one.record) | beside, one.record.values)
        for position, event in enumerate(one.events, 1):
            place = {"episode": one.record.id, "position": str(position), "section": event.section}
            if event.section not in self._events:
                self._events[event.section] = self._of_events(event.section)
            self._events[event.section].row(_own(event) | place, event.values)
        for answer in one.consent:
            self._consent.row({**answer, "episode": one.record.id}, {})
        for said in one.accepted:
            told = {name: getattr(said, name) for name in OF_ACCEPTANCE}
            told |= {"episode": one.record.id, "values": json.dumps(dict(said.values), ensure_ascii=False)}
            self._accepted.row(told, {})

    def merges(self, merges: Iterable[HandedMerge]) -> None:
        """Write the merges."""
        for one in merges:
            told = {name: getattr(one, name) for name in OF_MERGE} | {"moved": " ".join(one.moved)}
            self._merges.row(told, {})

    def beside(self, beside: HandedBeside) -> None:
        """Write what stands beside the records."""
        for one in beside.unsaved:
            told = {name: getattr(one, name) for name in OF_DRAFT}
            told |= {name: json_text(getattr(one, name)) for name in TYPED}
            self._unsaved.row(told, {})
        for note in beside.notes:
            self._notes.row({name: getattr(note, name) for name in OF_NOTE}, {})

    def history(self, entries: Iterable[AuditEntry]) -> None:
        """Write lines of history."""
        for one in entries:
            self._history.row({name: str(told or "") for name, told in history_mapping(one).items()}, {})


def _own(record: HandedRecord) -> dict[str, str]:
    marked = {"unconfirmed": json.dumps(record.unconfirmed) if record.unconfirmed else ""}
    return {"id": record.id, **{name: getattr(record, name) for name in MOMENTS}} | marked


class HandoverTable:
    """One table: our own columns, then the data set's. Values that the data set does not know stand in one of ours."""

    def __init__(self, stream: IO[str], own: list[str], headers: list[str]) -> None:
        """Write the heading."""
        self._own, self._headers, self._known = [one.removeprefix(OWN) for one in own], headers, set(headers)
        self._writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        self._writer.writerow([*own, *headers])

    def row(self, own: Mapping[str, str], values: Mapping[str, str]) -> None:
        """Write one row."""
        others = {header: text for header, text in values.items() if header not in self._known}
        told = {**own, OTHERS: json.dumps(others, ensure_ascii=False) if others else ""}
        self._writer.writerow(
            [*(told[name] for name in self._own), *(values.get(header, "") for header in self._headers)]
        )


# What it says of itself


def readme(standard: Standard, head: Head) -> str:
    """The description of every file and column, for whoever reads them without Keywork."""
    text = io.StringIO()
    text.writelines(f"{line}\n" for line in _readme_lines(standard, head))
    return text.getvalue()


def _readme_lines(standard: Standard, head: Head) -> Iterator[str]:
    yield f"All records of agency {head.code} ({head.name or 'no name'}), data set {standard.title} ({standard.id},"
    yield f"edition {standard.edition}), handed over on {head.made_at} by {head.made_by}, written by {head.software}."
    yield ""
    yield "These files hold health records of single persons: let nobody else read them, and delete them once they are"
    yield "taken in."
    yield ""
    yield f"{JSON_NAME} holds everything in one file; the CSV files hold the same. `keywork import` takes either back:"
    yield f"name {JSON_NAME}, or this folder. Everything is UTF-8. In CSV every cell is quoted, a quotation mark in"
    yield "a cell is doubled, lines end in CR LF, and a cell may hold line ends. Do not open and save them with a"
    yield "spreadsheet: it changes dates and takes leading zeros."
    yield ""
    yield "Values are as they were typed; an empty cell and an absent value mean the same. Moments are ISO 8601 in UTC."
    yield f"Columns that begin with {OWN} are the program's, all others are the data set's own headers (below)."
    yield ""
    yield from (f"{name:<14} {told.told(standard.terms)}" for name, told in _FILES)
    yield standard.say("events_X.csv   one line {an event} of section X: ") + ", ".join(
        one.id for one in standard.event_sections
    )
    yield ""
    yield "The program's columns, in CSV; in JSON without the prefix:"
    yield from (f"  {OWN}{name:<14} {told.told(standard.terms)}" for name, told in _COLUMNS)
    yield ""
    yield "Not handed over: findings (they follow from the values), extracts, receipts, and what was keyed a second"
    yield "time and is not decided; what was decided stands in the records and in the history."
    yield f"Typing that nobody saved is in {UNSAVED}: no record until whoever typed it, by account, has saved it."
    yield "The history is for reading; what is taken back begins a history of its own."
    for section in standard.sections:
        yield ""
        yield f"Section {section.id}: {section.title} ({section.level})"
        for item in standard.fields:
            if item.section == section.id:
                codes = f", code list {item.codes}" if item.codes else ""
                yield f"  {item.header:<12} {item.label} ({item.layout.text}{codes})"
    for listed in standard.code_lists.values():
        yield ""
        yield f"Code list {listed.id}: {listed.title} ({listed.status})"
        yield from (f"  {code:<8} {label}" for code, label in listed.codes.items())


_FILES = (
    (AGENCY, Sentence("one line: the agency, its data set, its settings as JSON, the version of this layout")),
    (CLIENTS, Sentence("one line a {client}, in order of entry")),
    (EPISODES, Sentence("one line {an episode}, in order of entry; keywork_client is the {client}'s keywork_id")),
    (ACCEPTED, Sentence("warnings that somebody accepted, with the values they are about as JSON")),
    (CONSENT, Sentence("what was answered to the question of consent, when, who asked, with which notice")),
    (MERGES, Sentence("{clients} who were made one: the one that is kept, the other, the {episodes} that went over")),
    (UNSAVED, Sentence("what somebody typed into a record and did not save, with the values as JSON")),
    (NOTES, Sentence("lines on fields, such as what somebody waits for; never sent")),
    (HISTORY, Sentence("who did what when to which record, from what to what")),
)
_COLUMNS = (
    ("id", Sentence("the record's own id; other files point at it")),
    ("client", Sentence("the {client} {an episode} belongs to")),
    ("episode", Sentence("the {episode} that {an event} or an accepted warning belongs to")),
    ("position", Sentence("the place of {an event} among all {events} of its {episode}, from 1")),
    ("created_at", Sentence("when it was entered, created_by by whom")),
    ("changed_at", Sentence("when it was last changed, changed_by by whom")),
    ("deleted_at", Sentence("when it was deleted; empty for what is there")),
    ("key_worker", Sentence("who works with the {client} in this {episode}, never sent")),
    ("note", Sentence("a note of the {episode}, never sent")),
    ("unconfirmed", Sentence("fields whose value was carried over from an earlier record and not confirmed, as JSON")),
    ("base", Sentence("of typing: the record is new, stands as it did (current), or was saved since (overtaken)")),
    ("session", Sentence("of typing: the window, where there were several; at_field is the field one was in")),
    ("began_with", Sentence("of typing: the values that stood in the record at first, as JSON")),
    ("others", Sentence("values under headers that the data set does not know, as JSON")),
)
