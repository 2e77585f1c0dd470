"""Making an agency in an open store, and saying what one reports by: the page and the commands do and say the same."""

from datetime import date
from typing import TYPE_CHECKING

from exporters.imports.agency import refuse_left_letter
from store.records import agencies
from validators.agency import agency_code
from validators.calendar.calendar import SubmissionCalendar
from validators.problems import Problem
from validators.standard.catalogue import load
from validators.standard.caveats import bring_first

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.unit_of_work import UnitOfWork


def make_agency(unit: "UnitOfWork", typed: str, standard_id: str, name: str = "", *, since: str = "") -> "AgencyInfo":
    """Enter a new agency, its code as typed. Raises Problem for what cannot be one, and where it is there already, or
    left that letter.

    `since` is its first submission from here; the first that is not late, where nobody says.
    """
    standard = load(standard_id)
    code = agency_code(standard, typed)
    refuse_left_letter(unit, code, standard_id)
    if since := since.strip():
        SubmissionCalendar(standard).entry(since)  # what is no submission is refused
    return agencies.enter(unit, code, standard_id, " ".join(name.split()), since=since)


def first_submission(standard_id: str, today: date) -> str:
    """The submission that is offered as the first one of a new agency: nothing is late then. Raises Problem."""
    return SubmissionCalendar(load(standard_id)).first_in_time(today)


def since_words(month: str) -> str:
    """Since when an agency reports from here."""
    return f"its first submission from here is {month}" if month else "nobody said which is its first submission here"


def data_set_words(standard_id: str) -> str:
    """A data set in a few words: its title and edition, or that it cannot be read here."""
    try:
        standard = load(standard_id)
    except Problem:
        return f"{standard_id}, which cannot be read here"
    if standard.whole.unverified:
        return f"{standard.title}, an unverified frame"
    return f"{standard.title}, edition {standard.edition}"


def made_words(agency: "AgencyInfo") -> str:
    """What was made, and which documents to bring where its edition is but a frame."""
    since = f" since {agency.reports_since}" if agency.reports_since else ""
    told = bring_first(load(agency.standard))
    return f"Agency {agency.code} is made, reporting by {agency.standard}{since}" + (f": {told}" if told else "")
