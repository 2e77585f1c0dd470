"""Taking an existing extract into the store, faults and all.

A file is read and compared with what is known before anything is written; then it is written in one transaction. What
is stored is stored as it came. A row that cannot be is listed by its line and left out: one with the wrong number of
cells, without an episode ID, or with an episode ID that belongs to another client.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.csv_format.reading import read_extract
from exporters.formats.base import Importer, Incoming, Progress
from exporters.imports.report import ImportReport, LeftOut, ValueDifference, printed
from store.facts import Counts, KnownEpisode, StoredRecord, Who
from store.records import agencies, bulk_load, read, save
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Finding, Values
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.store import Store


@dataclass(slots=True)
class _Change:
    """New values for a stored record."""

    record: StoredRecord
    values: dict[str, str]


@dataclass
class _Plan:
    """What is to be written: whole new episodes, new events under known ones, changed values."""

    episodes: list[EpisodeRecord] = field(default_factory=list)
    events: list[tuple[str, Event]] = field(default_factory=list)
    changes: dict[str, _Change] = field(default_factory=dict)

    def change(self, record: StoredRecord, header: str, value: str) -> bool:
        """Plan one value of a stored record; say whether that is news."""
        values = self.changes.setdefault(record.id, _Change(record, dict(record.values))).values
        if values.get(header, "") == value:
            return False
        values[header] = value
        return True


class Import:
    """One file on its way into a store. Reading and comparing is done by `prepare`, writing by `write`."""

    def __init__(
        self,
        path: Path,
        standard: Standard,
        *,
        update: bool = False,
        all_or_nothing: bool = False,
        reader: Callable[[Path, Progress | None], Incoming] | None = None,
    ) -> None:
        """`update` takes values that differ from the stored ones; `all_or_nothing` refuses a file with a bad row.

        `reader` reads the file, where its rows are not in CSV.
        """
        self._read = reader or (lambda path, progress: read_extract(path, standard, progress))
        self.path, self.standard, self.update, self.all_or_nothing = path, standard, update, all_or_nothing
        self.report = ImportReport(path)
        self._plan = _Plan()
        self._clients: dict[str, EpisodeRecord] = {}
        self._told: dict[tuple[str, str], str] = {}
        self._version: int | None = None
        self._identity = standard.role("episode_id")
        self._client_id = standard.role("client_id")

    def prepare(self, store: "Store | None", agency_code: str | None, progress: Progress | None = None) -> str:
        """Read the file and compare it with the store (None for one that does not exist yet); give the agency's code.

        Raises Problem when the file cannot be taken; nothing has been written then.
        """
        extract = self._read(self.path, progress)
        judge_heading(extract, self._identity, self.report)
        self._version = store.data_version() if store else None
        records = list(self._readable(extract))
        code = self._agency_code(records, agency_code)
        known_agency = next(
            (
                a
                for a in (store.ask(agencies.listed) if store else ())
                if (a.code, a.standard) == (code, self.standard.id)
            ),
            None,
        )
        episodes: dict[str, KnownEpisode] = {}
        clients: dict[str, StoredRecord] = {}
        if store and known_agency:
            episodes = store.ask(
                read.known_episodes, known_agency, [record.episode[self._identity] for record in records]
            )
            named = {record.client.get(self._client_id, "") for record in records} - {""}
            clients = store.ask(read.known_clients, known_agency, named)
        for record in records:
            known = episodes.get(record.episode[self._identity])
            if known is None:
                self._add(record, clients)
            else:
                self._compare(record, known)
        self.report.left_out.sort(key=lambda item: item.line)
        if self.all_or_nothing and self.report.left_out:
            first = self.report.left_out[0]
            raise Problem(
                f"{self.path} was not imported: {len(self.report.left_out)} rows cannot be stored, the first in line "
                f"{first.line} ({first.why}); mend them, or leave out --all-or-nothing."
            )
        self._count()
        return code

    def write(self, store: "Store", code: str, person: str, now: datetime) -> ImportReport:
        """Write what `prepare` planned, in one transaction; nothing is kept when it fails."""
        plan = self._plan
        changes = plan.changes.values() if self.update else ()
        if not (plan.episodes or plan.events or changes):
            return self.report
        with store.writing(Who(person, now)) as work:
            # Asked within the transaction: what others saved meanwhile was not compared with.
            if self._version is not None and store.data_version() != self._version:
                raise Problem("Somebody saved to the store while the file was compared with it: run the import again.")
            agency = agencies.ensure(work, code, self.standard.id)
            if plan.episodes:
                bulk_load.load(work, agency, plan.episodes, act="import")
            for episode_id, event in plan.events:
                save.create(work, "event", episode_id, event.section, event.values, act="import")
            for change in changes:
                record = change.record
                save.change(work, record.kind, record.id, change.values, record.version, act="import")
        return self.report

    # --- reading --------------------------------------------------------------------------------------------------

    def _readable(self, extract: Incoming) -> Iterator[EpisodeRecord]:
        """The episodes that can be stored, each once; those that cannot are listed."""
        owners: set[str] = set()
        for record, findings in extract.episodes():
            self.report.rows += len(record.lines)
            episode = record.episode[self._identity]
            if not episode:
                self._leave_out(record, f"{self._identity} is missing")
                continue
            if episode in owners:
                self._leave_out(record, f"its {self._identity} belongs to another client in an earlier line")
                continue
            owners.add(episode)
            self.report.episodes += 1
            self._disagree(record, findings)
            yield record

    def _leave_out(self, record: EpisodeRecord, why: str) -> None:
        self.report.left_out += [LeftOut(line, why) for line in record.lines]

    def _disagree(self, record: EpisodeRecord, findings: Iterable[Finding]) -> None:
        base = {**record.client, **record.episode}
        for finding in findings:
            for header, told in finding.values.items():
                difference = ValueDifference(finding.lines[0], finding.episode, header, base.get(header, ""), told)
                self.report.disagreements.append(difference)

    def _agency_code(self, records: list[EpisodeRecord], wanted: str | None) -> str:
        header = self.standard.role("agency")
        found = Counter(code for record in records if (code := record.client.get(header, "")))
        if wanted is None and not found:
            raise Problem(f"{self.path} names no agency ({header} is empty throughout): say which with --agency.")
        code = wanted or found.most_common(1)[0][0]
        if others := sorted(set(found) - {code}):
            self.report.notes.append(
                f"Some rows name another agency ({', '.join(map(ascii, others))}); kept as they came, under {code}"
            )
        return code

    # --- comparing ------------------------------------------------------------------------------------------------

    def _add(self, record: EpisodeRecord, clients: Mapping[str, StoredRecord]) -> None:
        """Plan a new episode, under a known client, one met earlier in the file, or a new one."""
        name = record.client.get(self._client_id, "")
        stored = clients.get(name) if name else None
        token = f"line {record.lines[0]}"
        if stored is not None:
            token = stored.id
            self._compare_values(stored, record, record.client)
        elif name:
            token = f"client {name}"
            first = self._clients.setdefault(name, record)
            if first is not record:
                self._compare_with_first(first, record)
        self._plan.episodes.append(
            EpisodeRecord(record.client, record.episode, record.events, record.lines, client_id=token)
        )

    def _compare_with_first(self, first: EpisodeRecord, record: EpisodeRecord) -> None:
        """The first row wins; but one without consent says nothing, so what it left empty is filled."""
        silent = self.standard.withholds(first.episode)
        for header, told in record.client.items():
            kept = first.client.get(header, "")
            if told == kept or (not told and self.standard.withholds(record.episode)):
                continue
            if silent and not kept:
                assert isinstance(first.client, dict)
                first.client[header] = told
            else:
                episode = record.episode[self._identity]
                self.report.disagreements.append(ValueDifference(record.lines[0], episode, header, kept, told))

    def _compare(self, record: EpisodeRecord, known: KnownEpisode) -> None:
        """Plan what a known episode's rows tell that is new."""
        name, kept = record.client.get(self._client_id, ""), known.client.values.get(self._client_id, "")
        if name and kept and name != kept:
            self.report.episodes -= 1
            self._leave_out(record, f"its {self._identity} belongs to another client in the store")
            return
        before = len(self.report.differences)
        self._compare_values(known.client, record, record.client)
        self._compare_values(known.episode, record, record.episode)
        added = self._compare_events(record, known)
        if not added and len(self.report.differences) == before:
            self.report.unchanged += 1

    def _compare_values(self, stored: StoredRecord, record: EpisodeRecord, values: Values) -> None:
        withheld = self.standard.withholds(record.episode)
        for header, told in values.items():
            kept = stored.values.get(header, "")
            # A row without consent never blanks what is known; nobody keys what the exporter writes.
            if (withheld and not told) or self.standard.by_header[header].keyed == "written":
                continue
            # The first row of the file wins, as everywhere.
            first = self._told.setdefault((stored.id, header), told)
            if first != told:
                difference = ValueDifference(record.lines[0], record.episode[self._identity], header, first, told)
                self.report.disagreements.append(difference)
            elif told != kept and self._plan.change(stored, header, told):
                self._differ(record.lines[0], record, header, kept, told)

    def _differ(self, line: int, record: EpisodeRecord, header: str, kept: str, told: str) -> None:
        self.report.differences.append(ValueDifference(line, record.episode[self._identity], header, kept, told))

    def _compare_events(self, record: EpisodeRecord, known: KnownEpisode) -> int:
        """Match events by their identifier, those without one by their content; plan the new ones and count them."""
        by_id: dict[tuple[str, str], list[StoredRecord]] = {}
        by_content: dict[tuple[str, frozenset[tuple[str, str]]], list[StoredRecord]] = {}
        for stored in known.events:
            id_field = self.standard.section_by_id[stored.section].id_field
            by_content.setdefault((stored.section, _content(stored.values, id_field)), []).append(stored)
            if identifier := stored.values.get(id_field, ""):
                by_id.setdefault((stored.section, identifier), []).append(stored)
        matched: set[str] = set()
        added = 0
        for event in record.events:
            id_field = self.standard.section_by_id[event.section].id_field
            identifier = event.values.get(id_field, "")
            alike = by_content.get((event.section, _content(event.values, id_field)), ())
            # Where the file names no identifier, the one the program made for a known event says nothing against it.
            same = [
                s for s in alike if s.id not in matched and (not identifier or s.values.get(id_field) == identifier)
            ]
            if same:
                matched.add(same[0].id)
                continue
            candidates = [s for s in by_id.get((event.section, identifier), ()) if s.id not in matched]
            if not identifier or not candidates:
                self._plan.events.append((known.episode.id, event))
                added += 1
                continue
            stored = candidates[0]
            matched.add(stored.id)
            for header, told in event.values.items():
                kept = stored.values.get(header, "")
                if told != kept and self._plan.change(stored, header, told):
                    self._differ(event.line or record.lines[0], record, header, kept, told)
        return added

    def _count(self) -> None:
        plan, report = self._plan, self.report
        clients = {record.client_id for record in plan.episodes if record.client_id.startswith(("client ", "line "))}
        events = sum(len(record.events) for record in plan.episodes) + len(plan.events)
        report.new = Counts(len(clients), len(plan.episodes), events)
        report.updated = len(plan.changes) if self.update else 0


def judge_heading(extract: Incoming, identity: str, report: ImportReport) -> None:
    """Tell in the report what is wrong with a file's heading, and which rows make up no episode.

    Raises Problem for a column that is there twice, or where there is none for the episode's identifier.
    """
    path = extract.path
    repeated = sorted({header for header in extract.headers if extract.headers.count(header) > 1})
    if repeated:
        raise Problem(f"{path} has columns twice in line 1 ({', '.join(map(printed, repeated))}): keep one of each.")
    if identity in extract.missing:
        raise Problem(f"{path} has no column {identity} in line 1, so its rows cannot be stored: add it.")
    for finding in extract.about_file:
        if finding.lines and finding.lines[0] > 1:
            report.left_out.append(LeftOut(finding.lines[0], finding.message))
        elif finding.rule != "header" or finding.fields:
            columns = f": {', '.join(map(printed, finding.fields))}" if finding.rule == "header" else ""
            report.notes.append(f"{finding.message.partition(':')[0]}{columns}")
    report.rows = len(extract.bad_rows) + len(report.left_out)
    report.left_out += [LeftOut(finding.lines[0], finding.message) for finding in extract.bad_rows]


def _content(values: Values, id_field: str) -> frozenset[tuple[str, str]]:
    return frozenset((header, value) for header, value in values.items() if value and header != id_field)


def import_file(
    job: Importer, store: "Store", agency: str | None, person: str, now: datetime, progress: Progress | None = None
) -> ImportReport:
    """Read, compare and write in one go. Raises Problem, and then the store is as it was."""
    code = job.prepare(store, agency, progress)
    return job.write(store, code, person, now)
