"""What the screens and commands ask and state of the calendar. `Desk` and `Writing` are one of these each."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date

from sqlalchemy import Connection

from store.disk.audit import Chain
from store.facts import AgencyInfo
from store.month import calendar as kept
from store.month.facts import ClosedDayInfo, OverrideInfo, RollOver
from store.records.values import Deriver, Derivers
from validators.calendar.calendar import SubmissionCalendar
from validators.calendar.kinds import Override


class CalendarDesk(ABC):
    """The calendar, read; every method may be called from any thread and raises Problem."""

    _derivers: Derivers

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment."""

    def calendar(self, agency: AgencyInfo) -> SubmissionCalendar:
        """The calendar of an agency's standard, with what was stated for its region and for all, and closed days."""
        with self._reading() as connection:
            return kept.calendar_of(connection, self._derivers[agency.standard].standard, agency.region)

    def overrides(self, calendar: str, *, withdrawn: bool = False) -> list[OverrideInfo]:
        """The dates stated for a calendar, by its name, in order of entry; with `withdrawn` those taken back, too."""
        with self._reading() as connection:
            return kept.overrides(connection, calendar, withdrawn=withdrawn)

    def closed_days(self, calendar: str, *, withdrawn: bool = False) -> list[ClosedDayInfo]:
        """The closed days entered for a calendar, by day."""
        with self._reading() as connection:
            return kept.closed_days(connection, calendar, withdrawn=withdrawn)

    def roll_over(
        self, agency: AgencyInfo, base: date, *, since: date | None = None, offset: int = 0, limit: int = 100
    ) -> RollOver:
        """The episodes that leave the period when it starts on `base`: closed before it, and on or after `since`.

        `since` is the base date before, a year earlier when it is not given. At most `limit` of them from `offset` on,
        those with errors first, then those with warnings; the counts are of all, by the last check's findings.
        """
        with self._reading() as connection:
            return kept.roll_over(connection, agency, base, since, offset, limit)


class CalendarWriting:
    """The writing side of it, within one transaction. `Writing` is one of these."""

    person: str
    _at: str
    _connection: Connection
    _chain: Chain
    _derivers: Mapping[str, Deriver]

    def add_override(self, agency: AgencyInfo, override: Override, today: date) -> OverrideInfo:
        """State dates of a submission in the calendar of an agency's standard. Raises as `add_overrides` does."""
        return self.add_overrides(agency, [override], today)[0]

    def add_overrides(self, agency: AgencyInfo, stated: Sequence[Override], today: date) -> list[OverrideInfo]:
        """State dates of several submissions at once; earlier ones of the same submission and region are withdrawn.

        Raises Problem when dates contradict themselves or a neighbour, lie in the past, or lack source or date.
        """
        standard = self._derivers[agency.standard].standard
        return kept.add_overrides(self._connection, self._chain, standard, stated, today, self.person, self._at)

    def withdraw_override(self, override_id: str) -> None:
        """Take stated dates back; they are kept. Raises Problem when there are none with that id."""
        kept.withdraw(self._connection, self._chain, "override", override_id, self.person, self._at)

    def add_closed_day(self, agency: AgencyInfo, day: date, name: str, source: str) -> ClosedDayInfo:
        """Enter a day without work in the calendar of an agency's standard. Raises Problem."""
        standard = self._derivers[agency.standard].standard
        return kept.add_closed_day(self._connection, self._chain, standard, day, name, source, self.person, self._at)

    def withdraw_closed_day(self, closed_day_id: str) -> None:
        """Take a closed day back; it is kept. Raises Problem when there is none with that id."""
        kept.withdraw(self._connection, self._chain, "closed_day", closed_day_id, self.person, self._at)

    def set_region(self, agency: AgencyInfo, region: str) -> AgencyInfo:
        """Say which region an agency belongs to, empty for none; return it as it is then. Raises Problem."""
        calendar = self._derivers[agency.standard].standard.submission.calendar
        return kept.set_region(self._connection, self._chain, agency, calendar, region)
