"""Dates as the standards write them: text in the standard's layout, compared as text.

Both layouts in use (YYYYMMDD and YYYY-MM-DD) sort as text in the order of the days, so rules compare strings and only
turn them into days where days must be counted.
"""

from datetime import date, timedelta
from functools import lru_cache

_COMPACT = 8


@lru_cache(maxsize=4096)
def parse_date(text: str) -> date | None:
    """The day that a text in YYYYMMDD or YYYY-MM-DD means, or None when it is not a real date so written."""
    if len(text) == _COMPACT:
        year, month, day = text[:4], text[4:6], text[6:]
    elif len(text) == _COMPACT + 2 and text[4] == text[7] == "-":
        year, month, day = text[:4], text[5:7], text[8:]
    else:
        return None
    if not (text.isascii() and year.isdigit() and month.isdigit() and day.isdigit()):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def write_date(day: date, layout: str) -> str:
    """A day in a standard's layout (`YYYYMMDD`, `YYYY-MM-DD` or `CCYY-MM-DD`)."""
    return day.isoformat() if "-" in layout else f"{day.year:04d}{day.month:02d}{day.day:02d}"


def plus(day: date, years: int = 0, days: int = 0) -> date:
    """A day some years and days later; 29 February plus a year is 28 February. Stays within the calendar's range."""
    year = min(day.year + years, date.max.year)
    try:
        moved = day.replace(year=year)
    except ValueError:
        moved = day.replace(year=year, day=28)
    return moved + min(timedelta(days=days), date.max - moved)
