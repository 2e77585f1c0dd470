"""What a message tells of a journey that the store has: values that differ, events that are new.

A message may hold but a part of a journey: what it does not say is not compared, and nothing is ever blanked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporters.import_report import Difference, ImportReport
from store.shapes import ClientTree, StoredRecord
from validators.field_patterns import SHORTENERS
from validators.records import EpisodeRecord, Event, Values
from validators.standard import Section, Standard


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
                self.report.differences.append(Difference(line, name, header, kept, value))
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
