"""The portal's lists of what it refused, as they were pasted: one for each agency and submission until it is forgotten.

A list is the agency's, not a person's: whoever opens it goes on where another one stopped. Which fields were
changed since it came, the audit tells.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update

from store.disk.tables import AUDITS, BOUNCE_LISTS
from store.facts import AgencyInfo, ExtractInfo
from store.month.facts import BounceList
from store.people.record_acts import SENDS_NOTHING_ELSE
from store.records.read import batches
from store.records.values import moment, pack
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem


def latest(snapshot: Snapshot, agency: AgencyInfo) -> BounceList | None:
    """The list that was last added to; None where there is none."""
    query = _lists(agency).order_by(BOUNCE_LISTS.c.kept_at.desc(), BOUNCE_LISTS.c.submission.desc())
    row = snapshot.connection.execute(query.limit(1)).one_or_none()
    return _info(row) if row is not None else None


def listed(snapshot: Snapshot, agency: AgencyInfo) -> list[BounceList]:
    """All lists of an agency, by submission."""
    query = _lists(agency).order_by(BOUNCE_LISTS.c.submission)
    return [_info(row) for row in snapshot.connection.execute(query)]


def one(snapshot: Snapshot, agency: AgencyInfo, submission: str) -> BounceList | None:
    """The list of a submission; None where there is none."""
    row = snapshot.connection.execute(_lists(agency).where(BOUNCE_LISTS.c.submission == submission)).one_or_none()
    return _info(row) if row is not None else None


def add(unit: UnitOfWork, agency: AgencyInfo, extract: ExtractInfo, text: str, *, counts_rows: bool) -> BounceList:
    """Put lines at the end of the list of an extract's submission, and keep what they are read by; the whole list.

    Raises Problem for a text that cannot be stored.
    """
    pack({"list": text}, "bounce list")  # what cannot be stored is refused before anything is audited
    before = one(unit, agency, extract.submission)
    whole = f"{before.text}\n{text}" if before is not None else text
    values = {"extract_id": extract.id, "told": whole, "counts_rows": int(counts_rows)}
    values |= {"kept_at": unit.at, "kept_by": unit.person}
    if before is None:
        key = {"agency_number": agency.number, "submission": extract.submission}
        unit.connection.execute(insert(BOUNCE_LISTS).values(**key, **values))
    else:
        unit.connection.execute(update(BOUNCE_LISTS).where(*_own(agency, extract.submission)).values(**values))
    # The audit says that it grew, not what is in it: that would outlive the list.
    old = _size(before.text) if before is not None else None
    unit.chain.add("set", "agency", agency.id, f"bounce list {extract.submission}", old, _size(whole))
    found = one(unit, agency, extract.submission)
    assert found is not None
    return found


def read_by(unit: UnitOfWork, agency: AgencyInfo, extract: ExtractInfo, *, counts_rows: bool) -> None:
    """Note by which extract of its submission a list is read, and how it counts; nothing where there is no list."""
    values = {"extract_id": extract.id, "counts_rows": int(counts_rows)}
    unit.connection.execute(update(BOUNCE_LISTS).where(*_own(agency, extract.submission)).values(**values))


def forget(unit: UnitOfWork, agency: AgencyInfo, submission: str, seen: str | None = None) -> None:
    """Take a list away; nothing where there is none.

    `seen` is its text as whoever takes it away looked at it, None where nobody did. Raises Problem where it is another.
    """
    before = one(unit, agency, submission)
    if before is not None:
        if seen is not None and before.text != seen:
            raise Problem(f"{before.kept_by} changed the list of {submission} meanwhile: look at all of it first.")
        unit.connection.execute(delete(BOUNCE_LISTS).where(*_own(agency, submission)))
        unit.chain.add("set", "agency", agency.id, f"bounce list {submission}", _size(before.text), None)


def _size(text: str) -> str:
    return f"{len(text.splitlines()):,} lines"


def _own(agency: AgencyInfo, submission: str) -> tuple[Any, Any]:
    return BOUNCE_LISTS.c.agency_number == agency.number, BOUNCE_LISTS.c.submission == submission


def _lists(agency: AgencyInfo) -> Select[Any]:
    return select(BOUNCE_LISTS).where(BOUNCE_LISTS.c.agency_number == agency.number)


def _info(row: Row[Any]) -> BounceList:
    return BounceList(row.submission, row.extract_id, row.told, bool(row.counts_rows), moment(row.kept_at), row.kept_by)


def changed_fields(snapshot: Snapshot, records: Collection[str], since: int) -> dict[str, set[str]]:
    """The fields that were changed after the audit's row `since` of each of some records that were, by their ids.

    "" among them stands for all of the record, as of one that was deleted. Who looked, or noted something beside,
    changed nothing, nor did a change of letter, which calls the same value otherwise.
    """
    found: dict[str, set[str]] = {}
    columns = AUDITS.c.record_id, AUDITS.c.field
    for some in batches(sorted(records)):
        query = select(*columns).where(AUDITS.c.record_id.in_(some), AUDITS.c.number > since).distinct()
        query = query.where(AUDITS.c.act.not_in(SENDS_NOTHING_ELSE))
        for record, field in snapshot.connection.execute(query):
            found.setdefault(record, set()).add(field)
    return found
