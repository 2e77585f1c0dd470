"""What is written at month end, in the same unit of work as everything else. `Writing` is one of these."""

from collections.abc import Sequence

from sqlalchemy import Connection

from store.calendar_desk import CalendarWriting
from store.disk.audit import Chain
from store.findings import acceptances
from store.findings.acceptance_facts import AcceptanceInfo
from store.submission_desk import SubmissionWriting
from validators.records import Finding


class MonthWriting(SubmissionWriting, CalendarWriting):
    """The part of a unit of work about month end; see `store.unit_of_work.Writing`."""

    person: str
    _at: str
    _connection: Connection
    _chain: Chain

    # Acceptances

    def accept(self, finding: Finding, reason: str) -> AcceptanceInfo:
        """Accept a warning as it stands in the store, with a reason.

        Raises Problem for an error or a notice, an empty reason, a warning that the last check did not find, and one
        that is accepted already.
        """
        return acceptances.accept_one(self._connection, self._chain, finding, reason, self.person, self._at)

    def accept_all(self, findings: Sequence[Finding], reason: str) -> list[AcceptanceInfo]:
        """Accept many warnings for one reason; those that are accepted already keep theirs. Raises as `accept` does."""
        return acceptances.accept(self._connection, self._chain, findings, reason, self.person, self._at)

    def withdraw_acceptance(self, acceptance_id: str) -> AcceptanceInfo:
        """Take an acceptance back. Raises Problem when there is none, or it lapsed or was taken back before."""
        return acceptances.withdraw(self._connection, self._chain, acceptance_id, self.person, self._at)
