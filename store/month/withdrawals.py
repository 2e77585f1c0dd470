"""Withdrawals of consent that no extract can carry: a person tells whoever has the data, and ticks that."""

from collections.abc import Collection
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
    period = stored_calendar.of_agency(snapshot, agency).due(today).period
    found = []
    carried = _carried(snapshot, agency, places)
    for place in places:
        ticked = place.entry is not None and place.entry.settled_at is not None
        if ticked or not (travels(place, period) or _id(place) in carried):
            found.append(place)
    return found


def not_said(snapshot: Snapshot, agency: AgencyInfo, client_ids: Collection[str]) -> list[ConsentPlace]:
    """The withdrawals of some clients that no extract which is sent has said yet, and nobody ticked."""
    places = [one for one in consent.withdrawn(snapshot, agency) if one.client_id in client_ids]
    carried = _carried(snapshot, agency, places)
    return [one for one in places if _id(one) not in carried]


def _carried(snapshot: Snapshot, agency: AgencyInfo, places: Collection[ConsentPlace]) -> set[str]:
    """The withdrawals, of some, by the ids of their entries, that an extract has said which was written after them and
    is sent."""
    gone_out = sent.listed(snapshot, agency) if places else []
    calendar = stored_calendar.of_agency(snapshot, agency) if gone_out else None
    found = set()
    for place in places:
        assert place.entry is not None and place.entry.entered_at is not None
        since = place.entry.entered_at
        later = [calendar.entry(one.submission).period for one in gone_out if one.made_at > since] if calendar else []
        if any(travels(place, period) for period in later):
            found.add(_id(place))
    return found


def _id(place: ConsentPlace) -> str:
    return place.entry.id if place.entry is not None else ""


def clients_to_tell(snapshot: Snapshot, agency: AgencyInfo, today: date) -> list[int]:
    """The store's numbers of the clients whose withdrawals are to be told, deleted ones among them."""
    found: list[int] = []
    for some in batches(dict.fromkeys(one.client_id for one in to_tell(snapshot, agency, today))):
        found += snapshot.connection.execute(select(CLIENTS.c.number).where(CLIENTS.c.id.in_(some))).scalars()
    return sorted(found)
