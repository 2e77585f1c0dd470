"""What the screens ask of accepted warnings and of the caseload as a whole. `Desk` is one of these."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime

from sqlalchemy import Connection

from store.disk.audit import Chain
from store.facts import AgencyInfo
from store.findings import acceptances, caseload, queries, results
from store.findings.acceptance_facts import AcceptanceInfo, By, CaseloadFigures
from store.findings.facts import FindingOrder, FindingWord, ListedFinding
from store.records import read
from store.records.values import Derivers, stamp
from validators.calendar.periods import ReportingPeriod
from validators.records import Finding


class AcceptanceDesk(ABC):
    """The part of a store about findings at scale. Every method may be called from any thread and raises Problem."""

    _derivers: Derivers

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment."""

    @abstractmethod
    def _locked(self) -> AbstractContextManager[Connection]:
        """A connection in a transaction that has the write lock."""

    @abstractmethod
    def _chain(self, connection: Connection, person: str, at: str) -> Chain:
        """The audit's chain, in a transaction that has the write lock."""

    def acceptances(
        self,
        agency: AgencyInfo,
        *,
        lapsed: bool = False,
        withdrawn: bool = False,
        client_id: str | None = None,
    ) -> list[AcceptanceInfo]:
        """The live acceptances, all or one client's; with `lapsed` or `withdrawn` those too. The latest first."""
        with self._reading() as connection:
            return acceptances.listed(connection, agency, lapsed=lapsed, withdrawn=withdrawn, client_id=client_id)

    def caseload_figures(
        self, agency: AgencyInfo, period: ReportingPeriod | None = None, *, day: date | None = None
    ) -> CaseloadFigures:
        """How the episodes stand that a period's extract would take, or all, by the results kept of their last check.

        With a `day`, episodes not checked for that day and these rules count as stale; without one only those changed
        since their check. For the period that is due they are the extract's own figures, what waits or was sent already
        left out; for another period all that is known of an episode counts.
        """
        with self._reading() as connection:
            return caseload.figures(connection, self._derivers[agency.standard], agency, period, day)

    def order_findings(self, agency: AgencyInfo, by: By, words: Sequence[FindingWord] = ()) -> FindingOrder:
        """All kept findings that have all the words, grouped, as numbers; see `store.findings.queries`."""
        with self._reading() as connection:
            return queries.order(connection, agency, by, words)

    def findings_numbered(self, numbers: Collection[int]) -> dict[int, ListedFinding]:
        """Kept findings by the numbers of such an order, with their clients; those that are gone are left out."""
        with self._reading() as connection:
            return queries.numbered(connection, numbers)

    def finding_number(self, one: Finding) -> int:
        """The number of a kept finding, which is another one after every check; 0 when it is not there any more."""
        with self._reading() as connection:
            return queries.number_of(connection, one)

    def client_references(self, ids: Iterable[str]) -> dict[str, str]:
        """The references of some clients, by id; empty for a client without one."""
        with self._reading() as connection:
            return read.client_references(connection, ids)

    def beside_is_due(self, agency: AgencyInfo, day: date) -> bool:
        """Whether episodes are to be compared with each other: something was saved, or day or rules are others."""
        with self._reading() as connection:
            return results.beside_is_due(connection, self._derivers, agency, day)

    def save_beside(
        self,
        agency: AgencyInfo,
        findings: Iterable[Finding],
        version: int,
        day: date,
        now: datetime,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what shows only between episodes, all that an agency has of it, in place of what was found before.

        `version` is the `saved_version` from before the episodes were read; `settings` as in `save_findings`.
        """
        at, found = stamp(now), list(findings)
        with self._locked() as connection:

            def chain() -> Chain:
                return self._chain(connection, results.CHECKER, at)

            results.save_beside(connection, self._derivers, chain, agency, found, version, day, at, settings)
