"""Clients who may be one and the same: the same initials, birth date and sex, or nearly."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import func, intersect, select

from store.clients import index, rows
from store.clients.facts import Counterpart, Sought
from store.disk.tables import CLIENTS, EPISODES, LINES, STATES
from store.facts import AgencyInfo, ClientRow, Resemblance
from store.records import read
from store.records.values import sortable
from store.snapshot import Snapshot

MOST = 20
TOLD_BY = ("birth_date", "given_initial", "family_initial", "sex")
"""What tells people apart where no number does, as the store keeps it."""
_DIGITS = 8


def resembling(
    snapshot: Snapshot,
    agency: AgencyInfo,
    given: str,
    family: str,
    birth_date: str,
    sex: str,
    *,
    leave_out: Collection[str] = (),
) -> list[Resemblance]:
    """Clients who resemble somebody, the likeliest first; none without both initials.

    `birth_date` is as the standard or ISO writes it.
    """
    given, family, birth_date = given.strip().upper(), family.strip().upper(), sortable(birth_date)
    if not (given and family and birth_date):
        return []
    here = (LINES.c.agency_number == agency.number, LINES.c.flags.op("&")(index.DELETED) == 0)
    number = LINES.c.client_number
    # Two sets, each from its own index: only who is in both is looked at.
    named = select((number + 0).label(number.name)).where(*here, LINES.c.initials.in_([given + family, family + given]))
    born = select((number + 0).label(number.name)).where(*here, LINES.c.birth.in_(_near_dates(birth_date)))
    both = list(snapshot.connection.execute(intersect(named, born)).scalars())
    query = (
        select(number, LINES.c.initials, LINES.c.birth, CLIENTS.c.sex, CLIENTS.c.id)
        .join(CLIENTS, CLIENTS.c.number == number)
        .where(number.in_(both))
    )
    found: dict[int, tuple[int, str]] = {}
    for row in snapshot.connection.execute(query):
        said = _why(row, given, family, birth_date, sex) if row.id not in leave_out else None
        if said:
            found[row.client_number] = said
    best = sorted(found, key=lambda number: (found[number][0], number))[:MOST]
    found_rows = rows.of_numbers(snapshot.connection, best)
    return [Resemblance(row, found[number][1]) for number, row in zip(best, found_rows, strict=True)]


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


def _near_dates(birth_date: str) -> list[str]:
    """The date, and all texts of a date that `_near` may hold to be near it."""
    digits = birth_date.replace("-", "")
    near = {digits}
    if len(digits) == _DIGITS and digits.isdigit():
        near.add(digits[:4] + digits[6:] + digits[4:6])
        for at in range(_DIGITS):
            near |= {digits[:at] + digit + digits[at + 1 :] for digit in "0123456789"}
            near.add(digits[:at] + digits[at : at + 2][::-1] + digits[at + 2 :])
    # An impossible date was kept as it was typed.
    return sorted({birth_date, *near, *(f"{one[:4]}-{one[4:6]}-{one[6:]}" for one in near)})


def _near(one: str, other: str) -> str:
    if len(one) != _DIGITS or len(other) != _DIGITS:
        return ""
    if one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6]:
        return "day and month of birth swapped"
    differing = [at for at in range(_DIGITS) if one[at] != other[at]]
    swapped = (
        len(differing) == 2 and one[differing[0] : differing[1] + 1] == other[differing[0] : differing[1] + 1][::-1]
    )
    if len(differing) < 2 or (swapped and differing[1] == differing[0] + 1):
        return "birth date differs by one digit"
    return ""


# Episodes of an agency that may be those somebody is about to enter from elsewhere, so that none is entered twice.


def counterparts(snapshot: Snapshot, agency: AgencyInfo, sought: Mapping[str, Sought]) -> dict[str, Counterpart]:
    """The agency's episodes that are looked for, by the same keys: the first with the note, else the first alike.

    Nothing that is deleted counts. The agency's episodes are gone through once, however many are looked for.
    """
    noted: dict[str, Counterpart] = {}
    others: dict[str, Counterpart] = {}
    for key, one in every_counterpart(snapshot, agency, sought):
        (noted if one.by_note else others).setdefault(key, one)
    return others | noted


def every_counterpart(
    snapshot: Snapshot, agency: AgencyInfo, sought: Mapping[str, Sought], *, deleted: bool = False
) -> Iterator[tuple[str, Counterpart]]:
    """All of them, each with its key, in order of entry: something may have been copied twice. With `deleted` those
    that are deleted, too."""
    by_note = {one.note: key for key, one in sought.items() if one.note}
    lengths = sorted({len(note) for note in by_note}, reverse=True)
    alike: dict[tuple[str, ...], list[str]] = {}
    for key, one in sought.items():
        about = (one.given_initial, one.family_initial, sortable(one.birth_date), sortable(one.opened))
        if all(about):
            alike.setdefault(about, []).append(key)
    for row in snapshot.connection.execute(_episodes(agency, deleted)):
        note = row.note or ""
        # What was typed behind it since is nothing against it.
        begun = (note[:most] for most in lengths if note[most : most + 1] in ("", " ", "\n"))
        named = next((by_note[text] for text in begun if text in by_note), None)
        if named is not None:
            yield named, Counterpart(row.id, row.client_id, row.reference or "", True)
            continue
        for key in alike.get((row.given_initial, row.family_initial, row.birth_date, row.opened), ()):
            yield key, Counterpart(row.id, row.client_id, row.reference or "", False)


def _episodes(agency: AgencyInfo, deleted: bool) -> Any:
    query = (
        select(
            EPISODES.c.id,
            EPISODES.c.opened,
            CLIENTS.c.id.label("client_id"),
            CLIENTS.c.reference,
            CLIENTS.c.given_initial,
            CLIENTS.c.family_initial,
            CLIENTS.c.birth_date,
            STATES.c.note,
        )
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .outerjoin(STATES, STATES.c.episode_number == EPISODES.c.number)
        .where(EPISODES.c.agency_number == agency.number)
        .order_by(EPISODES.c.number)
    )
    return query if deleted else query.where(EPISODES.c.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None))


# Clients of an agency who bear a number that only one person can have, or are told by all the same.


def bearing(
    snapshot: Snapshot, agency: AgencyInfo, column: str, number: str, *, leave_out: Collection[str] = ()
) -> list[ClientRow]:
    """Clients who have a number: `column` is "reference" or "nhs_number". In order of entry, none that is deleted."""
    if not number:
        return []
    query = select(CLIENTS.c.number, CLIENTS.c.id).where(
        CLIENTS.c.agency_number == agency.number, CLIENTS.c[column] == number, CLIENTS.c.deleted_at.is_(None)
    )
    numbers = [row.number for row in snapshot.connection.execute(query) if row.id not in leave_out]
    return rows.of_numbers(snapshot.connection, sorted(numbers)[:MOST])


def doubles(snapshot: Snapshot, agency: AgencyInfo) -> list[int]:
    """The store's numbers of clients who may be entered twice: they share a reference, an NHS number, or initials,
    birth date and sex with another one. Three walks along indexes, then a look at each that is shared; deleted ones do
    not count.
    """
    connection = snapshot.connection
    here = (CLIENTS.c.agency_number == agency.number, CLIENTS.c.deleted_at.is_(None))
    listed = (LINES.c.agency_number == agency.number, LINES.c.flags.op("&")(index.DELETED) == 0)
    alike = [CLIENTS.c[name] for name in TOLD_BY]
    found: set[int] = set()
    for told, number, among in (
        ([LINES.c.reference], LINES.c.client_number, listed),
        ([CLIENTS.c.nhs_number], CLIENTS.c.number, here),
        (alike, CLIENTS.c.number, here),
    ):
        filled = [column > "" for column in told]
        shared = select(*told).where(*among, *filled).group_by(*told).having(func.count() > 1)
        # One by one: joined to the table, what is shared would be looked for in all of it.
        for row in connection.execute(shared).all():
            same = [column == value for column, value in zip(told, row, strict=True)]
            found.update(connection.execute(select(number).where(*among, *same)).scalars())
    return sorted(found)


def alike(snapshot: Snapshot, agency: AgencyInfo) -> frozenset[str]:
    """The ids of those clients: nobody else can be told by the same as another."""
    found: set[str] = set()
    for some in read.batches(doubles(snapshot, agency)):
        found.update(snapshot.connection.execute(select(CLIENTS.c.id).where(CLIENTS.c.number.in_(some))).scalars())
    return frozenset(found)


def known_people(snapshot: Snapshot, agency: AgencyInfo, people: Collection[tuple[str, ...]]) -> int:
    """How many of some people are told as a client of the agency is, each by `TOLD_BY`; who lacks any, as nobody."""
    told = [CLIENTS.c[name] for name in TOLD_BY]
    here = (CLIENTS.c.agency_number == agency.number, CLIENTS.c.deleted_at.is_(None))
    found: set[tuple[str, ...]] = set()
    for some in read.batches(sorted({one[0] for one in people if all(one)})):
        for row in snapshot.connection.execute(select(*told).where(*here, CLIENTS.c.birth_date.in_(some))):
            found.add(tuple(row))
    return sum(one in found for one in people)


def opened_alike(snapshot: Snapshot, days: Collection[tuple[str, str]]) -> int:
    """How many of some days are those on which an episode of their client was opened; each with the client's id."""
    found: set[tuple[str, str]] = set()
    query = select(CLIENTS.c.id, EPISODES.c.opened).join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
    for some in read.batches(sorted({client_id for client_id, _ in days})):
        for row in snapshot.connection.execute(query.where(CLIENTS.c.id.in_(some), EPISODES.c.deleted_at.is_(None))):
            found.add((row.id, row.opened or ""))
    return sum(one in found for one in days)
