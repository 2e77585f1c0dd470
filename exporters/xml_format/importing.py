"""Taking a return in XML into the store: journeys that are not there yet, with their clients, and new events of others.

A message is a journey, known by client number and day of referral; one that lacks either is listed and left out. Values
of a known journey that are others in the file are listed, and taken where that is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.formats.base import Progress
from exporters.imports.report import ImportReport, LeftOut, ValueDifference
from exporters.xml_format.reading import read_return
from exporters.xml_format.shape import name_of
from store.facts import ClientTree, Counts, StoredRecord, Who
from store.month import locate
from store.month.facts import Whereabouts
from store.records import agencies, bulk_load, save
from store.records import read as records_read
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Values
from validators.rules.field_patterns import SHORTENERS
from validators.standard.model import Section, Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.store import Store

# What a message tells of a journey that the store has: values that differ, events that are new.


@dataclass(slots=True)
class Changes:
    """What is to be written of known journeys: new events under episodes by id, new values of records by id."""

    events: list[tuple[str, Event]] = field(default_factory=list)
    values: dict[str, tuple[StoredRecord, dict[str, str]]] = field(default_factory=dict)


class KnownJourneys:
    """Compares messages with journeys in the store, and gathers what is new."""

    def __init__(self, standard: Standard, report: ImportReport) -> None:
        """Differences are noted in the report."""
        self.standard, self.report, self.changes = standard, report, Changes()
        self._shorten = {header: SHORTENERS[how] for header, how in standard.shortened.items()}

    def compare(self, name: str, record: EpisodeRecord, tree: ClientTree, episode_id: str) -> None:
        """Note what a message tells that its client, as the store has him, does not."""
        before = len(self.report.differences), len(self.changes.events)
        known = next(one for one in tree.episodes if one.episode.id == episode_id)
        line = record.lines[0]
        self._values(name, line, tree.client, record.client)
        self._values(name, line, known.episode, record.episode)
        left = [event for event in known.events if not event.deleted]
        waiting: list[Event] = []
        for event in record.events:
            # One that says no other thing is the same; only what is left may be one that changed.
            same = next((one for one in left if self._says_no_other(one, event)), None)
            if same is not None:
                left.remove(same)
            else:
                waiting.append(event)
        for event in waiting:
            section = self.standard.section_by_id[event.section]
            was = next((one for one in left if one.section == section.id and self._is_same(section, one, event)), None)
            if was is None:
                self.changes.events.append((episode_id, event))
            else:
                left.remove(was)
                self._values(name, event.line or line, was, event.values)
        if before == (len(self.report.differences), len(self.changes.events)):
            self.report.unchanged += 1

    def _values(self, name: str, line: int, stored: StoredRecord, told: Values) -> None:
        own = self.changes.values.get(stored.id)
        now = dict(own[1] if own else stored.values)
        for header, value in told.items():
            kept = now.get(header, "")
            if value and value != kept and self._sent(header, kept) != value:
                self.report.differences.append(ValueDifference(line, name, header, kept, value))
                now[header] = value
                self.changes.values[stored.id] = stored, now

    def _sent(self, header: str, kept: str) -> str:
        """A value as it leaves the building."""
        shorten = self._shorten.get(header)
        return shorten(kept) if shorten and kept else kept

    def _says_no_other(self, stored: StoredRecord, event: Event) -> bool:
        if stored.section != event.section:
            return False
        return all(stored.values.get(header, "") == value for header, value in event.values.items() if value)

    def _is_same(self, section: Section, stored: StoredRecord, event: Event) -> bool:
        """Whether they are told by the same: their identifier, else all up to their date."""
        headers = self.standard.headers_by_section[section.id]
        by = (section.id_field,) if section.id_field else headers[: headers.index(section.date_field) + 1]
        return _told(stored.values, by) == _told(event.values, by) != ("",) * len(by)


def _told(values: Mapping[str, str], headers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(values.get(header, "") for header in headers)


class ReturnImport:
    """One file on its way into a store, as `exporters.imports.csv_import.Import` is for tables."""

    def __init__(self, path: Path, standard: Standard, *, update: bool = False, all_or_nothing: bool = False) -> None:
        """`update` takes values that differ; `all_or_nothing` refuses a file of which anything would be left out."""
        self.path, self.standard, self.update, self.all_or_nothing = path, standard, update, all_or_nothing
        self.report = ImportReport(path, unit="message")
        self._journeys: list[EpisodeRecord] = []
        self._known = KnownJourneys(standard, self.report)
        self._version: int | None = None
        self._met: set[str] = set()
        self._reference, self._opened = standard.role("client_reference"), standard.role("opened")

    def prepare(self, store: "Store | None", agency_code: str | None, progress: Progress | None = None) -> str:
        """Read the file and look for its journeys in the store (None for one that is not there yet); the agency's code.

        Raises Problem when the file cannot be taken; nothing has been written then.
        """
        self._version = store.data_version() if store else None
        read, named = self._read(progress)
        self.report.episodes = len(read)
        code = self._agency_code(named, agency_code)
        agency = self._known_agency(store, code)
        known: Mapping[str, Whereabouts] = {}
        if store and agency:
            wanted = {
                name: (record.client.get(self._reference, ""), record.episode.get(self._opened, ""))
                for name, record in read.items()
            }
            known = store.ask(locate.journeys, agency, wanted)
        clients: Mapping[str, str] = {}
        if store and agency:
            clients = store.ask(
                records_read.clients_by_reference, agency, {record.client[self._reference] for record in read.values()}
            )
        # What several messages say of one client is put together; the first word on each item counts.
        told: dict[str, dict[str, str]] = {}
        for record in read.values():
            own = told.setdefault(record.client[self._reference], {})
            own.update({header: value for header, value in record.client.items() if header not in own})
        for name, record in read.items():
            if name in known:
                self._compare(store, name, record, known[name])
                continue
            reference = record.client[self._reference]
            self._journeys.append(
                EpisodeRecord(
                    told[reference], record.episode, record.events, (), clients.get(reference, f"client {reference}")
                )
            )
        if self.all_or_nothing and self.report.left_out:
            first = self.report.left_out[0]
            raise Problem(
                f"{self.path} was not imported: {len(self.report.left_out)} messages cannot be stored, the first in "
                f"line {first.line} ({first.why}); mend them, or leave out --all-or-nothing."
            )
        new = {record.client_id for record in self._journeys} - set(clients.values())
        events = sum(len(one.events) for one in self._journeys) + len(self._known.changes.events)
        self.report.new = Counts(len(new), len(self._journeys), events)
        self.report.updated = len(self._known.changes.values) if self.update else 0
        return code

    def _read(self, progress: Progress | None) -> tuple[dict[str, EpisodeRecord], set[str]]:
        """The journeys that can be stored, by their names, and the agencies that the messages name."""
        read: dict[str, EpisodeRecord] = {}
        # What is left out names its agency as well.
        named: set[str] = set()
        for record, faults in read_return(self.path, self.standard, progress).episodes():
            self.report.rows += 1
            named.add(record.client.get(self.standard.role("agency"), ""))
            name = name_of(self.standard, record)
            if faults:
                self._leave_out(record, faults[0].message)
            elif not record.client.get(self._reference) or not record.episode.get(self._opened):
                needed = self.standard.by_header
                labels = f"{needed[self._reference].label.lower()} or {needed[self._opened].label.lower()}"
                self._leave_out(record, f"it has no {labels}")
            elif name in read:
                self._leave_out(record, "an earlier message is about the same journey")
            else:
                read[name] = record
        return read, named

    def _compare(self, store: "Store | None", name: str, record: EpisodeRecord, at: Whereabouts) -> None:
        if store is None or at.deleted_at is not None:
            self._leave_out(record, "the store has this journey, deleted: bring it back first")
        elif at.episode_id in self._met:
            self._leave_out(record, "an earlier message is about the same journey")
        else:
            self._met.add(at.episode_id)
            self._known.compare(name, record, store.ask(records_read.tree, at.client_id), at.episode_id)

    def write(self, store: "Store", code: str, person: str, now: datetime) -> ImportReport:
        """Write what `prepare` found, in one transaction; nothing is kept when it fails."""
        changes = self._known.changes
        changed = list(changes.values.values()) if self.update else []
        if not (self._journeys or changes.events or changed):
            return self.report
        with store.writing(Who(person, now)) as work:
            if self._version is not None and store.data_version() != self._version:
                raise Problem("Somebody saved to the store while the file was compared with it: run the import again.")
            agency = agencies.ensure(work, code, self.standard.id)
            if self._journeys:
                bulk_load.load(work, agency, self._journeys, act="import")
            for episode_id, event in changes.events:
                save.create(work, "event", episode_id, event.section, event.values, act="import")
            for record, values in changed:
                save.change(work, record.kind, record.id, values, record.version, act="import")
        return self.report

    def _leave_out(self, record: EpisodeRecord, why: str) -> None:
        self.report.left_out.append(LeftOut(record.lines[0], why))

    def _agency_code(self, named: set[str], wanted: str | None) -> str:
        found = sorted(filter(None, named))
        if wanted is None and len(found) != 1:
            told = f"names several agencies ({', '.join(map(ascii, found[:5]))})" if found else "names no agency"
            raise Problem(f"{self.path} {told}: say which with --agency.")
        code = wanted or found[0]
        if others := [one for one in found if one != code]:
            self.report.notes.append(
                f"Some messages name another agency ({', '.join(map(ascii, others[:5]))}); kept as they came, in {code}"
            )
        return code

    def _known_agency(self, store: "Store | None", code: str) -> "AgencyInfo | None":
        every = store.ask(agencies.listed) if store else ()
        return next((one for one in every if (one.code, one.standard) == (code, self.standard.id)), None)
