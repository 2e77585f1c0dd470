"""What the next roll-over of the base date drops: episodes that no return carries after it."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from store.month import calendar as stored_calendar
from store.snapshot import Snapshot
from validators.calendar.calendar import CalendarEntry
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.month.facts import RollOver
    from validators.standard.model import Standard


def next_roll_over(
    snapshot: Snapshot, agency: "AgencyInfo", today: date, limit: int
) -> "tuple[CalendarEntry, RollOver] | None":
    """The submission from which fewer are reported, and the first `limit` of those, with as many of those that no base
    date takes out; None where nothing rolls."""
    calendar = stored_calendar.of_agency(snapshot, agency)
    if not calendar.rolls:
        return None
    entry = calendar.next_roll(today)
    since = calendar.base_before(entry)
    found = stored_calendar.roll_over(snapshot, agency, entry.period_start, since=since, limit=limit)
    return entry, replace(found, undated=stored_calendar.undated(snapshot, agency, limit))


def told_of_undated(standard: "Standard", many: int) -> str:
    """What is said of episodes without consent and without dates."""
    told = "{many} without consent or dates: sent each time until closed or deleted."
    return standard.say(told, many=counted(many, standard.word("episode")))
