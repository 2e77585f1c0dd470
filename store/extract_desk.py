"""What is asked of an open store about extracts: receipts, text, what was sent. `Store` is one of these."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager

from sqlalchemy import Connection

from store.facts import AgencyInfo, ExtractInfo
from store.month import extracts, locate, sent
from store.month.facts import ConfirmationInfo, Whereabouts
from store.records import read


class ExtractDesk(ABC):
    """The extracts' side of a store. Every method may be called from any thread and raises Problem."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment."""

    def extracts(self, agency: AgencyInfo) -> list[ExtractInfo]:
        """The agency's extracts in the order they were written."""
        with self._reading() as connection:
            return extracts.listed(connection, agency)

    def extract(self, extract_id: str) -> ExtractInfo:
        """One extract. Raises Problem when there is none with that id."""
        with self._reading() as connection:
            return extracts.one(connection, extract_id)

    def extract_text(self, extract_id: str) -> Iterator[bytes]:
        """The bytes of an extract, in pieces. Raises Problem at the end when they are not those that were kept."""
        with self._reading() as connection:
            yield from extracts.text(connection, extract_id)

    def last_sent(self, agency: AgencyInfo, *, but_not: str = "") -> ExtractInfo | None:
        """The extract that was marked as sent last and still counts as sent, `but_not` aside; else None."""
        with self._reading() as connection:
            return sent.last(connection, agency, but_not)

    def confirmations(self, extract_id: str) -> list[ConfirmationInfo]:
        """The mismatches against an extract that were confirmed, those taken back left out."""
        with self._reading() as connection:
            return sent.confirmations(connection, extract_id)

    def sent_extracts(self, agency: AgencyInfo) -> list[ExtractInfo]:
        """The agency's extracts that count as sent, in the order they were written."""
        return [one for one in self.extracts(agency) if one.is_sent]

    def sent_digests(self, agency: AgencyInfo, record_ids: Collection[str]) -> dict[str, str]:
        """What was sent last of these records, as digests; what was never sent, or only in extracts taken back, is
        left out."""
        with self._reading() as connection:
            return sent.digests(connection, agency, record_ids)

    def clients_by_reference(self, agency: AgencyInfo, references: Collection[str]) -> dict[str, str]:
        """The ids of the agency's clients who bear these references and are not deleted."""
        with self._reading() as connection:
            return read.clients_by_reference(connection, agency, references)

    def journey_whereabouts(
        self, agency: AgencyInfo, journeys: Mapping[str, tuple[str, str]]
    ) -> dict[str, Whereabouts]:
        """Where episodes are that have no identifier: name to the client's reference and the day it was opened."""
        with self._reading() as connection:
            return locate.journeys(connection, agency, journeys)

    def episode_whereabouts(self, agency: AgencyInfo, identifiers: Collection[str]) -> dict[str, Whereabouts]:
        """Where the episodes are that bear these identifiers, deleted ones too; unknown identifiers are left out."""
        with self._reading() as connection:
            return locate.episodes(connection, agency, identifiers)

    def event_whereabouts(
        self, agency: AgencyInfo, section: str, identifiers: Collection[str]
    ) -> dict[str, Whereabouts]:
        """Where the events of a section are that bear these identifiers, deleted ones too."""
        with self._reading() as connection:
            return locate.events(connection, agency, section, identifiers)
