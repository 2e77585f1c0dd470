"""What a client is known by: every identifier there is or was, to find them in extracts, receipts and pasted lists.

An identifier that somebody else has as well counts for nothing: nobody else's rows are struck for it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from exporters.formats import choose
from exporters.formats.base import Format
from store.clients import lookalikes
from store.facts import AgencyInfo, ClientTree, ExtractInfo
from store.month import extracts, letter_changes, locate
from store.records import agencies, read, removal
from store.records.values import closed_up, is_day, sortable, unpack
from store.snapshot import Snapshot
from validators.problems import Problem
from validators.records import Values
from validators.standard.catalogue import load
from validators.standard.model import Standard

_ROLES = ("client_id", "episode_id", "client_reference")
_NUMBER = "nhs_number"
_WHOLE_NUMBER = re.compile(r"[0-9]{10}")
_REMOVED = "(removed)"
SHORTEST_WORD = 3
_NAMING = frozenset({"episode", "reference", "event", "client", "left_out_with_errors"})
"""What of a receipt names somebody."""
_PLAIN = re.compile(r"[A-Za-z0-9 ._/-]+", re.ASCII)


@dataclass(frozen=True)
class Names:
    """The identifiers of a client, of the episodes and events, the references, and references with a day of opening.

    By `numbers`, those of the health service, people name a client to each other; no row is known by them.
    """

    standard: Standard
    clients: frozenset[str] = frozenset()
    episodes: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    journeys: frozenset[tuple[str, str]] = frozenset()
    numbers: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        """All that names nobody but the client."""
        return self.clients | self.episodes | self.events | self.references

    def by(self, standard: Standard) -> "Names":
        """The same for rows of another standard, or edition, which heads them otherwise."""
        return self if standard.id == self.standard.id else replace(self, standard=standard)

    def are_in(self, values: Values) -> bool:
        """Whether the values of client and episode in a row are theirs."""
        client, episode, reference = (values.get(self.standard.role(role), "") for role in _ROLES)
        if episode in self.episodes or client in self.clients or reference in self.references:
            return True
        if episode or client or not reference:
            return False
        # Where nothing else is sent that tells one from another, and the reference is somebody else's, too.
        return (reference, sortable(values.get(self.standard.role("opened"), ""))) in self.journeys

    def name(self, text: str) -> bool:
        """Whether a text is one of them, or has one as a word; very short ones as a word are numbers of anything.

        In whatever case: what somebody typed or pasted may be in another one. A number may be in groups.
        """
        if text in self.all or self._links(text, surely=True):
            return True
        if any(re.search(rf"(?<!\d){'[ -]?'.join(number)}(?!\d)", text) for number in self.numbers):
            return True
        told = text.casefold()
        words = {one.casefold() for one in self.all if len(one) >= SHORTEST_WORD}
        return any(word in words for word in _words(told)) or any(" " in one and one in told for one in words)

    def struck(self, told: Any, key: str = "") -> Any:
        """A receipt without them: wherever it names an episode, event or client, and within what a schema said."""
        if isinstance(told, dict):
            return {name: self.struck(value, name) for name, value in told.items()}
        if isinstance(told, list):
            return [self.struck(value, key) for value in told]
        if not isinstance(told, str):
            return told
        if key in _NAMING:
            return _REMOVED if self.is_named(told) else told
        for one in self.references:
            for written in (one, ascii(one)[1:-1]):  # as a schema's fault is told in one line
                told = told.replace(f"client {written},", f"client {_REMOVED},")
        return told

    def is_named(self, told: str) -> bool:
        """Whether what an episode is called in a receipt names them: by an identifier, or by what links a journey."""
        return told in self.all or self._links(told)

    def _links(self, told: str, *, surely: bool = False) -> bool:
        """Whether a text begins as a journey of theirs is called, where but what links its messages tells one from
        another: the reference, the day, the source. Where it is `surely` that, what stands there is a day."""
        if self.standard.role("episode_id"):
            return False
        for reference in self.references | {reference for reference, _ in self.journeys}:
            if told.startswith(f"{reference} "):
                day = sortable(told[len(reference) + 1 :].partition(" ")[0])
                its = reference in self.references and (is_day(day) or not surely)
                if its or (reference, day) in self.journeys:
                    return True
        return False


def _words(text: str) -> Iterator[str]:
    """The words of a text, cut at blanks and at what parts the columns of a list."""
    for word in re.split(r"[\s,;|\"'():]+", text):
        yield word
        yield word.strip(".[]{}")


def names_of(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, trees: Collection[ClientTree]) -> Names:
    """What some records are known by, and were: their history tells."""
    records = removal.records_in(trees)
    found: dict[str, set[str]] = {role: set() for role in (*_ROLES, _NUMBER)}
    events: set[str] = set()
    opened: set[str] = set()
    headers: dict[str, set[str]] = {}
    for its in reversed(editions_of(snapshot, agency, standard)):
        own = {its.role(role): those for role, those in found.items()} | {its.role("opened"): opened}
        # A number that persons give is no name: every client has a first event.
        own |= {section.id_field: events for section in its.event_sections if section.id in its.named_sections}
        # What an edition that was left calls so may be something else in that of today.
        headers |= {
            header: those for header, those in own.items() if its is standard or header not in standard.by_header
        }
    headers.pop("", None)

    def note(header: str, value: str) -> None:
        if value and header in headers:
            headers[header].add(sortable(value) if headers[header] is opened else value)

    for record in records:
        for header, value in record.values.items():
            note(header, value)
    for _, header, text in removal.former_values(snapshot, records):
        if header:
            note(header, text)
            continue
        if text.startswith("{"):
            for each, value in unpack(text).items():
                if isinstance(value, str):
                    note(each, value)
    own_ids = {tree.client.id for tree in trees}
    clients = found["client_id"] - _others(read.clients_bearing(snapshot, agency, found["client_id"]), own_ids)
    shared = _others(read.clients_bearing(snapshot, agency, found["client_reference"], by_reference=True), own_ids)
    places = locate.episodes(snapshot, agency, found["episode_id"])
    episodes = {one for one in found["episode_id"] if one not in places or places[one].client_id in own_ids}
    return Names(
        standard,
        frozenset(clients),
        frozenset(episodes),
        frozenset(events),
        frozenset(found["client_reference"] - shared),
        frozenset((reference, day) for reference in found["client_reference"] for day in opened if day),
        _nobody_elses(snapshot, agency, map(closed_up, found[_NUMBER]), own_ids),
    )


def _nobody_elses(
    snapshot: Snapshot, agency: AgencyInfo, numbers: Iterable[str], own: Collection[str] = ()
) -> frozenset[str]:
    """Of some numbers those that are whole and that no other client of an agency has."""
    whole = (one for one in numbers if _WHOLE_NUMBER.fullmatch(one))
    return frozenset(one for one in whole if not lookalikes.bearing(snapshot, agency, _NUMBER, one, leave_out=own))


def named_in(snapshot: Snapshot, agency: AgencyInfo, names: Names) -> Callable[[int, str], bool]:
    """What says of a text that stands in an agency, by its number, whether it names a client of this one.

    Elsewhere an identifier that somebody has there names that one, whatever it is here.
    """
    others = {one.number: one for one in agencies.listed(snapshot)}
    known = {agency.number: names}

    def name(number: int, text: str) -> bool:
        if number not in known:
            known[number] = _names_in(snapshot, others[number], names) if number in others else names
        return known[number].name(text)

    return name


def _names_in(snapshot: Snapshot, other: AgencyInfo, names: Names) -> Names:
    """What somebody is known by in another agency: without what names a client there."""
    told = {*names.references, *(reference for reference, _ in names.journeys)}
    borne = read.clients_bearing(snapshot, other, told, by_reference=True)
    return replace(
        names,
        clients=names.clients - read.clients_bearing(snapshot, other, names.clients).keys(),
        episodes=names.episodes - locate.episodes(snapshot, other, names.episodes).keys(),
        references=names.references - borne.keys(),
        journeys=frozenset(one for one in names.journeys if one[0] not in borne),
        numbers=_nobody_elses(snapshot, other, names.numbers),
    )


def editions_of(snapshot: Snapshot, agency: AgencyInfo, standard: Standard) -> list[Standard]:
    """The standard of an agency, and then those it has reported by; none that was taken back since."""
    found = [standard]
    for edition in letter_changes.editions(snapshot, agency):
        if edition != standard.id:
            with suppress(Problem):
                found.append(load(edition))
    return found


def _others(bearing: dict[str, Any], own: Collection[str]) -> set[str]:
    """Of some identifiers those that a client bears who is none of these."""
    return {name for name, clients in bearing.items() if any(one.id not in own for one in clients)}


@dataclass(frozen=True)
class FoundExtract:
    """An extract that has rows (messages) of somebody, and how many."""

    extract: ExtractInfo
    rows: int


def extracts_with(snapshot: Snapshot, agency: AgencyInfo, names: Names) -> list[FoundExtract]:
    """The agency's kept extracts that have the client in them, the oldest first.

    One whose text is damaged, or whose data set is not installed any more, raises Problem: nobody can say.
    """
    found = []
    for one in extracts.listed(snapshot, agency):
        form, words = form_of(one, names), names.all | {reference for reference, _ in names.journeys}
        its = names.by(form.standard)
        if not _may_have(extracts.text(snapshot, one.id), words):
            continue
        counter = Counter(its)
        for _ in form.without(extracts.text(snapshot, one.id), counter.are_in):
            pass
        if counter.rows:
            found.append(FoundExtract(one, counter.rows))
    return found


def receipts_with(snapshot: Snapshot, agency: AgencyInfo, names: Names) -> list[ExtractInfo]:
    """The agency's kept extracts whose receipts tell of the client, most of them as left out, the oldest first."""
    return [one for one in extracts.listed(snapshot, agency) if names.struck(dict(one.receipt)) != one.receipt]


def form_of(extract: ExtractInfo, names: Names) -> Format:
    """The format of an extract by the standard it was written by."""
    standard = names.standard if extract.standard == names.standard.id else load(extract.standard)
    return choose.of(standard)


class Counter:
    """Counts the rows that are somebody's."""

    def __init__(self, names: Names) -> None:
        """Take what somebody is known by."""
        self.names, self.rows = names, 0

    def are_in(self, values: Values) -> bool:
        """Whether they are theirs; counted."""
        found = self.names.are_in(values)
        self.rows += found
        return found


def _may_have(pieces: Iterable[bytes], words: Collection[str]) -> bool:
    """Whether a text has any of some words in it: most extracts need not be taken apart.

    A word that may be written otherwise in a file than it is typed is taken to be there.
    """
    if not all(_PLAIN.fullmatch(word) for word in words):
        return True
    wanted = [word.encode() for word in words]
    longest, rest = max(map(len, wanted), default=0), b""
    for piece in pieces:
        whole = rest + piece
        if any(word in whole for word in wanted):
            return True
        rest = whole[-longest:] if longest else b""
    return False


def require_known(names: Names) -> None:
    """Raise Problem where nothing tells the client from others: then nobody can find them in what was sent."""
    if not names.all and not names.journeys:
        raise Problem("Nothing tells this client from others, no identifier and no reference: give one first.")
