"""Episodes of an agency that may be those somebody is about to enter from elsewhere, so that none is entered twice."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from store.counterpart_shapes import Counterpart, Sought
from store.shapes import AgencyInfo
from store.tables import CLIENTS, EPISODES, STATES
from store.typed import sortable


def find(connection: Connection, agency: AgencyInfo, sought: Mapping[str, Sought]) -> dict[str, Counterpart]:
    """The agency's episodes that are looked for, by the same keys; one with the note goes before one alike.

    Nothing that is deleted counts. The agency's episodes are gone through once, however many are looked for.
    """
    by_note = {one.note: key for key, one in sought.items() if one.note}
    lengths = sorted({len(note) for note in by_note}, reverse=True)
    alike: dict[tuple[str, ...], list[str]] = {}
    for key, one in sought.items():
        about = (one.given_initial, one.family_initial, sortable(one.birth_date), sortable(one.opened))
        if all(about):
            alike.setdefault(about, []).append(key)
    noted: dict[str, Counterpart] = {}
    others: dict[str, Counterpart] = {}
    for row in connection.execute(_episodes(agency)):
        note = row.note or ""
        # What was typed behind it since is nothing against it.
        begun = (note[:most] for most in lengths if note[most : most + 1] in ("", " ", "\n"))
        named = next((by_note[text] for text in begun if text in by_note), None)
        if named is not None:
            noted.setdefault(named, Counterpart(row.id, row.client_id, row.reference or "", True))
            continue
        for key in alike.get((row.given_initial, row.family_initial, row.birth_date, row.opened), ()):
            others.setdefault(key, Counterpart(row.id, row.client_id, row.reference or "", False))
    return others | noted


def _episodes(agency: AgencyInfo) -> Any:
    return (
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
        .where(EPISODES.c.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None))
        .order_by(EPISODES.c.number)
    )
