"""The clock on the users' wall: both countries whose returns are written keep one time."""

from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
"""Moments are kept in UTC and shown in this zone; a day ends here."""
