"""What is said of a value that was taken over from another record and that nobody has confirmed.

It is a notice: worth knowing, and counted in nothing. A receipt, which tells what counts, does not speak of it; the
findings of the caseload, of a return, of a client and the checklist do.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from store.facts import AgencyInfo
from store.records import carried
from store.snapshot import Snapshot
from validators.records import EpisodeRecord, Finding
from validators.rules.file_rules import structure_finding
from validators.standard.model import Standard

CARRIED = "carried_over"
"""The pattern that words it."""


def rule_of(standard: Standard) -> str:
    """The rule that speaks of it, "" where a standard has none."""
    return next((rule.id for rule in standard.rules if any(row.pattern == CARRIED for row in rule.rows)), "")


def carried_finding(standard: Standard, header: str, value: str) -> Finding:
    """What is said of one value; the caller says whose it is."""
    return structure_finding(standard, CARRIED, fields=(header,), values={header: value})


class CarriedNotices:
    """Tells of episodes, one after another, which of their values were taken over and are not confirmed."""

    def __init__(
        self, snapshot: Snapshot, agency: AgencyInfo, standard: Standard, ids: Collection[str] | None = None
    ) -> None:
        """Read what is marked in an agency, or in the episodes with some ids. Raises Problem."""
        self._standard = standard
        self._marked = carried.marked(snapshot, agency, ids) if rule_of(standard) else {}

    def of(self, record: EpisodeRecord) -> Iterator[Finding]:
        """A notice for each such value that stands in the episode or in one of its events."""
        if not (marked := self._marked.get(record.episode_id)):
            return
        identity = self._standard.role("episode_id")
        places = [("", record.episode), *((event.id, event.values) for event in record.events)]
        for event_id, values in places:
            for header in self._standard.headers:
                if header in marked.get(event_id or record.episode_id, ()) and values.get(header):
                    yield replace(
                        carried_finding(self._standard, header, values[header]),
                        episode=record.episode.get(identity, "") if identity else "",
                        client_id=record.client_id,
                        episode_id=record.episode_id,
                        event_id=event_id,
                    )
