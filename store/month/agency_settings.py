"""What an agency says of itself, kept by name; and what a check of its records so depends on.

A check holds for the settings it was made with: kept with a digest of those, it is stale once they are others.
"""

from sqlalchemy import insert, select, update

from store.disk.tables import LETTERS, SETTINGS
from store.facts import AgencyInfo
from store.records.values import pack
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem


def settings(snapshot: Snapshot, agency: AgencyInfo) -> dict[str, str]:
    """What an agency says of itself, by name."""
    query = select(SETTINGS.c.name, SETTINGS.c.told).where(SETTINGS.c.agency_number == agency.number)
    return {row.name: row.told for row in snapshot.connection.execute(query.order_by(SETTINGS.c.name))}


def grounds(snapshot: Snapshot, agency: AgencyInfo) -> str:
    """What a check depends on besides record and day: the edition, and the settings that the agency has now."""
    deriver = snapshot.derivers[agency.standard]
    own = deriver.grounds(settings(snapshot, agency) if deriver.standard.settings else {})
    # What ends before the agency changed its letter is checked as it goes in the old one.
    left = select(LETTERS.c.before).where(LETTERS.c.agency_number == agency.number, LETTERS.c.undone_at.is_(None))
    names = snapshot.connection.execute(left.order_by(LETTERS.c.number)).scalars()
    return " ".join((own, *(_fingerprint(snapshot, name) for name in names)))


def _fingerprint(snapshot: Snapshot, standard: str) -> str:
    """That of an edition that was left; its name where it is not installed any more, and nothing is checked by it."""
    try:
        return snapshot.derivers[standard].fingerprint
    except Problem:
        return standard


def set_setting(unit: UnitOfWork, agency: AgencyInfo, name: str, told: str, seen: str | None = None) -> bool:
    """Keep a setting; False when it says so already.

    `seen` is what it said when the person looked, "" for nothing, None where nobody did. Raises Problem where it says
    something else by now.
    """
    before = settings(unit, agency).get(name)
    if seen not in (None, before or ""):
        raise Problem(f"Somebody else changed {name} meanwhile: look at what it says now, and say it again.")
    if before == told:
        return False
    pack({name: told}, f"setting {name}")  # what cannot be stored is refused before anything is audited
    values = {"told": told, "set_at": unit.at, "set_by": unit.person}
    if before is None:
        unit.connection.execute(insert(SETTINGS).values(agency_number=agency.number, name=name, **values))
    else:
        mine = (SETTINGS.c.agency_number == agency.number, SETTINGS.c.name == name)
        unit.connection.execute(update(SETTINGS).where(*mine).values(**values))
    unit.chain.add("set", "agency", agency.id, name, before, told)
    return True
