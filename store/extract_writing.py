"""What is written about extracts: kept, sent, taken back, mismatches confirmed. `Writing` is one of these."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from store.disk.audit import Chain
from store.facts import AgencyInfo, ExtractInfo
from store.month import extracts, sent
from store.month.facts import ConfirmationInfo


class ExtractWriting:
    """The extracts' part of a unit of work."""

    person: str
    _at: str
    _connection: Connection
    _chain: Chain

    def record_extract(
        self,
        agency: AgencyInfo,
        submission: str,
        file_name: str,
        sha256: str,
        rows: int,
        receipt: Mapping[str, object],
        text: Iterable[bytes],
        *,
        kind: str = "",
        submission_number: int = 0,
        records: Iterable[tuple[str, str]] = (),
    ) -> ExtractInfo:
        """Keep an extract that was written: its receipt, and its text in compressed pieces; see `ExtractInfo`.

        `records` are the ids of what was in it, each with a digest of what was sent; see `Store.sent_digests`.
        """
        told = (submission, file_name, sha256, rows, receipt, text, self.person, self._at, kind, submission_number)
        made = extracts.keep(self._connection, agency, *told, records)
        self._chain.add("export", "extract", made.id, "", None, sha256)
        return made

    def mark_sent(self, extract_id: str) -> ExtractInfo:
        """Note that an extract was sent. Raises Problem when it is noted already."""
        return sent.mark(self._connection, self._chain, extract_id, self.person, self._at)

    def take_back(self, extract_id: str) -> ExtractInfo:
        """Note that an extract was not sent after all. Raises Problem when it does not count as sent."""
        return sent.take_back(self._connection, self._chain, extract_id, self.person, self._at)

    def confirm_mismatch(
        self, extract_id: str, kind: str, subject: str, told: Mapping[str, str], reason: str
    ) -> ConfirmationInfo:
        """Keep that a mismatch against a sent extract is right, and why; see `ConfirmationInfo`. Raises Problem."""
        return sent.confirm(
            self._connection, self._chain, extract_id, kind, subject, told, reason, self.person, self._at
        )

    def withdraw_confirmation(self, confirmation_id: str) -> ConfirmationInfo:
        """Take a confirmation back. Raises Problem when there is none, or it was taken back."""
        return sent.withdraw(self._connection, self._chain, confirmation_id, self.person, self._at)
