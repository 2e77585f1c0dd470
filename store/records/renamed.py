"""Fields that the editions an agency has reported by call otherwise: what is changed under one name is changed under
the name of today.

A form that was open while somebody else changed the letter, and a draft that was begun before it, speak the edition
that was left. What is typed there would be kept under a header that no screen shows and no return sends.
"""

import json
from collections.abc import Iterator

from sqlalchemy import Connection, select

from store.disk.tables import LETTERS
from validators.records import Values
from validators.standard.model import Standard


def in_words_of_today(
    connection: Connection, agency_number: int, standard: Standard, before: Values, values: Values
) -> Values:
    """The values of a record that is saved by an agency's `standard`, once it stood as `before`.

    What differs from that under a header of another edition stands under that of the standard, unless it differs there,
    too; the other header is left as it was.
    """
    headers = dict.fromkeys((*before, *values))
    strange = [
        header
        for header in headers
        if header not in standard.by_header and before.get(header, "") != values.get(header, "")
    ]
    if not strange:
        return values
    now = dict(values)
    pairs = list(_pairs(connection, agency_number))
    for header in strange:
        today = _today(header, pairs, standard)
        if not today:
            continue
        if now.get(today, "") == before.get(today, ""):
            now[today] = values.get(header, "")
        if header in before:
            now[header] = before[header]
        else:
            now.pop(header, None)
    return now


def _pairs(connection: Connection, agency_number: int) -> Iterator[tuple[str, str]]:
    """The headers that mean one field, by every change of the agency's letter, also those that were undone."""
    query = select(LETTERS.c.renamed).where(LETTERS.c.agency_number == agency_number)
    for text in connection.execute(query.order_by(LETTERS.c.number)).scalars():
        yield from json.loads(text).items()


def _today(header: str, pairs: list[tuple[str, str]], standard: Standard) -> str:
    """What a field is called by a standard; "" where it does not have it."""
    known, waiting = {header}, [header]
    while waiting:
        one = waiting.pop()
        if one in standard.by_header:
            return one
        beside = {after for before, after in pairs if before == one} | {
            before for before, after in pairs if after == one
        }
        waiting += sorted(beside - known)
        known |= beside
    return ""
