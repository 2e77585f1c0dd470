"""Taking a return in XML into the store: journeys that are not there yet, with their clients; nothing is changed.

A message is a journey. One whose client number and day of referral are known already is left as it is and listed, and
so is one that lacks either: a message may hold but a part of what the store has.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.import_report import ImportReport, LeftOut
from exporters.xml_reading import Progress, read_return
from exporters.xml_shape import name_of
from store.shapes import Counts
from validators.problems import Problem
from validators.records import EpisodeRecord
from validators.standard import Standard

if TYPE_CHECKING:
    from store.opening import Store
    from store.shapes import AgencyInfo


class ReturnImport:
    """One file on its way into a store, as `exporters.importing.Import` is for tables."""

    def __init__(self, path: Path, standard: Standard, *, update: bool = False, all_or_nothing: bool = False) -> None:
        """`all_or_nothing` refuses a file of which anything would be left out. Raises Problem for `update`."""
        if update:
            raise Problem("A return in XML changes nothing that is in the store, not yet: leave --update out.")
        self.path, self.standard, self.all_or_nothing = path, standard, all_or_nothing
        self.report = ImportReport(path, unit="message")
        self._journeys: list[EpisodeRecord] = []
        self._version: int | None = None
        self._reference, self._opened = standard.role("client_reference"), standard.role("opened")

    def prepare(self, store: "Store | None", agency_code: str | None, progress: Progress | None = None) -> str:
        """Read the file and look for its journeys in the store (None for one that is not there yet); the agency's code.

        Raises Problem when the file cannot be taken; nothing has been written then.
        """
        self._version = store.data_version() if store else None
        read: dict[str, EpisodeRecord] = {}
        for record, faults in read_return(self.path, self.standard, progress).episodes():
            self.report.rows += len(record.lines)
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
        self.report.episodes = len(read)
        code = self._agency_code(list(read.values()), agency_code)
        agency = self._known_agency(store, code)
        known: Mapping[str, object] = {}
        if store and agency:
            wanted = {
                name: (record.client.get(self._reference, ""), record.episode.get(self._opened, ""))
                for name, record in read.items()
            }
            known = store.journey_whereabouts(agency, wanted)
        clients: Mapping[str, str] = {}
        if store and agency:
            clients = store.clients_by_reference(agency, {record.client[self._reference] for record in read.values()})
        # What several messages say of one client is put together; the first word on each item counts.
        told: dict[str, dict[str, str]] = {}
        for record in read.values():
            own = told.setdefault(record.client[self._reference], {})
            own.update({header: value for header, value in record.client.items() if header not in own})
        for name, record in read.items():
            if name in known:
                self._leave_out(record, "the store has this journey already, and is not changed by an import")
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
        self.report.new = Counts(len(new), len(self._journeys), sum(len(one.events) for one in self._journeys))
        return code

    def write(self, store: "Store", code: str, person: str, now: datetime) -> ImportReport:
        """Write what `prepare` found, in one transaction; nothing is kept when it fails."""
        if not self._journeys:
            return self.report
        with store.write(person, now) as work:
            if self._version is not None and store.data_version() != self._version:
                raise Problem("Somebody saved to the store while the file was compared with it: run the import again.")
            work.load(work.ensure_agency(code, self.standard.id), self._journeys, act="import")
        return self.report

    def _leave_out(self, record: EpisodeRecord, why: str) -> None:
        self.report.left_out.append(LeftOut(record.lines[0], why))

    def _agency_code(self, records: list[EpisodeRecord], wanted: str | None) -> str:
        header = self.standard.role("agency")
        found = sorted({code for record in records if (code := record.client.get(header, ""))})
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
        every = store.agencies() if store else ()
        return next((one for one in every if (one.code, one.standard) == (code, self.standard.id)), None)
