"""Clients who may be one and the same: the same initials, birth date and sex, or nearly."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from store import lines, listing
from store.shapes import AgencyInfo, Resemblance
from store.tables import CLIENTS, LINES

MOST = 20
_DIGITS = 8


def resembling(
    connection: Connection,
    agency: AgencyInfo,
    given: str,
    family: str,
    birth_date: str,
    sex: str,
    leave_out: Collection[str],
) -> list[Resemblance]:
    """Clients who resemble somebody, the likeliest first; `birth_date` is YYYY-MM-DD. None without both initials."""
    given, family = given.strip().upper(), family.strip().upper()
    if not (given and family and birth_date):
        return []
    columns = (LINES.c.client_number, LINES.c.initials, LINES.c.birth, CLIENTS.c.sex, CLIENTS.c.id)
    base = (
        select(*columns)
        .join(CLIENTS, CLIENTS.c.number == LINES.c.client_number)
        .where(LINES.c.agency_number == agency.number, LINES.c.flags.op("&")(lines.DELETED) == 0)
    )
    names = {f"{given}{family}", f"{family}{given}"}
    found: dict[int, tuple[int, str]] = {}
    for query in (base.where(LINES.c.birth == birth_date), base.where(LINES.c.initials.in_(names))):
        for row in connection.execute(query):
            said = _why(row, given, family, birth_date, sex) if row.id not in leave_out else None
            if said:
                found[row.client_number] = said
    best = sorted(found, key=lambda number: (found[number][0], number))[:MOST]
    rows = listing.of_numbers(connection, best)
    return [Resemblance(row, found[number][1]) for number, row in zip(best, rows, strict=True)]


def _why(row: Any, given: str, family: str, birth_date: str, sex: str) -> tuple[int, str] | None:
    """How far a client is from the one described, and in what; None when he is somebody else."""
    if row.initials == f"{given}{family}":
        steps, told = 0, ["same initials"]
    elif row.initials == f"{family}{given}":
        steps, told = 2, ["initials swapped"]
    else:
        return None
    if row.birth == birth_date:
        told.append("same birth date")
    else:
        near = _near(row.birth.replace("-", ""), birth_date.replace("-", ""))
        if not near:
            return None
        steps += 2
        told.append(near)
    if sex and row.sex and row.sex != sex:
        steps += 1
        told.append("another sex")
    elif sex and row.sex:
        told.append("same sex")
    # Two things that differ are two people.
    return (steps, ", ".join(told)) if steps < 4 else None


def _near(one: str, other: str) -> str:
    from rapidfuzz.distance import OSA

    if len(one) != _DIGITS or len(other) != _DIGITS:
        return ""
    if one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6]:
        return "day and month of birth swapped"
    if OSA.distance(one, other, score_cutoff=1) <= 1:
        return "birth date differs by one digit"
    return ""
