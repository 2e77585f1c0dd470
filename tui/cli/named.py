"""What options and arguments name in an open store: the agency meant, the extract meant."""

from store.facts import AgencyInfo, ExtractInfo
from store.month import extracts, sent
from store.records import agencies
from store.snapshot import Snapshot
from tui.widgets.text import printable
from validators.problems import Problem
from validators.standard.catalogue import load

LAST_EXTRACT = "last"


def agency_of(snapshot: Snapshot, code: str | None, standard: str | None) -> AgencyInfo:
    """The agency meant. Raises Problem, also for a standard that is not installed."""
    if standard is not None:
        load(standard)
    return agencies.one(snapshot, code, standard)


def resolved(snapshot: Snapshot, agency: AgencyInfo, text: str) -> ExtractInfo:
    """The extract whose id begins so, or the last one written. Raises Problem when it is none, or several."""
    known = extracts.listed(snapshot, agency)
    if text == LAST_EXTRACT and known:
        return known[-1]
    found = [one for one in known if text and one.id.startswith(text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Problem(f"Several extracts begin with {text}: give more of the id.")
    raise Problem(
        f"There is no extract {printable(text)} of {agency.code}: `keywork extracts list` shows which there are."
    )


def refused_from(snapshot: Snapshot, agency: AgencyInfo, text: str) -> ExtractInfo:
    """The extract that a portal's list speaks of: as `resolved`, but the last is the last one sent, as at the screen.

    One written since, for a look or for the next month, has others in its lines. Raises Problem.
    """
    known = sent.listed(snapshot, agency) if text == LAST_EXTRACT else []
    return known[-1] if known else resolved(snapshot, agency, text)
