"""Days as other programs write them into a table: what is certain, what only a person can say, and what is lost.

A time of day that stands behind a date is left out: databases write one behind every date.
"""

import re
from datetime import date

from validators.dates import parse_date

_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?)?"
# The zone of a day at midnight, which is the same day there; of another hour it may be another one here.
_ZONE = r"(?:(?:T00:00(?::00(?:\.0+)?)?)?(?:Z|[+-]\d{2}:\d{2}))"
_IN_DIGITS = re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}|\d{{2}}){_TIME}", re.ASCII | re.IGNORECASE)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([/.-]?)(\d{{2}})\2(\d{{2}})(?:\.0|{_ZONE}|{_TIME})", re.ASCII | re.IGNORECASE)
_IN_WORDS = re.compile(rf"(\d{{1,2}})[ -]([a-z]{{3,9}})[ -](\d{{4}}|\d{{2}}){_TIME}", re.ASCII | re.IGNORECASE)
# A spreadsheet's own: the days since 1900, or since 1904. These are those of 1927 to 2091.
_NUMBER = re.compile(r"[1-6]\d{4}(?:\.\d+)?", re.ASCII)
SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
"""A number of which a spreadsheet has lost digits."""
_TOO_NARROW = re.compile(r"#{2,}")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_YEAR = 4


def is_in_digits(text: str) -> bool:
    """Whether it is written like 31/12/1999, or 12/31/99: which number is which cannot be told."""
    return _IN_DIGITS.fullmatch(text) is not None


def parts_in_digits(text: str) -> tuple[str, str, str] | None:
    """The three numbers of such a date, in their order; None for another text."""
    match = _IN_DIGITS.fullmatch(text)
    return (match[1], match[2], match[3]) if match else None


def day_first(text: str) -> date | None:
    """The day of a date like 31/12/1999, where it is known that the day comes first; None where there is no such."""
    parts = parts_in_digits(text)
    return parse_date(f"{parts[2]}{parts[1]:0>2}{parts[0]:0>2}") if parts else None


def certain_day(text: str) -> date | None:
    """The day of a date that can mean no other: the year first, or the month in words and a year of four digits."""
    if match := _YEAR_FIRST.fullmatch(text):
        return parse_date(f"{match[1]}{match[3]}{match[4]}")
    match = _IN_WORDS.fullmatch(text)
    if not match or len(match[3]) != _YEAR or not (month := month_number(match[2])):
        return None
    return parse_date(f"{match[3]}{month:02}{match[1]:0>2}")


def has_short_year(text: str) -> bool:
    """Whether it is a date with a year of two digits, whose century is lost."""
    match = _IN_WORDS.fullmatch(text)
    year = match[3] if match and month_number(match[2]) else (parts_in_digits(text) or ("",) * 3)[2]
    return 0 < len(year) < _YEAR


def month_number(name: str) -> int:
    """The number of a month by its English name, whole or cut to three or four letters, in any case; 0 for none."""
    name = name.lower()
    return next((number for number, whole in enumerate(_MONTHS, 1) if name in (whole, whole[:3], whole[:4])), 0)


LOST = (
    (SHORTENED, "numbers like 1.95E+07 for dates", "a spreadsheet has lost their digits; export the file again, and "
     "do not open it there"),
    (_TOO_NARROW, "#### for dates", "the columns were too narrow when a spreadsheet saved them; export the file again"),
    (_NUMBER, "a spreadsheet's numbers like 36525 for dates", "which day each is depends on the program; write them as "
     "dates there, or export the file again"),
)  # fmt: skip
"""What a column of dates may hold instead: the shape of each, what it is, and what is to be said of it."""
