"""What of an episode goes out: how an edition has it, what of it is held back, and what is found of that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from validators.records import EpisodeRecord, Event, Finding, Values
from validators.rules.field_patterns import SHORTENERS
from validators.rules.file_rules import structure_finding
from validators.standard.model import Standard


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Something known that waits for the next submission: a field of the episode, or one of its events.

    `section` and `day` say of an event what it is and when it was. `episode` is what people know the episode by, `its`
    the store's id of it, which no other one has, `event_id` that of an event without an identifier of its own. What
    `waits` not is never sent as it is: nothing is keyed in it.
    """

    episode: str
    field: str = ""
    event: str = ""
    why: str = ""
    section: str = ""
    day: date | None = None
    its: str = ""
    waits: bool = True
    event_id: str = ""

    def as_mapping(self) -> dict[str, str]:
        """As the receipt tells it: with `field` or with `event`."""
        what = {"event": self.event} if self.event else {"field": self.field}
        return {"episode": self.episode, **what, "why": self.why}


@dataclass(slots=True)  # not frozen, for there is one for every record: see `EpisodeRecord`
class Outgoing:
    """An episode as it goes out, or why it does not (`left_out`, as a selection says), and what is held back of it.

    Where only a part of it goes out, `whole` is all that is known by the end of the period: that is what rules judge.
    `unchanged` says that nothing of it is to be sent this time, `records` are the ids of what is, with digests;
    `findings` are what shows only beside what was sent; `is_cut` says that fields are left out which need another
    consent, or never leave.
    """

    record: Final[EpisodeRecord]
    left_out: Final[str] = ""
    held_back: Final[tuple[HeldBack, ...]] = ()
    unchanged: Final[bool] = False
    whole: Final[EpisodeRecord | None] = None
    records: Final[tuple[tuple[str, str], ...]] = ()
    findings: Final[tuple[Finding, ...]] = ()
    is_cut: Final[bool] = False

    @property
    def judged(self) -> EpisodeRecord:
        """What the rules look at."""
        return self.whole or self.record


def waiting(record: EpisodeRecord, outgoing: Outgoing) -> dict[str, frozenset[str]]:
    """The headers of a stored episode whose values do not go with the rest of it, by event, "" for its own."""
    if not outgoing.held_back:
        return {}
    judged = outgoing.judged
    goes = {event.id: event.values for event in judged.events}
    pairs: list[tuple[str, Values, Values]] = [
        ("", {**record.client, **record.episode}, {**judged.client, **judged.episode})
    ]
    pairs += [(event.id, event.values, goes[event.id]) for event in record.events if event.id in goes]
    return {its: frozenset(h for h, text in kept.items() if text and not left.get(h)) for its, kept, left in pairs}


def as_then(standard: Standard, record: EpisodeRecord) -> EpisodeRecord:
    """A stored episode as an edition has it, where the agency went over to another since: under the headers of then,
    with what is held under others now, and without events that it does not ask, which are kept and not sent.

    Once is enough: done twice, headers that changed places would change back.
    """
    held = standard.held_in
    if held:

        def told(values: Values) -> Values:
            own = {before: values.get(now, "") for before, now in held.items() if before in values or now in values}
            return {**values, **own} if own else values

        record = record.altered(told)
    known = standard.section_by_id
    for event in record.events:
        if event.section not in known:
            return replace(record, events=tuple(one for one in record.events if one.section in known))
    return record


def lost_values(standard: Standard, name: str, record: EpisodeRecord, held: list[HeldBack]) -> tuple[Finding, ...]:
    """What is found of values that have no part which may be sent, and so leave nothing behind: each is told as held
    back. Where the field may be empty that is all there would be to see, so that it is found as it is in the store."""
    found = []
    for header, how in standard.shortened.items():
        text = record.episode.get(header) or record.client.get(header, "")
        if text and not SHORTENERS[how](text):
            held.append(HeldBack(name, field=header, why="no part of it can be told that may be sent", waits=False))
            if not standard.by_header[header].required:
                lost = structure_finding(standard, how, fields=(header,), values={header: text}, episode=name)
                found.append(replace(lost, client_id=record.client_id, episode_id=record.episode_id))
    return tuple(found)


def filled_events(standard: Standard, name: str, events: Sequence[Event], held: list[HeldBack]) -> tuple[Event, ...]:
    """Those of an episode's events in which anything is keyed that is sent; the others are told as held back.

    An event of blanks says nothing: a table has a row without one for it, a message an empty block.
    """
    kept = []
    for event in events:
        if any(map(event.values.get, standard.headers_by_section[event.section])):
            kept.append(event)
        else:
            section = standard.section_by_id[event.section]
            why = "nothing is keyed in it: key what is missing, or delete it"
            held.append(HeldBack(name, event=section.said, why=why, section=section.id, waits=False))
    return tuple(kept) if len(kept) < len(events) else tuple(events)
