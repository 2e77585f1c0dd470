"""Which fields of records were changed after a moment, by the audit."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from store.disk.tables import AUDITS
from store.records.values import stamp
from store.snapshot import Snapshot

_AT_ONCE = 500


def fields(snapshot: Snapshot, records: Collection[str], at: datetime) -> dict[str, set[str]]:
    """The fields that were changed after `at` of each of some records that were, by the records' ids.

    "" among them stands for all of the record, as of one that was deleted.
    """
    found: dict[str, set[str]] = {}
    columns = AUDITS.c.record_id, AUDITS.c.field
    wanted = sorted(records)
    for some in (wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE)):
        query = select(*columns).where(AUDITS.c.record_id.in_(some), AUDITS.c.at > stamp(at)).distinct()
        for record, field in snapshot.connection.execute(query):
            found.setdefault(record, set()).add(field)
    return found
