"""Making an agency in an open store, and saying what one reports by: the page and the commands do and say the same."""

from datetime import datetime
from typing import TYPE_CHECKING

from store.facts import Who
from store.records import agencies
from validators.agency import agency_code
from validators.problems import Problem
from validators.standard.catalogue import load

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.store import Store


def make_agency(
    store: "Store", typed: str, standard_id: str, person: str, now: datetime, name: str = ""
) -> "AgencyInfo":
    """Enter a new agency, its code as typed. Raises Problem for what cannot be one, and where it is there already."""
    code = agency_code(load(standard_id), typed)
    with store.writing(Who(person, now)) as work:
        return agencies.enter(work, code, standard_id, " ".join(name.split()))


def data_set_words(standard_id: str) -> str:
    """A data set in a few words: its title and edition, or that it cannot be read here."""
    try:
        standard = load(standard_id)
    except Problem:
        return f"{standard_id}, which cannot be read here"
    return f"{standard.title}, edition {standard.edition}"


def made_words(agency: "AgencyInfo") -> str:
    """What was made."""
    return f"Agency {agency.code} is made, reporting by {agency.standard}"
