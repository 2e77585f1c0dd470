"""What the audit knows of copies: that one was made, when the last good one was, and whether work waits for another."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from store.disk.tables import AUDIT_HEADS, AUDITS
from store.facts import Check
from store.records.values import moment
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.local_time import LONDON

BACKUP = "backup"
TRIED = "copies"
"""What the audit has as the record of a copy that was brought back on trial and was well."""
LATE_DAYS = 4
"""After so many days of work without a good copy that is told."""


def note(unit: UnitOfWork, *, tried: bool) -> None:
    """Note in the audit that a copy was made, and whether it was brought back on trial and was well. Raises Problem."""
    unit.chain.add(BACKUP, "store", TRIED if tried else "", "", None, None)


def last_tried(snapshot: Snapshot) -> datetime | None:
    """When the last copy was made that was brought back on trial and was well; None where none ever was."""
    query = select(AUDITS.c.at).where(AUDITS.c.record_id == TRIED).order_by(AUDITS.c.number.desc()).limit(1)
    found = snapshot.connection.execute(query).scalar_one_or_none()
    return moment(found) if found is not None else None


def _work_since(snapshot: Snapshot, last: datetime) -> datetime:
    """From when on work stands in no good copy: what came after the last one; it may have been made by a clock that
    was ahead."""
    made = select(func.max(AUDITS.c.number)).where(AUDITS.c.record_id == TRIED).scalar_subquery()
    query = select(AUDITS.c.at).where(AUDITS.c.number > made).order_by(AUDITS.c.number).limit(1)
    after = snapshot.connection.execute(query).scalar_one_or_none()
    return min(last, moment(after)) if after is not None else last


def check(snapshot: Snapshot) -> Check:
    """Whether work of more than some days stands in no good copy. Work counts, not days: what rests is in the copy."""
    last = last_tried(snapshot)
    numbers = snapshot.connection.execute(select(AUDIT_HEADS.c.last_act)).scalar_one_or_none()
    ends = select(AUDITS.c.number, AUDITS.c.at).where(AUDITS.c.number.in_([1, numbers or 1]))
    at = {row.number: moment(row.at) for row in snapshot.connection.execute(ends)}
    if not at:
        return Check("copies", True, "Nothing was done yet that a copy could hold.")
    first, latest = at[min(at)], at[max(at)]
    told = "No copy was brought back on trial yet"
    if last:
        told = f"The last good copy is of {last.astimezone(LONDON):%d %b %Y %H:%M}"
    since = _work_since(snapshot, last) if last else first
    if latest - since > timedelta(days=LATE_DAYS):
        days = (latest - since).days
        why = f"{told}, and {days} days of work came after it" if last else f"{told}, in {days} days of work"
        return Check("copies", False, f"{why}: run keywork backup FILE --keep N, and see why none is made by itself.")
    return Check("copies", True, f"{told}.")


def is_due(snapshot: Snapshot, at: datetime) -> bool:
    """Whether no good copy was made on the day it is; one of a day to come was made by a clock that was ahead."""
    last = last_tried(snapshot)
    return last is None or last.astimezone(LONDON).date() != at.astimezone(LONDON).date()
