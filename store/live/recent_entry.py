"""What people usually key: the codes used most, and the record a person saved last."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Select, func, select

from store.disk.tables import CLIENTS, EPISODES, EVENTS
from store.facts import AgencyInfo, Kind
from store.records.values import unpack
from store.snapshot import Snapshot
from validators.records import Values

LATEST, REACH = 1000, 10_000


def code_usage(snapshot: Snapshot, agency: AgencyInfo, headers: Iterable[str]) -> dict[str, dict[str, int]]:
    """How often each value of some fields stands in the agency's latest records, the most used first, by field.

    Every section's records are read once, whatever the number of fields.
    """
    deriver = snapshot.derivers[agency.standard]
    sections: dict[tuple[Kind, str], list[str]] = {}
    for header in headers:
        if (kind := deriver.level(header)) is not None:
            sections.setdefault((kind, deriver.section(header)), []).append(header)
    found = [_code_usage(snapshot.connection, agency, *its, wanted) for its, wanted in sections.items()]
    return {header: counts for one in found for header, counts in one.items()}


def _code_usage(
    connection: Connection, agency: AgencyInfo, kind: Kind, section: str, headers: Collection[str]
) -> dict[str, dict[str, int]]:
    """How often each value of some fields of a section stands in its latest records, the most used first."""
    table, query = _records(agency, kind, section)
    # Of the end of the table only: a section that is rarely used would have all of it read.
    last = connection.execute(select(func.max(table.c.number))).scalar_one() or 0
    recent = query.where(table.c.deleted_at.is_(None), table.c.number > last - REACH)
    latest = recent.order_by(table.c.number.desc()).limit(LATEST)
    counted: dict[str, Counter[str]] = {header: Counter() for header in headers}
    for typed in connection.execute(latest).scalars():
        values = unpack(typed)
        for header, counter in counted.items():
            if value := values.get(header):
                counter[value] += 1
    return {
        header: dict(sorted(counter.items(), key=lambda pair: (-pair[1], pair[0])))
        for header, counter in counted.items()
    }


def previous(snapshot: Snapshot, agency: AgencyInfo, kind: Kind, section: str, person: str) -> Values:
    """The values of the record of a kind that a person saved last; none when he has saved none."""
    table, query = _records(agency, kind, section)
    mine = query.where(table.c.deleted_at.is_(None), table.c.changed_by == person)
    last = mine.order_by(table.c.changed_at.desc(), table.c.number.desc()).limit(1)
    typed = snapshot.connection.execute(last).scalar_one_or_none()
    return unpack(typed) if typed is not None else {}


def _records(agency: AgencyInfo, kind: Kind, section: str) -> tuple[Any, Select[Any]]:
    if kind == "event":
        query = select(EVENTS.c.typed).join(EPISODES, EPISODES.c.number == EVENTS.c.episode_number)
        return EVENTS, query.where(EPISODES.c.agency_number == agency.number, EVENTS.c.section == section)
    table = CLIENTS if kind == "client" else EPISODES
    return table, select(table.c.typed).where(table.c.agency_number == agency.number)
