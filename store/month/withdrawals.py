"""Withdrawals of consent that no extract can carry: a person tells whoever has the data, and ticks that."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import func, select

from store.disk.tables import AUDITS, CLIENTS
from store.facts import AgencyInfo, ExtractInfo
from store.month import calendar as stored_calendar
from store.month import extracts, sent
from store.records import consent
from store.records.consent import ConsentPlace
from store.records.read import batches
from store.records.values import stamp
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
    entered = _entered(snapshot, places)
    for extract in gone_out:
        assert calendar is not None
        period, since = calendar.entry(extract.submission).period, _since(snapshot, places, entered, extract)
        found |= {_id(place) for place in places if _id(place) not in since and travels(place, period)}
    return found


def since_extract(snapshot: Snapshot, places: Collection[ConsentPlace], extract: ExtractInfo) -> set[str]:
    """The withdrawals, of some, by the ids of their entries, that were entered since an extract's records were read."""
    return _since(snapshot, places, _entered(snapshot, places), extract)


def _entered(snapshot: Snapshot, places: Collection[ConsentPlace]) -> Mapping[tuple[str, str], int]:
    """The last row of the audit of each moment at which the episodes of some withdrawals were changed."""
    entered: dict[tuple[str, str], int] = {}
    for some in batches(dict.fromkeys(place.episode_id for place in places)):
        rows = select(AUDITS.c.record_id, AUDITS.c.at, func.max(AUDITS.c.number).label("number"))
        query = rows.where(AUDITS.c.record_id.in_(some)).group_by(AUDITS.c.record_id, AUDITS.c.at)
        entered.update({(row.record_id, row.at): row.number for row in snapshot.connection.execute(query)})
    return entered


def _since(
    snapshot: Snapshot,
    places: Collection[ConsentPlace],
    entered: Mapping[tuple[str, str], int],
    extract: ExtractInfo,
) -> set[str]:
    """The order is the audit's, whatever a clock said; of what came in with days of its own, the clock's."""
    end, found = extracts.read_until(snapshot, extract), set()
    for place in places:
        assert place.entry is not None and place.entry.entered_at is not None
        number = entered.get((place.episode_id, stamp(place.entry.entered_at)))
        if number > end if number is not None else place.entry.entered_at >= extract.made_at:
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
