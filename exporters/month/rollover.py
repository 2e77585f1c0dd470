"""What the next roll-over of the base date drops: episodes that no return carries after it."""

from datetime import date
from typing import TYPE_CHECKING

from store.month import calendar as stored_calendar
from store.snapshot import Snapshot
from validators.calendar.calendar import CalendarEntry

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.month.facts import RollOver


def next_roll_over(
    snapshot: Snapshot, agency: "AgencyInfo", today: date, limit: int
) -> "tuple[CalendarEntry, RollOver] | None":
    """The submission from which fewer are reported, and the first `limit` of those; None where nothing rolls."""
    calendar = stored_calendar.of_agency(snapshot, agency)
    if not calendar.rolls:
        return None
    entry = calendar.next_roll(today)
    since = calendar.base_before(entry)
    return entry, stored_calendar.roll_over(snapshot, agency, entry.period_start, since=since, limit=limit)
