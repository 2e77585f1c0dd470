"""Withdrawals of consent that no extract can carry: a person tells whoever has the data, and ticks that."""

from datetime import date

from sqlalchemy import select

from store.disk.tables import CLIENTS
from store.facts import AgencyInfo
from store.month import calendar as stored_calendar
from store.month import sent
from store.records import consent
from store.records.consent import ConsentPlace
from store.records.read import batches
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.dates import parse_date


def travels(place: ConsentPlace, period: ReportingPeriod) -> bool:
    """Whether an extract of a period can carry what became of an episode."""
    closed = parse_date(place.closed) if place.closed else None
    return not place.deleted and (closed is None or closed >= period.start)


def to_tell(snapshot: Snapshot, agency: AgencyInfo, today: date, *, settled: bool = False) -> list[ConsentPlace]:
    """The withdrawals that no extract can carry, which a person is to tell; with `settled` those that are ticked, too.

    One that was carried by an extract that is sent, before its episode fell out of the period, is not among them.
    """
    places = consent.withdrawn(snapshot, agency, settled=settled)
    if not places:
        return []
    calendar = stored_calendar.of_agency(snapshot, agency)
    period = calendar.due(today).period
    gone_out = sent.listed(snapshot, agency)
    starts = {one.submission: calendar.entry(one.submission).period.start for one in gone_out}
    found = []
    for place in places:
        entry, closed = place.entry, parse_date(place.closed) if place.closed else None
        assert entry is not None and entry.entered_at is not None
        if entry.settled_at is None:
            if travels(place, period):
                continue
            later = [one for one in gone_out if one.made_at > entry.entered_at]
            if not place.deleted and closed and any(starts[one.submission] <= closed for one in later):
                continue
        found.append(place)
    return found


def clients_to_tell(snapshot: Snapshot, agency: AgencyInfo, today: date) -> list[int]:
    """The store's numbers of the clients whose withdrawals are to be told, deleted ones among them."""
    found: list[int] = []
    for some in batches(dict.fromkeys(one.client_id for one in to_tell(snapshot, agency, today))):
        found += snapshot.connection.execute(select(CLIENTS.c.number).where(CLIENTS.c.id.in_(some))).scalars()
    return sorted(found)
