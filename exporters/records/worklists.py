"""Worklists: what waits for somebody in the caseload, each a filter of the list of clients with a number of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

from exporters.records.find import records_of
from exporters.work import Work
from store.clients import search
from store.facts import (
    QUIET_WEEKS,
    AgencyInfo,
    ClientQuery,
    ClientTree,
    EpisodeTree,
    FieldNote,
    Filter,
    StoredRecord,
    Worklist,
)
from store.month import calendar as stored_calendar
from store.month import withdrawals
from store.records import consent, field_notes
from store.records.consent import ConsentEntry
from store.snapshot import Snapshot
from validators.calendar.calendar import in_words
from validators.dates import parse_date
from validators.local_time import date_text
from validators.standard.model import Standard
from validators.standard.terminology import Sentence

NAMES: tuple[Worklist, ...] = get_args(Worklist)
"""The worklists, in the order they are told."""
WALKED = 2000
"""So many clients are walked in one go, from the one that was chosen."""


def on(filters: frozenset[Filter]) -> Worklist | None:
    """The worklist among the filters of a list; the first where there are several."""
    return next((name for name in NAMES if name in filters), None)


def of_standard(standard: Standard) -> tuple[Worklist, ...]:
    """The worklists that a data set has anything for."""
    has = {
        "not_begun": bool(standard.role("begun")),
        "no_answer": bool(standard.role("consent")),
        "to_tell": bool(standard.role("consent")),
        "review_due": any(one.review_weeks for one in standard.sections),
    }
    return tuple(name for name in NAMES if has.get(name, True))


def title(standard: Standard, name: Worklist, weeks: int = QUIET_WEEKS) -> str:
    """What a worklist holds, in the data set's words."""
    begun = standard.by_header.get(standard.role("begun"))
    review = next((one for one in standard.sections if one.review_weeks), None)
    titles: Mapping[Worklist, Sentence] = {
        "quiet": Sentence("Open, and no {event} for {weeks} weeks", weeks=weeks),
        "not_begun": Sentence("Open without: {field}", field=begun.label if begun else ""),
        "over_a_year": Sentence("{Episodes} open for over a year"),
        "review_due": Sentence(
            "{review} due: {weeks} weeks since the last",
            review=review.title if review else "",
            weeks=review.review_weeks if review else 0,
        ),
        "no_answer": Sentence("No answer about consent: open, or closed and still sent"),
        "unconfirmed": Sentence("Values taken over and not confirmed"),
        "noted": Sentence("Notes on fields to answer"),
        "doubles": Sentence("Perhaps entered twice"),
        "to_tell": Sentence("Withdrawals to tell, which no extract carries"),
    }
    return titles[name].told(standard.terms)


SHORT: Mapping[Filter, str] = {
    "quiet": "no event",
    "not_begun": "not begun",
    "over_a_year": "over a year",
    "review_due": "review due",
    "no_answer": "no consent answer",
    "unconfirmed": "taken over",
    "noted": "notes",
    "doubles": "perhaps twice",
    "to_tell": "to tell",
}
"""A worklist in the fewest words, for a line that holds all of them."""


@dataclass(frozen=True, slots=True)
class WorklistCount:
    """A worklist and how many clients are on it."""

    name: Worklist
    title: str
    number: int


def query(name: Worklist, today: date, weeks: int = QUIET_WEEKS) -> ClientQuery:
    """The list of clients that a worklist is."""
    return ClientQuery(filters=frozenset({name}), sort="reference", today=today, weeks=weeks)


def counts(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, today: date, weeks: int = QUIET_WEEKS
) -> list[WorklistCount]:
    """All worklists of a data set with their numbers, in their order."""
    names = of_standard(standard)
    found = search.waiting(snapshot, agency, names, today, weeks)
    return [WorklistCount(name, title(standard, name, weeks), found[name]) for name in names]


@dataclass(frozen=True, slots=True)
class WaitingPlace:
    """Where in a client somebody has to look: the record, the field where there is one, and what a note says."""

    episode_id: str = ""
    event_id: str = ""
    header: str = ""
    told: str = ""


def place(snapshot: Snapshot, work: Work, tree: ClientTree, name: Worklist) -> WaitingPlace:
    """The field that a client is on a worklist for; the record alone where none is meant."""
    standard = work.standard
    if name == "noted":
        notes = field_notes.of_client(snapshot, tree.client.id)
        return _noted(tree, notes[0]) if notes else WaitingPlace()
    if name == "unconfirmed":
        marked = (one for one in records_of(tree) if one.unconfirmed and not one.deleted)
        return next((_at(one, _first(standard, one.unconfirmed)) for one in marked), WaitingPlace())
    if name == "to_tell":
        its = withdrawals.to_tell(snapshot, work.agency, work.today)
        first = next((one for one in its if one.client_id == tree.client.id), None)
        if first is None or first.entry is None:
            return WaitingPlace()
        told = f"taken back on {_day_of(first.entry)}"
        return WaitingPlace(first.episode_id, "", consent.field_of(standard, first.entry.purpose)[0], told)
    if name == "no_answer":
        without = _unanswered(snapshot, work, tree)
        return _at(without[0], standard.role("consent")) if without else WaitingPlace()
    going_on = [one for one in tree.episodes if not one.episode.deleted and not _is_over(standard, one)]
    header = {"not_begun": "begun", "over_a_year": "closed"}.get(name, "")
    field = standard.role(header) if header else ""
    empty = [one for one in going_on if field and not one.episode.values.get(field)]
    for one in (*empty, *going_on):
        return _at(one.episode, field)
    return WaitingPlace()


def _unanswered(snapshot: Snapshot, work: Work, tree: ClientTree) -> list[StoredRecord]:
    """The episodes of a client without an answer about consent: the open ones, then those closed and still sent."""
    header, closed = work.standard.role("consent"), work.standard.role("closed")
    start = stored_calendar.due_period(snapshot, work.agency, work.today).start
    found = []
    for one in tree.episodes:
        day = parse_date(one.episode.values.get(closed, ""))
        answered = work.standard.is_answer(one.episode.values.get(header, ""))
        if not (one.episode.deleted or answered or (day and day < start)):
            found.append(one.episode)
    return sorted(found, key=lambda one: bool(one.values.get(closed)))


def _day_of(entry: ConsentEntry) -> str:
    at = entry.asked_on or (date_text(entry.entered_at) if entry.entered_at else "")
    day = parse_date(at)
    return in_words(day) if day else at


def _is_over(standard: Standard, one: EpisodeTree) -> bool:
    closed, values = standard.role("closed"), one.episode.values
    if closed and values.get(closed):
        return True
    return standard.withholds(values) and standard.is_answer(values[standard.role("consent")])


def _first(standard: Standard, headers: frozenset[str]) -> str:
    return next((header for header in standard.headers if header in headers), "")


def _noted(tree: ClientTree, note: FieldNote) -> WaitingPlace:
    record = next((one for one in records_of(tree) if one.id == note.record_id), None)
    at = WaitingPlace() if record is None else _at(record, note.field)
    return WaitingPlace(at.episode_id, at.event_id, at.header, note.text)


def _at(record: StoredRecord, header: str) -> WaitingPlace:
    if record.kind == "client":
        return WaitingPlace(header=header)
    if record.kind == "episode":
        return WaitingPlace(record.id, "", header)
    return WaitingPlace(record.parent_id, record.id, header)


# Walking along a worklist, in the order of the list it was opened from.


@dataclass(frozen=True, slots=True)
class Walk:
    """A worklist as it stood when it was opened: whose clients follow each other, who was `chosen`, and the list."""

    name: Worklist
    query: ClientQuery
    ids: tuple[str, ...]
    chosen: str

    def near(self, client_id: str, step: int) -> tuple[str, ...]:
        """The clients after one (or, with step -1, before), the nearest first."""
        if client_id not in self.ids:
            return self.ids if step > 0 else self.ids[::-1]
        at = self.ids.index(client_id)
        return self.ids[at + 1 :] if step > 0 else self.ids[:at][::-1]


def walk(snapshot: Snapshot, agency: AgencyInfo, name: Worklist, wanted: ClientQuery, chosen: str, row: int) -> Walk:
    """What a list shows around one of its rows, to be walked."""
    start = max(0, row - WALKED // 2)
    return Walk(name, wanted, tuple(search.ids(snapshot, agency, wanted, start, WALKED)), chosen)


def onward(snapshot: Snapshot, agency: AgencyInfo, its: Walk, client_id: str, step: int) -> str:
    """The next client of a walk who is on the worklist still; "" where there is none."""
    return next((one for one in its.near(client_id, step) if search.holds(snapshot, agency, its.query, one)), "")
