"""By which edition an agency reports from which day on: what stands of its changes of letter."""

import json
from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import select

from store.disk.tables import LETTERS
from store.facts import AgencyInfo
from store.month.facts import LetterChange
from store.records.values import moment
from store.snapshot import Snapshot


def changes(snapshot: Snapshot, agency: AgencyInfo) -> list[LetterChange]:
    """The changes of an agency's letter that stand, in the order they were made."""
    mine = select(LETTERS).where(LETTERS.c.agency_number == agency.number, LETTERS.c.undone_at.is_(None))
    return [
        LetterChange(
            row.number,
            row.before,
            row.after,
            date.fromisoformat(row.first_day),
            json.loads(row.renamed),
            moment(row.changed_at),
            row.changed_by,
        )
        for row in snapshot.connection.execute(mine.order_by(LETTERS.c.number))
    ]


def editions(snapshot: Snapshot, agency: AgencyInfo) -> tuple[str, ...]:
    """The standards an agency has ever reported by, also until a change was undone; that of today first."""
    columns = LETTERS.c.before, LETTERS.c.after
    rows = snapshot.connection.execute(select(*columns).where(LETTERS.c.agency_number == agency.number)).all()
    return tuple(dict.fromkeys((agency.standard, *(each for row in rows for each in row))))


def standard_on(snapshot: Snapshot, agency: AgencyInfo, day: date) -> tuple[str, Mapping[str, str]]:
    """The standard by which an agency reports what ends on a day; and where its fields are held now, by header.

    The second is empty for the agency's own standard.
    """
    standard, held = agency.standard, dict[str, str]()
    for change, before in _backwards(snapshot, agency):
        if day >= change.first_day:
            break
        standard, held = change.before, before
    return standard, held


def held_of(snapshot: Snapshot, agency: AgencyInfo, standard: str) -> Mapping[str, str]:
    """Where the fields of a standard that the agency left are held now, by header; empty for its own, and others."""
    if standard == agency.standard:
        return {}
    return next((held for change, held in _backwards(snapshot, agency) if change.before == standard), {})


def _backwards(snapshot: Snapshot, agency: AgencyInfo) -> Iterator[tuple[LetterChange, dict[str, str]]]:
    """The changes that stand, the last one first, each with where the fields of before it are held now."""
    held: dict[str, str] = {}
    for change in reversed(changes(snapshot, agency)):
        # A header may have been renamed more than once.
        held = {before: held.get(after, after) for before, after in change.renamed.items()} | {
            header: now for header, now in held.items() if header not in change.renamed.values()
        }
        yield change, held
