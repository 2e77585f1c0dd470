"""Making an agency in an open store, and saying what one reports by: the page and the commands do and say the same."""

from typing import TYPE_CHECKING

from store.records import agencies
from validators.agency import agency_code
from validators.problems import Problem
from validators.standard.catalogue import load

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.unit_of_work import UnitOfWork


def make_agency(unit: "UnitOfWork", typed: str, standard_id: str, name: str = "") -> "AgencyInfo":
    """Enter a new agency, its code as typed. Raises Problem for what cannot be one, and where it is there already."""
    code = agency_code(load(standard_id), typed)
    return agencies.enter(unit, code, standard_id, " ".join(name.split()))


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
