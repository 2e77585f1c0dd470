"""The portal's lists of what it refused, as they were pasted: one for each extract until it is forgotten.

A line of a list is a line of the very file that was sent: what the portal says of another file of the same month is
another list. A list is the agency's, not a person's: whoever opens it goes on where another one stopped. Which fields
were changed since it came, the audit tells.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from store.disk.tables import AUDITS, BOUNCE_LISTS
from store.facts import AgencyInfo, ExtractInfo
from store.month.facts import BounceList
from store.people.record_acts import SENDS_NOTHING_ELSE
from store.records.read import batches
from store.records.values import moment, pack
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem


def listed(snapshot: Snapshot, agency: AgencyInfo) -> list[BounceList]:
    """All lists of an agency, the one that was last added to first."""
    query = select(BOUNCE_LISTS).where(BOUNCE_LISTS.c.agency_number == agency.number)
    ordered = query.order_by(BOUNCE_LISTS.c.kept_at.desc(), BOUNCE_LISTS.c.submission.desc())
    return [_info(row) for row in snapshot.connection.execute(ordered)]


def one(snapshot: Snapshot, agency: AgencyInfo, extract_id: str) -> BounceList | None:
    """The list of an extract; None where there is none."""
    row = snapshot.connection.execute(select(BOUNCE_LISTS).where(*_own(agency, extract_id))).one_or_none()
    return _info(row) if row is not None else None


def add(unit: UnitOfWork, agency: AgencyInfo, extract: ExtractInfo, text: str, *, counts_rows: bool) -> BounceList:
    """Put lines at the end of the list of an extract; the whole list. How a new one counts is said; one that is there
    counts as somebody said of it.

    Raises Problem for a text that cannot be stored.
    """
    pack({"list": text}, "bounce list")  # what cannot be stored is refused before anything is audited
    before = one(unit, agency, extract.id)
    whole = f"{before.text}\n{text}" if before is not None else text
    values = {"told": whole, "kept_at": unit.at, "kept_by": unit.person}
    if before is None:
        key = {"agency_number": agency.number, "extract_id": extract.id, "submission": extract.submission}
        unit.connection.execute(insert(BOUNCE_LISTS).values(**key, **values, counts_rows=int(counts_rows)))
    else:
        unit.connection.execute(update(BOUNCE_LISTS).where(*_own(agency, extract.id)).values(**values))
    _note(unit, agency, extract.submission, before.text if before is not None else None, whole)
    found = one(unit, agency, extract.id)
    assert found is not None
    return found


def count_from(unit: UnitOfWork, agency: AgencyInfo, extract: ExtractInfo, *, counts_rows: bool) -> None:
    """Note how the list of an extract counts; nothing where there is no list."""
    counted = update(BOUNCE_LISTS).where(*_own(agency, extract.id))
    unit.connection.execute(counted.values(counts_rows=int(counts_rows)))


def forget(unit: UnitOfWork, agency: AgencyInfo, extract_id: str, seen: str | None = None) -> None:
    """Take a list away; nothing where there is none.

    `seen` is its text as whoever takes it away looked at it, None where nobody did. Raises Problem where it is another.
    """
    before = one(unit, agency, extract_id)
    if before is not None:
        if seen is not None and before.text != seen:
            raise Problem(
                f"{before.kept_by} changed the list of {before.submission} meanwhile: look at all of it first."
            )
        unit.connection.execute(delete(BOUNCE_LISTS).where(*_own(agency, extract_id)))
        _note(unit, agency, before.submission, before.text, None)


def move(unit: UnitOfWork, agency: AgencyInfo, was: str, to: ExtractInfo, lines: str) -> BounceList:
    """Lines at the end of the list of the extract `was`, by its id, are of another extract: there they stand now.

    Raises Problem where they do not stand at its end by now.
    """
    before = one(unit, agency, was)
    if before is None or not f"\n{before.text}".endswith(f"\n{lines}"):
        raise Problem(
            "Those lines are not at the end of that list any more: somebody else changed it, look at it first."
        )
    left = f"\n{before.text}".removesuffix(f"\n{lines}").removeprefix("\n")
    if left:
        unit.connection.execute(update(BOUNCE_LISTS).where(*_own(agency, was)).values(told=left))
        _note(unit, agency, before.submission, before.text, left)
    else:
        forget(unit, agency, was)
    return add(unit, agency, to, lines, counts_rows=before.counts_rows)


def _note(unit: UnitOfWork, agency: AgencyInfo, submission: str, before: str | None, after: str | None) -> None:
    """The audit says that it grew, not what is in it: that would outlive the list."""
    old, new = (None if text is None else f"{len(text.splitlines()):,} lines" for text in (before, after))
    unit.chain.add("set", "agency", agency.id, f"bounce list {submission}", old, new)


def _own(agency: AgencyInfo, extract_id: str) -> tuple[Any, Any]:
    return BOUNCE_LISTS.c.agency_number == agency.number, BOUNCE_LISTS.c.extract_id == extract_id


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
