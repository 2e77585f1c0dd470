"""The clock on the users' wall: both countries whose returns are written keep one time.

Moments are kept in UTC and told in this zone; a day ends here.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def minute_text(moment: datetime) -> str:
    """A moment as it is told: `2021-01-10 09:30`, by the clock on the wall."""
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"


def local_day(moment: datetime) -> date:
    """The day of a moment by the clock on the wall."""
    return moment.astimezone(LONDON).date()


def date_text(moment: datetime) -> str:
    """The day of a moment, `2021-01-10`, by the clock on the wall."""
    return f"{moment.astimezone(LONDON):%Y-%m-%d}"
