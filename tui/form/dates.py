"""Dates as people type them. Pure: the day it is comes in as an argument.

How a doubtful text is read:

* Day comes before month, always: `3/4/85` is the third of April. Six digits are `DDMMYY`.
* Eight digits are `YYYYMMDD` or `DDMMYYYY`. Years lie between 1850 and 2149; within those bounds no text is both.
* A two-digit year of a birth gives the latest such date that is not after today.
* Any other two-digit year gives the latest such date that is at most a year ahead: treatment is planned months, not
  decades, in advance, and most dates typed are past.
* A day and a month without a year are the latest such day that is not after today; for a birth they are no date.
* `t` is today, `y` yesterday, `+3` and `-1` count days from today.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

from validators.problems import Problem

FIRST_YEAR, LAST_YEAR = 1850, 2149
AHEAD = timedelta(days=366)
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
LEAP_YEARS = 9  # among so many years in a row there is a 29 February, even where a century has none
CENTURIES = (2100, 2000, 1900)
SPACE = re.compile(r"[\s\u00a0]+")
OFFSET = re.compile(r"([+-])\s?([0-9]{1,5})")
YEAR_FIRST = re.compile(r"([0-9]{4})([/. -])([0-9]{1,2})\2([0-9]{1,2})")
DAY_FIRST = re.compile(r"([0-9]{1,2})([/. -])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
NAMED = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[/. -]?([a-z]{3,9})(?:[/. ,-]{0,2}([0-9]{4}|[0-9]{2}))?")
DAY_AND_MONTH = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})")


def read_date(text: str, today: date, layout: str, birth: bool = False) -> str | None:
    """Read a date a person typed.

    `layout` is the standard's (`YYYYMMDD`, `YYYY-MM-DD` or `CCYY-MM-DD`), `birth` whether it is a date of birth.
    Returns the date in that layout, or None for a text that is no date, which then stays as typed.
    """
    found = _read(SPACE.sub(" ", text).strip().casefold(), today, birth)
    return None if found is None else write_date(found, layout)


def typed_day(label: str, text: str, today: date) -> date | None:
    """A day as people type it into a dialog, None for nothing. Raises Problem when it is none."""
    if not text.strip():
        return None
    found = read_date(text, today, "YYYY-MM-DD")
    if found is None:
        raise Problem(f"{label} is not a date: type it like 14/3/26 or 14 mar 26.")
    return date.fromisoformat(found)


def write_date(day: date, layout: str) -> str:
    """The date in the standard's layout; the year always has four digits."""
    dash = "-" if "-" in layout else ""
    return f"{day.year:04}{dash}{day.month:02}{dash}{day.day:02}"


def stored_date(text: str, layout: str) -> date | None:
    """The day a value in the standard's own layout means, or None when it is not in that layout or no such day."""
    pattern = r"([0-9]{4})-([0-9]{2})-([0-9]{2})" if "-" in layout else r"([0-9]{4})([0-9]{2})([0-9]{2})"
    match = re.fullmatch(pattern, text)
    return _day(int(match[1]), int(match[2]), int(match[3])) if match else None


def show_date(text: str, layout: str) -> str:
    """A kept date as people read it (`14 Mar 1985`); empty when the value is no date in the standard's layout."""
    day = stored_date(text, layout)
    return f"{day.day} {MONTHS[day.month - 1][:3].title()} {day.year:04}" if day else ""


def how_to_type(text: str, birth: bool) -> str:
    """What to do about a typed text that is no date, to follow the field's name: a year alone, a birth without one."""
    tidied = SPACE.sub(" ", text).strip().casefold()
    if re.fullmatch(r"[0-9]{4}", tidied) and FIRST_YEAR <= int(tidied) <= LAST_YEAR:
        return f": only a year; type it whole, as 14/3/{tidied}" + (", or leave it empty" if birth else "")
    named = NAMED.fullmatch(tidied)
    if birth and (DAY_AND_MONTH.fullmatch(tidied) or (named and not named[3])):
        return ": type the year of birth too, as in 14/3/85"
    return " is no date: type it as 14/3/22, 14 mar 22 or t for today"


def _read(text: str, today: date, birth: bool) -> date | None:
    """The day a tidied text means."""
    if text in ("t", "today"):
        return today
    if text in ("y", "yesterday"):
        return _shift(today, -1)
    if match := OFFSET.fullmatch(text):
        return _shift(today, int(match[1] + match[2]))
    if re.fullmatch(r"[0-9]{8}", text):
        year_first = _named_year(int(text[:4]), int(text[4:6]), int(text[6:]))
        return year_first or _named_year(int(text[4:]), int(text[2:4]), int(text[:2]))
    if re.fullmatch(r"[0-9]{6}", text):
        return _century(int(text[4:]), int(text[2:4]), int(text[:2]), today, birth)
    if match := YEAR_FIRST.fullmatch(text):
        return _named_year(int(match[1]), int(match[3]), int(match[4]))
    if match := DAY_FIRST.fullmatch(text):
        return _of_year(match[4], int(match[3]), int(match[1]), today, birth)
    if match := DAY_AND_MONTH.fullmatch(text):
        return _without_year(int(match[2]), int(match[1]), today, birth)
    if match := NAMED.fullmatch(text):
        month = next((number for number, name in enumerate(MONTHS, 1) if name.startswith(match[2])), 0)
        day = int(match[1])
        return _of_year(match[3], month, day, today, birth) if match[3] else _without_year(month, day, today, birth)
    return None


def _without_year(month: int, day: int, today: date, birth: bool) -> date | None:
    """The latest such day that is not after today; nobody means that of a birth."""
    years = () if birth else range(today.year, today.year - LEAP_YEARS, -1)
    days = (_day(year, month, day) for year in years)
    return next((found for found in days if found is not None and found <= today), None)


def _of_year(year: str, month: int, day: int, today: date, birth: bool) -> date | None:
    """The day of a year of two or four digits."""
    if len(year) == 4:
        return _named_year(int(year), month, day)
    return _century(int(year), month, day, today, birth)


def _century(year: int, month: int, day: int, today: date, birth: bool) -> date | None:
    """The latest century in which the two-digit year gives a day that exists and is not too late."""
    for century in CENTURIES:
        found = _day(century + year, month, day)
        if found is not None and found <= (today if birth else _shift(today, AHEAD.days) or today):
            return found
    return None


def _named_year(year: int, month: int, day: int) -> date | None:
    """The day of a year written in full, when the year is one a client can have lived in."""
    return _day(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None


def _day(year: int, month: int, day: int) -> date | None:
    """The day, or None when the calendar has none such."""
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    return date(year, month, day)


def _shift(day: date, days: int) -> date | None:
    """The day so many days on, or None beyond the calendar's ends."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
