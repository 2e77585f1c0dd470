"""Days without work: weekends, bank holidays, and the days on which a site says that nobody works."""

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path

LIST = Path(__file__).with_name("bank_holidays.csv")
WEEKEND = {5: "a Saturday", 6: "a Sunday"}


@lru_cache(maxsize=256)
def bank_holidays(nation: str, year: int) -> Mapping[date, str]:
    """The bank holidays of a nation (`ENG`, `WLS`) in a year, with their names, as they are shipped.

    The list goes from 2000 to 2060; in other years there are none. A day that is proclaimed between two releases is
    one of the site's own until the next.
    """
    return _shipped().get((nation, year), {})


@cache
def _shipped() -> Mapping[tuple[str, int], Mapping[date, str]]:
    """The list, by nation and year. A test holds it equal to that of the newest holidays package."""
    found: dict[tuple[str, int], dict[date, str]] = {}
    with LIST.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            day = date.fromisoformat(row["day"])
            for nation in row["nation"].split():
                found.setdefault((nation, day.year), {})[day] = row["name"]
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
