"""What an agency says of itself, kept by name; and what a check of its records so depends on.

A check holds for the settings it was made with: kept with a digest of those, it is stale once they are others.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from store.disk.audit import Chain
from store.disk.tables import SETTINGS
from store.records.values import Deriver, pack


def settings(connection: Connection, agency: int) -> dict[str, str]:
    """An agency's settings by name."""
    query = select(SETTINGS.c.name, SETTINGS.c.told).where(SETTINGS.c.agency_number == agency)
    return {row.name: row.told for row in connection.execute(query.order_by(SETTINGS.c.name))}


def grounds(connection: Connection, deriver: Deriver, agency: int, told: Mapping[str, str] | None = None) -> str:
    """What a check depends on besides record and day, by the settings `told`, else those the agency has now."""
    if not deriver.standard.settings:
        return deriver.fingerprint
    return deriver.grounds(settings(connection, agency) if told is None else told)


def set_setting(
    connection: Connection, chain: Chain, agency: int, agency_id: str, name: str, told: str, person: str, at: str
) -> bool:
    """Keep a setting; False when it says so already."""
    before = settings(connection, agency).get(name)
    if before == told:
        return False
    pack({name: told}, f"setting {name}")  # what cannot be stored is refused before anything is audited
    values = {"told": told, "set_at": at, "set_by": person}
    if before is None:
        connection.execute(insert(SETTINGS).values(agency_number=agency, name=name, **values))
    else:
        mine = (SETTINGS.c.agency_number == agency, SETTINGS.c.name == name)
        connection.execute(update(SETTINGS).where(*mine).values(**values))
    chain.add("set", "agency", agency_id, name, before, told)
    return True
