"""Treatment journeys: which episodes of a person belong together, whichever agencies and references they have.

NDTMS core data set R, glossary. A person is known by the attributor (initials, birth date, sex, local authority). A
presentation begins a new journey when no earlier episode is still open, none was closed after the later one was, and
more than so many days lie between each earlier closure and the start of its treatment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from validators.dates import parse_date
from validators.records import EpisodeRecord
from validators.standard.edition import JourneyTerms
from validators.standard.model import Standard


@dataclass(frozen=True, slots=True)
class _Presentation:
    """An episode by its days; `begun` is the first start of an intervention, `place` its own among those given."""

    place: int
    begun: date
    closed: date | None


def journeys(records: Sequence[EpisodeRecord], standard: Standard) -> list[int]:
    """For each episode the number of its journey, from 1 in the order in which they began; 0 where treatment has not.

    A standard that does not say how episodes make journeys has none: 0 for each.
    """
    terms = standard.journeys
    numbers = [0] * len(records)
    if terms is None:
        return numbers
    persons: dict[tuple[str, ...], list[_Presentation]] = {}
    for place, record in enumerate(records):
        if not standard.withholds(record.episode) and (begun := _begun(record, terms)):
            closed = parse_date(record.episode.get(standard.role("closed"), ""))
            values = {**record.client, **record.episode}
            person = tuple(values.get(header, "").upper() for header in terms.attributor)
            persons.setdefault(person, []).append(_Presentation(place, begun, closed))
    found = [one for its in persons.values() for one in _of_person(its, timedelta(terms.days))]
    for number, its in enumerate(sorted(found, key=lambda its: (its[0].begun, its[0].place)), 1):
        for one in its:
            numbers[one.place] = number
    return numbers


def _begun(record: EpisodeRecord, terms: JourneyTerms) -> date | None:
    days = [parse_date(event.values.get(terms.started, "")) for event in record.events]
    return min(filter(None, days), default=None)


def _of_person(its: list[_Presentation], gap: timedelta) -> list[list[_Presentation]]:
    found: list[list[_Presentation]] = []
    earlier: list[_Presentation] = []
    for one in sorted(its, key=lambda one: (one.begun, one.place)):
        if all(_is_over(before, one, gap) for before in earlier):
            found.append([])
        found[-1].append(one)
        earlier.append(one)
    return found


def _is_over(before: _Presentation, later: _Presentation, gap: timedelta) -> bool:
    """Whether an earlier episode leaves room for a new journey."""
    if before.closed is None or (later.closed is not None and before.closed > later.closed):
        return False
    return later.begun - before.closed > gap
