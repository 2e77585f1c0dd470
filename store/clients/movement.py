"""How a caseload moves: episodes opened and closed month by month, and how many were open at each month's end."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from store.disk import sqlite
from store.disk.tables import CLIENTS, EPISODES
from store.facts import AgencyInfo
from store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Movement:
    """A month, `YYYY-MM`: episodes opened and closed in it, and those open at its end. Deleted ones do not count."""

    month: str
    opened: int
    closed: int
    open_at_end: int


def by_month(snapshot: Snapshot, agency: AgencyInfo, months: Sequence[str]) -> list[Movement]:
    """The movement of each of some months, in their order. An episode without an opening date opens in none."""
    if not months:
        return []
    opened, closed = (_counted(snapshot, agency, column) for column in ("opened", "closed"))
    return [
        Movement(
            month,
            opened.get(month, 0),
            closed.get(month, 0),
            _until(opened, month) - _until(closed, month),
        )
        for month in months
    ]


def _counted(snapshot: Snapshot, agency: AgencyInfo, name: str) -> dict[str, int]:
    """How many episodes with an opening date have the date of that name in each month."""
    month = func.substr(EPISODES.c[name], 1, 7)
    query = (
        select(month, func.count())
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(
            EPISODES.c.agency_number == agency.number,
            EPISODES.c.deleted_at.is_(None),
            CLIENTS.c.deleted_at.is_(None),
            # What is no date is kept as typed, and lies in no month.
            sqlite.is_day(EPISODES.c.opened),
            sqlite.is_day(EPISODES.c[name]),
            # What is closed before it was opened is a slip of the keys, and would make the caseload less than nobody.
            or_(EPISODES.c.closed.is_(None), EPISODES.c.closed >= EPISODES.c.opened),
        )
        .group_by(month)
    )
    return {str(found): int(count) for found, count in snapshot.connection.execute(query)}


def _until(counted: dict[str, int], month: str) -> int:
    return sum(count for each, count in counted.items() if each <= month)
