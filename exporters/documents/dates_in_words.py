"""Days that stand in sentences, and the last day on which a code or an area may be used."""

import re
from datetime import date, timedelta

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAY = (
    rf"(?:(\d{{1,2}})(?:st|nd|rd|th)? ({'|'.join(_MONTHS)}) (\d{{4}})"
    r"|(\d{1,2})[/.](\d{1,2})[/.](\d{4})|(\d{4})-(\d\d)-(\d\d))"
)
_CLOSED = re.compile(
    rf"\b(?:closed|withdrawn|abolished|discontinued|retired|removed|not used|not to be used|"
    rf"no longer (?:used|valid|made|collected|open))\b[^.]{{0,60}}?\b(?:from|since|after|on)\b (?:the )?{_DAY}",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    rf"\b(?:until|up to|valid to|ends? on|ended on|last used on)\b(?: and including)? {_DAY}", re.IGNORECASE
)


def last_day(text: str) -> date | None:
    """The last day that a note gives: the day before `closed from …`, the very day of `until …`; None for no day."""
    if match := _CLOSED.search(text):
        day = _day(match)
        after = re.search(r"\bafter\b (?:the )?\d", match[0], re.IGNORECASE)
        return day if day is None or after else day - timedelta(days=1)
    if match := _UNTIL.search(text):
        return _day(match)
    return None


def _day(match: re.Match[str]) -> date | None:
    parts = match.groups()[-9:]
    try:
        if parts[0]:
            return date(int(parts[2]), _MONTHS.index(parts[1].lower()) + 1, int(parts[0]))
        if parts[3]:
            return date(int(parts[5]), int(parts[4]), int(parts[3]))
        return date(int(parts[6]), int(parts[7]), int(parts[8]))
    except ValueError:
        return None


def first_day(text: str) -> date | None:
    """The first day written in a text, in words or digits."""
    match = re.search(_DAY, text, re.IGNORECASE)
    return _day(match) if match else None
