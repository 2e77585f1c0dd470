"""How many rows an extract would have of an episode, and how many of them are spoilt: counted when findings are kept.

A finding about an event spoils the event's row, one about client or episode columns every row of the episode: the
same meaning as `validators.quality` has for files.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, select, update

from store.disk import sqlite
from store.disk.tables import FINDINGS, STATES
from validators.records import Severity

WEIGHTS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}
SEVERITIES = {weight: severity for severity, weight in WEIGHTS.items()}
KEPT, RETURNED = 1, 2
"""Where a finding shows that shows only beside other episodes: among all that is kept, in the return that is due."""
GOES = 4
"""Where a finding shows that the return that is due alone has, in what goes of an episode by itself."""
OUTSIDE = 8
"""Where a finding shows that the letter which was left has in what it keeps out of the return that is due."""
LATE, EARLIER = 16, 32
"""Where a finding shows that a letter which was left has in its last return before the one that is due: `LATE` as long
as that was not sent, then `EARLIER`, for who corrects it."""
LATE_BESIDE, EARLIER_BESIDE = 64, 128
"""The same where it shows only beside other episodes."""
IN_LEFT = (LATE, EARLIER, LATE_BESIDE, EARLIER_BESIDE)
"""Which findings are found in a return of a letter that was left, other than the one that is due."""
IN_STORE, IN_RETURN = (0, KEPT, KEPT | RETURNED), (0, RETURNED, KEPT | RETURNED, GOES)
"""Which findings, by where they show, are found in all that is kept, and in the return that is due."""
COUNTS = ("errors", "warnings", "notices", "rows", "error_rows", "warning_rows", "open_warning_rows")
"""The columns that a check counts, in the order of `Figures`."""
Figures = tuple[int, int, int, int, int, int, int]
Fault = tuple[int, str, int]
"""A finding's weight, its event (empty for none), and the number of its acceptance (0 for none)."""


def figures(rows: int, faults: Collection[Fault]) -> Figures:
    """What an episode of so many rows, with these faults, counts as."""
    if not faults:
        return 0, 0, 0, rows, 0, 0, 0
    many = [sum(weight == its for weight, _, _ in faults) for its in SEVERITIES]
    errors = [event for weight, event, _ in faults if weight == 0]
    warnings = [event for weight, event, _ in faults if weight == 1]
    unaccepted = [event for weight, event, acceptance in faults if weight == 1 and not acceptance]
    spoilt = (_spoilt(rows, events) for events in (errors, warnings, unaccepted))
    return (many[0], many[1], many[2], rows, *spoilt)  # type: ignore[return-value]


def _spoilt(rows: int, events: Collection[str]) -> int:
    if not events:
        return 0
    return rows if "" in events else min(rows, len(set(events)))


def keep(connection: Connection, counted: Mapping[int, Figures], told: Mapping[str, object]) -> None:
    """Write the figures of some episodes, and with each what else is `told` of all; few different ones are quick."""
    alike: dict[Figures, list[int]] = defaultdict(list)
    for number, its in counted.items():
        alike[its].append(number)
    for its, numbers in alike.items():
        values = {**dict(zip(COUNTS, its, strict=True)), **told}
        connection.execute(update(STATES).where(sqlite.among(STATES.c.episode_number, numbers)).values(values))


def refigure(connection: Connection, episodes: Iterable[int]) -> None:
    """Count some episodes anew, from the findings that are kept."""
    numbers = list(episodes)
    among = sqlite.among(STATES.c.episode_number, numbers)
    rows = {row.episode_number: row.rows for row in connection.execute(select(STATES).where(among))}
    faults: dict[int, list[Fault]] = defaultdict(list)
    found = select(FINDINGS).where(sqlite.among(FINDINGS.c.episode_number, numbers), FINDINGS.c.beside.in_(IN_STORE))
    for row in connection.execute(found):
        faults[row.episode_number].append((row.weight, event_of(row.told), row.acceptance))
    keep(connection, {number: figures(count, faults[number]) for number, count in rows.items()}, {})


def event_of(told: str) -> str:
    """The event a kept finding is about, empty for none."""
    return str(json.loads(told)["event_id"])
