"""Numbers that the program gives clients where an agency has none of its own: made of the store's count of clients.

That count never goes back, even where a client is deleted, so that no number is given twice.
"""

from collections.abc import Collection

from sqlalchemy import Connection, select

from store.disk.tables import CLIENTS

# Beyond every count of clients: where a number is taken, having been typed, the next to try is this much higher.
STEP = 1_000_000_000


def own_number(connection: Connection, agency_number: int, number: int, given: Collection[str] = ()) -> str:
    """The number for the client that is the store's `number`-th, in digits, which no client of the agency has.

    Deleted clients keep theirs. `given` are numbers that are taken and not yet written.
    """
    at = number
    while str(at) in given or _taken(connection, agency_number, str(at)):
        at += STEP
    return str(at)


def _taken(connection: Connection, agency_number: int, reference: str) -> bool:
    query = select(CLIENTS.c.number).where(CLIENTS.c.agency_number == agency_number, CLIENTS.c.reference == reference)
    return connection.execute(query.limit(1)).first() is not None
