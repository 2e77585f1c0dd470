"""Days without work: weekends, bank holidays, and the days on which a site says that nobody works."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

WEEKEND = {5: "a Saturday", 6: "a Sunday"}


@lru_cache(maxsize=256)
def bank_holidays(nation: str, year: int) -> Mapping[date, str]:
    """The bank holidays of a nation (`ENG`, `WLS`) in a year, with their names, as the holidays package lists them."""
    # Imported when a calendar is looked at, not when a file is checked.
    from holidays import country_holidays

    found: dict[date, str] = {}
    found.update(country_holidays("GB", subdiv=nation, years=year, expand=False))
    return found


class ClosedDays:
    """Which days are closed in a nation; `own` are a site's own, by day."""

    def __init__(self, nation: str, own: Mapping[date, str] | None = None) -> None:
        """Take the nation's letters and what the site adds."""
        self._nation = nation
        self._own = own or {}

    def why(self, day: date) -> str:
        """What closes a day: `a Saturday`, `Good Friday`, the site's words; empty for a working day."""
        return self._own.get(day) or bank_holidays(self._nation, day.year).get(day) or WEEKEND.get(day.weekday(), "")

    def working_day(self, first: date, number: int) -> date:
        """The working day of that number, the first one on or after `first` being number 1."""
        day = first
        while True:
            number -= not self.why(day)
            if number == 0:
                return day
            day += timedelta(days=1)
