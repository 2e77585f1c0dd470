"""What links a journey to what was sent of it: where that was changed since, the receiving system opens a second one.

Said before it is saved, and a warning as long as it stands. Only standards whose messages have a linking block.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from exporters.xml_format.shape import link_digest, link_id, linking
from store.month import sent as stored_sent
from store.snapshot import Snapshot
from validators.records import EpisodeRecord, Finding
from validators.rules.file_rules import structure_finding
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo


def changed_links(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, records: Iterable[EpisodeRecord]
) -> list[EpisodeRecord]:
    """Of these journeys those whose link is another one than was sent. Raises Problem when the store cannot be read."""
    known = {link_id(standard, record.episode_id): record for record in records if linking(standard)}
    sent = stored_sent.digests(snapshot, agency, known) if known else {}
    return [record for own, record in known.items() if own in sent and sent[own] != link_digest(standard, record)]


def link_finding(standard: Standard, record: EpisodeRecord) -> Finding:
    """The warning about a journey whose link was changed after it was sent."""
    block = linking(standard)
    assert block is not None
    values = {**record.client, **record.episode}
    # Led to where a journey's own item is; the first of the block is the agency's.
    own = [header for header in block.headers if header in standard.headers_by_level["episode"]]
    fields = (*own, *(header for header in block.headers if header not in own))
    found = structure_finding(
        standard, "link_changed", fields=fields, values={header: values.get(header, "") for header in fields}
    )
    return replace(found, client_id=record.client_id, episode_id=record.episode_id)


class LinkCheck:
    """Finds changed links among many journeys, some at a time, holding of each but what links it."""

    def __init__(self, snapshot: Snapshot, agency: "AgencyInfo", standard: Standard) -> None:
        """Take the moment of which journeys are looked at, and the standard of the agency."""
        self._snapshot, self._agency, self._standard = snapshot, agency, standard
        self._link = linking(standard)
        self._waiting: dict[str, EpisodeRecord] = {}

    def look(self, record: EpisodeRecord) -> None:
        """Remember a journey until `found` is asked."""
        if self._link is None:
            return
        headers = self._link.headers
        client = {header: record.client[header] for header in headers if header in record.client}
        own = {header: record.episode[header] for header in headers if header in record.episode}
        self._waiting[record.episode_id] = EpisodeRecord(client, own, (), (), record.client_id, record.episode_id)

    def found(self) -> Mapping[str, Finding]:
        """The findings about those looked at since it was asked last, by the episode's id. Raises Problem."""
        waiting, self._waiting = self._waiting, {}
        changed = changed_links(self._snapshot, self._agency, self._standard, waiting.values())
        return {record.episode_id: link_finding(self._standard, record) for record in changed}
