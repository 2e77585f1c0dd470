"""What `check` says of the episodes that an import touches, as they stand in the store and as they would."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from store.facts import KnownEpisode, StoredRecord
from store.month import agency_settings
from store.records import read
from store.snapshot import Snapshot
from validators.identifiers import other_case
from validators.quality import Tally
from validators.records import EpisodeRecord, Event, Finding, Severity, Values
from validators.rules.checker import Checker
from validators.rules.file_rules import FileRules
from validators.rules.registry import Context
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.store import Store


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows, and how many of them have errors."""

    rows: int = 0
    wrong: int = 0
    load_percent: float = 100.0


class Judge:
    """Checks records as they are kept by an agency, on one day."""

    def __init__(
        self,
        standard: Standard,
        today: date,
        code: str,
        store: "Store | None" = None,
        agency: "AgencyInfo | None" = None,
    ) -> None:
        """`agency` is the one in the store, where it is there already."""
        settings = store.ask(agency_settings.settings, agency) if store and agency else {}
        self._code, self._store, self._agency = code, store, agency
        self._standard, self._context = standard, Context(today, "store", None, settings, code)

    def beside(self, news: Iterable[EpisodeRecord]) -> list[EpisodeRecord]:
        """The stored episodes that share an identifier with one another, or with what is new; in order of entry.

        Only these may contradict others, or be contradicted.
        """
        if not self._store or not self._agency:
            return []
        return self._store.ask(_sharing, self._agency, set(self._identifiers(news)))

    def _identifiers(self, records: Iterable[EpisodeRecord]) -> Iterator[str]:
        """What records are known by, and a UUID in the other case, too."""
        role = self._standard.role
        own = (role("client_id"), role("client_reference"), role("episode_id"))
        of_event = {section.id: section.id_field for section in self._standard.event_sections}
        for record in records:
            names = [values.get(header) for header in own for values in (record.client, record.episode)]
            names += [event.values.get(of_event.get(event.section, "")) for event in record.events]
            for name in filter(None, names):
                yield name
                yield other_case(name)

    def of(self, records: Iterable[EpisodeRecord], beside: Iterable[EpisodeRecord] = ()) -> Judged:
        """What is said of these records together, beside those of the store. What is there already comes first: it is
        the later of two that contradicts the other."""
        checker, tally = Checker(self._standard), Tally(self._standard)
        between = FileRules(self._standard, None, self._code)

        def found(record: EpisodeRecord) -> list[Finding]:
            its = checker.check(record, self._context)
            return [*its, *between.check(record, its)]

        own = {record.episode_id: record for record in records}
        for stored in beside:
            if record := own.pop(stored.episode_id, None):
                tally.add(record, found(record))
            else:
                found(stored)
        for record in own.values():
            tally.add(record, found(record))
        return Judged(tally.rows, tally.spoilt[Severity.ERROR], tally.load_percent)


def _sharing(snapshot: Snapshot, agency: "AgencyInfo", names: Collection[str]) -> list[EpisodeRecord]:
    shared = {*names, *read.repeated_identifiers(snapshot, agency)} - {""}
    return list(read.episodes(snapshot, agency, read.episodes_bearing(snapshot, agency, shared)))


def record_of(
    known: KnownEpisode, values: Callable[[StoredRecord], Values], new: Iterable[Event] = ()
) -> EpisodeRecord:
    """A stored episode as a check wants it, with the values that each of its records would have."""
    events = [Event(one.section, values(one), None, one.id) for one in known.events]
    return EpisodeRecord(
        values(known.client),
        values(known.episode),
        (*events, *(Event(one.section, one.values, None, f"new {number}") for number, one in enumerate(new))),
        (),
        known.client.id,
        known.episode.id,
    )


def new_record(record: EpisodeRecord, number: int) -> EpisodeRecord:
    """An episode that is not stored yet as a check wants it: without its lines, which only files have."""
    events = tuple(Event(one.section, one.values, None, f"new {at}") for at, one in enumerate(record.events))
    return EpisodeRecord(
        record.client, record.episode, events, (), record.client_id or f"new {number}", f"new {number}"
    )
