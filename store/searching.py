"""What a person types to find a client, and what it may mean: a reference, initials, a birth date, a place, an id."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

# fmt: off
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)
# fmt: on
_NAMED = re.compile(r"\b(\d{1,2})[\s.-]*([a-z]{3,9})\.?(?:[\s.,-]*(\d{4}|\d{2}))?\b", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"\b([a-z]{3,9})\.?\s+(\d{4})\b", re.IGNORECASE)
_LETTERS = re.compile(r"(?<!\S)([^\W\d_])\s+([^\W\d_])(?!\S)")
_PARTED = re.compile(r"(\d{1,4})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?[/.-]?")


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that must hold. Any of its readings will do.

    `text` is the word in capitals, empty when it can only be a date; `typed` as it was typed. `births` are beginnings
    of a birth date as YYYY-MM-DD, `days` days of any year as MM-DD.
    """

    text: str
    typed: str
    births: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


def words(text: str) -> list[Word]:
    """Read a search. Dates with a month's name and two single letters are taken together, all else word by word."""
    found: list[Word] = []

    def named(match: re.Match[str]) -> str:
        month = _month(match[2])
        if not month:
            return match[0]
        births, days = _day(int(match[1]), month, match[3] or "")
        if not births and not days:
            return match[0]
        found.append(Word("", match[0], births, days))
        return " "

    def month_year(match: re.Match[str]) -> str:
        month = _month(match[1])
        if not month:
            return match[0]
        found.append(Word("", match[0], (f"{match[2]}-{month:02d}",)))
        return " "

    text = _NAMED.sub(named, text)
    text = _MONTH_YEAR.sub(month_year, text)
    text = _LETTERS.sub(r"\1\2", text)
    for word in text.split():
        births, days = _dates(word)
        found.append(Word(word.upper(), word, tuple(dict.fromkeys(births)), tuple(dict.fromkeys(days))))
    return found


def _month(name: str) -> int:
    return next((at for at, one in enumerate(_MONTHS, 1) if one.startswith(name.lower())), 0)


def _years(text: str) -> Iterator[int]:
    """The years a text may mean; two digits stand for either century."""
    if len(text) == 4:
        yield int(text)
    elif len(text) == 2:
        yield 1900 + int(text)
        yield 2000 + int(text)


def _day(day: int, month: int, year: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A birth date, or a day of any year where the year is not there yet."""
    if not year:
        return (), ((f"{month:02d}-{day:02d}",) if _real(2000, month, day) else ())
    return tuple(f"{one:04d}-{month:02d}-{day:02d}" for one in _years(year) if _real(one, month, day)), ()


def _real(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _dates(word: str) -> tuple[list[str], list[str]]:
    """The beginnings of birth dates, and the days of any year, that one word without blanks may mean."""
    births: list[str] = []
    days: list[str] = []
    if not word.isascii():
        return births, days
    if re.fullmatch(r"\d{4}-(\d{2}(-\d{0,2})?|\d)?", word) and int(word[:4]):
        births.append(word)
    elif match := _PARTED.fullmatch(word):
        first, second, third = match[1], match[2], match[3] or ""
        if len(first) == 4:
            if not third and 1 <= int(second) <= 12:
                births.append(f"{first}-{int(second):02d}")
            elif third and len(third) == 2 and _real(int(first) or 1, int(second) or 13, int(third)):
                births.append(f"{first}-{int(second):02d}-{third}")
        elif len(first) <= 2:
            more, these = _day(int(first), int(second), third)
            births += more
            days += these
    elif match := re.fullmatch(r"(\d{1,2})[/.-](\d{4})", word):
        if 1 <= int(match[1]) <= 12:
            births.append(f"{match[2]}-{int(match[1]):02d}")
    elif word.isdigit():
        births, days = _digits(word)
    return births, days


def _digits(word: str) -> tuple[list[str], list[str]]:
    births: list[str] = []
    days: list[str] = []
    if len(word) == 3 and word[:2] in ("19", "20"):
        births.append(word)
    elif len(word) == 4:
        if word[:2] in ("19", "20"):
            births.append(f"{word}-")
        else:
            days += _day(int(word[:2]), int(word[2:]), "")[1]
    elif len(word) == 6:
        births += _day(int(word[:2]), int(word[2:4]), word[4:])[0]
        for year, month in ((word[2:], word[:2]), (word[:4], word[4:])):
            if year[:2] in ("19", "20") and 1 <= int(month) <= 12:
                births.append(f"{year}-{month}-")
    elif len(word) == 8:
        births += _day(int(word[:2]), int(word[2:4]), word[4:])[0]
        births += _day(int(word[6:]), int(word[4:6]), word[:4])[0]
        births.append(word)
    return births, days
