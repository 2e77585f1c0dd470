"""What `check` says of the episodes that an import touches, as they stand in the store and as they would."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from store.facts import KnownEpisode, StoredRecord
from store.month import agency_settings
from validators.quality import Tally
from validators.records import EpisodeRecord, Event, Severity, Values
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
        self._code = code
        self._standard, self._context = standard, Context(today, "store", None, settings, code)

    def of(self, records: Iterable[EpisodeRecord]) -> Judged:
        """What is said of these records together."""
        checker, tally = Checker(self._standard), Tally(self._standard)
        between = FileRules(self._standard, None, self._code)
        for record in records:
            found = checker.check(record, self._context)
            tally.add(record, [*found, *between.check(record, found)])
        return Judged(tally.rows, tally.spoilt[Severity.ERROR], tally.load_percent)


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
