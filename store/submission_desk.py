"""What the screens ask and note of submissions, day figures and an agency's settings. `Desk` is one of these."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import date

from sqlalchemy import Connection

from store.disk.audit import Chain
from store.facts import AgencyInfo
from store.month import agency_settings, submissions
from store.month.facts import DayFigures, SubmissionInfo, TickInfo
from store.records.values import Derivers
from validators.calendar.periods import ReportingPeriod


class SubmissionDesk(ABC):
    """Submissions, read; every method may be called from any thread and raises Problem."""

    _derivers: Derivers

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment."""

    @abstractmethod
    def _locked(self) -> AbstractContextManager[Connection]:
        """A connection in a transaction that has the write lock."""

    def submissions(self, agency: AgencyInfo, month: str | None = None) -> list[SubmissionInfo]:
        """An agency's submissions that were opened, or those of one month: by month, then attempt."""
        with self._reading() as connection:
            return submissions.listed(connection, agency, month)

    def current_submission(self, agency: AgencyInfo, month: str) -> SubmissionInfo | None:
        """The latest attempt of a month, None when none was opened."""
        with self._reading() as connection:
            return submissions.current(connection, agency, month)

    def ticks(self, submission_id: str) -> list[TickInfo]:
        """What persons said of a submission's items, those taken back too, in the order it was said."""
        with self._reading() as connection:
            return submissions.ticks(connection, submission_id)

    def changed_since(self, agency: AgencyInfo, extract_id: str) -> int:
        """How many of an agency's records were entered, changed or deleted since an extract was written."""
        with self._reading() as connection:
            return submissions.changed_since(connection, agency, extract_id)

    def count_unanswered_consent(self, agency: AgencyInfo, period: ReportingPeriod) -> int:
        """How many episodes of a reporting period have no answer to the question of consent."""
        with self._reading() as connection:
            return submissions.count_unanswered_consent(connection, self._derivers[agency.standard], agency, period)

    def keep_day_figures(self, agency: AgencyInfo, month: str, figures: DayFigures) -> bool:
        """Keep how a month stands on a day; False when that very thing was kept. It is no person's act: not audited."""
        with self._locked() as connection:
            return submissions.keep_figures(connection, agency, month, figures)

    def day_figures_before(self, agency: AgencyInfo, month: str, day: date) -> DayFigures | None:
        """How a month stood when it was last looked at on a day before this one; None when nobody looked."""
        with self._reading() as connection:
            return submissions.figures(connection, agency, month, day)

    def agency_settings(self, agency: AgencyInfo) -> dict[str, str]:
        """What an agency says of itself, by name."""
        with self._reading() as connection:
            return agency_settings.settings(connection, agency.number)

    def agency_setting(self, agency: AgencyInfo, name: str) -> str:
        """One of an agency's settings; empty when it was never set."""
        return self.agency_settings(agency).get(name, "")


class SubmissionWriting:
    """The writing side of it, within one transaction. `Writing` is one of these."""

    person: str
    _at: str
    _connection: Connection
    _chain: Chain

    def open_submission(
        self, agency: AgencyInfo, month: str, *, reason: str = "", is_nil: bool = False
    ) -> SubmissionInfo:
        """Open the next attempt of a month; a second one needs a reason. Raises Problem."""
        return submissions.open_one(self._connection, self._chain, agency, month, reason, is_nil, self.person, self._at)

    def ensure_submission(self, agency: AgencyInfo, month: str) -> SubmissionInfo:
        """The latest attempt of a month; the first is opened when there is none."""
        known = submissions.current(self._connection, agency, month)
        return known or self.open_submission(agency, month)

    def tick(self, submission_id: str, item: str, told: dict[str, str]) -> TickInfo:
        """Note that the person ticked an item, with what was entered. Raises Problem when it is ticked already."""
        return submissions.tick(self._connection, self._chain, submission_id, item, told, self.person, self._at)

    def reopen_tick(self, submission_id: str, item: str, reason: str) -> TickInfo:
        """Take a tick back; it is kept. Raises Problem when it is not ticked, or no reason is given."""
        return submissions.reopen(self._connection, self._chain, submission_id, item, reason, self.person, self._at)

    def set_agency_setting(self, agency: AgencyInfo, name: str, told: str) -> bool:
        """Keep what an agency says of itself; False when it says so already."""
        return agency_settings.set_setting(
            self._connection, self._chain, agency.number, agency.id, name, told, self.person, self._at
        )
