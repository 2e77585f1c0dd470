"""An agency's letter: by which edition it reports from which day on, gone over to in one step that can be undone.

Nothing that was keyed is taken away: what the new edition does not ask stays under its old header, and what it calls
otherwise is kept under both, so that months before the day can still be written in the old letter.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Select, insert, select, update

from store.disk.tables import AGENCIES, CLIENTS, EPISODES, EVENTS, LETTERS
from store.facts import AgencyInfo, Kind, StoredRecord
from store.findings import acceptances
from store.live import drafts
from store.month.facts import LetterChange
from store.month.letter_changes import changes
from store.records import agencies, carried, field_notes, read, save, second_keying
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem


def change(
    unit: UnitOfWork, agency: AgencyInfo, standard: str, first_day: date, renamed: Mapping[str, str]
) -> AgencyInfo:
    """Go over to a standard from a day on; what `renamed` calls otherwise is kept under its new header, too.

    Raises Problem where the agency reports by it already, or by another agency's code and standard, and where by
    now it reports by another one than whoever has it changed looked at.
    """
    agencies.require_as_seen(unit, agency, "standard")
    if standard == agency.standard:
        raise Problem(f"The agency {agency.code} reports by {standard} already: nothing is to be changed.")
    made = changes(unit, agency)
    if made and first_day <= made[-1].first_day:
        raise Problem(
            f"The agency {agency.code} went over to {made[-1].after} on {made[-1].first_day}: choose a later day."
        )
    told = {"before": agency.standard, "after": standard, "first_day": first_day.isoformat()}
    unit.connection.execute(
        insert(LETTERS).values(
            agency_number=agency.number,
            **told,
            renamed=json.dumps(dict(renamed)),
            changed_at=unit.at,
            changed_by=unit.person,
        )
    )
    now = _report_by(unit, agency, standard)
    field_notes.rename(unit, agency, renamed)
    second_keying.rename(unit, agency, renamed)
    acceptances.rename(unit, agency, renamed)
    moved = set()
    # What an edition of long ago left under a header that comes back is not the value of today.
    for record in holding(unit, agency, {**renamed, **{after: before for before, after in renamed.items()}}):
        own = {after: record.values.get(before, "") for before, after in renamed.items()}
        save.change(unit, record.kind, record.id, {**record.values, **own}, record.version, act=save.LETTER)
        moved.add(record.id)
    carried.rename(unit, now, renamed)
    drafts.rename(unit, now, renamed, moved, keep=True)
    return now


def undo(unit: UnitOfWork, agency: AgencyInfo, seen: LetterChange | None = None) -> AgencyInfo:
    """Undo the last change of letter. What was mended since under a new header goes back under the old one.

    With `seen`, the change that a person was asked about, no other one. Raises Problem where there is none, and where
    the last one is another than that by now.
    """
    made = changes(unit, agency)
    if not made:
        raise Problem(f"The agency {agency.code} has not changed its letter: there is nothing to undo.")
    last = made[-1]
    if seen is not None and last.number != seen.number:
        raise Problem(
            f"Not undone: what you looked at was undone or changed by somebody else meanwhile; agency {agency.code}"
            f" went over to {last.after} on {last.first_day} ({last.changed_by}): look again."
        )
    agency = replace(agency, standard=last.after)
    mine = update(LETTERS).where(LETTERS.c.number == last.number)
    unit.connection.execute(mine.values(undone_at=unit.at, undone_by=unit.person))
    now = _report_by(unit, agency, last.before)
    headers = {after: before for before, after in last.renamed.items()}
    field_notes.rename(unit, agency, headers)
    second_keying.rename(unit, agency, headers)
    acceptances.rename(unit, agency, headers)
    carried.rename(unit, now, headers)
    moved = set()
    for record in holding(unit, agency, {**headers, **last.renamed}):
        own = {header: value for header, value in record.values.items() if header not in headers}
        own |= {before: record.values.get(after, "") for after, before in headers.items()}
        save.change(unit, record.kind, record.id, own, record.version, act=save.LETTER)
        moved.add(record.id)
    drafts.rename(unit, now, headers, moved, keep=False)
    return now


def _report_by(unit: UnitOfWork, agency: AgencyInfo, standard: str) -> AgencyInfo:
    same = select(AGENCIES.c.number).where(AGENCIES.c.code == agency.code, AGENCIES.c.standard == standard)
    if unit.connection.execute(same).first():
        raise Problem(f"This store has the agency {agency.code} of {standard} already: its letter is not changed.")
    mine = update(AGENCIES).where(AGENCIES.c.number == agency.number)
    unit.connection.execute(mine.values(standard=standard))
    unit.session.expire_all()
    unit.chain.add(save.LETTER, "agency", agency.id, "standard", agency.standard, standard)
    clients = select(CLIENTS.c.number).where(CLIENTS.c.agency_number == agency.number)
    unit.touch(*unit.connection.execute(clients).scalars())
    return replace(agency, standard=standard)


def holding(snapshot: Snapshot, agency: AgencyInfo, headers: Mapping[str, str]) -> Iterator[StoredRecord]:
    """The agency's records that hold any of these headers, clients first; also what is deleted, which may come back."""
    if not headers:
        return
    below = EPISODES.join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
    kinds: tuple[tuple[Kind, Select[Any]], ...] = (
        ("client", select(CLIENTS.c.id, CLIENTS.c.typed)),
        ("episode", select(EPISODES.c.id, EPISODES.c.typed).select_from(below)),
        (
            "event",
            select(EVENTS.c.id, EVENTS.c.typed).select_from(
                EVENTS.join(below, EPISODES.c.number == EVENTS.c.episode_number)
            ),
        ),
    )
    for kind, query in kinds:
        rows = snapshot.connection.execute(query.where(CLIENTS.c.agency_number == agency.number)).all()
        for own, typed in rows:
            if any(f'"{header}":' in typed for header in headers):
                yield read.get(snapshot, kind, own)
