"""Lines of a list of refusals, led to journeys and events of a return in XML by its lines, or by a client's number."""

import io
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporters.checks.bounce import plain
from exporters.checks.meant import EPISODE, REFERENCE, Meant
from exporters.formats.kept_text import Pieces
from exporters.formats.links import digest
from exporters.formats.outgoing import as_then
from exporters.imports.identity import told_otherwise
from exporters.xml_format.places import journey_places
from exporters.xml_format.reading import Message, MessageReader
from exporters.xml_format.shape import name_of
from store.month import extracts
from store.month import sent as stored_sent
from store.month.facts import Whereabouts
from store.records import read
from store.snapshot import Snapshot
from validators.records import EpisodeRecord, Event
from validators.standard.model import Standard

if TYPE_CHECKING:
    from exporters.checks.bounce import Bounce
    from store.facts import AgencyInfo

_NO_ROWS = "a return in XML is counted in lines, and its number is not called one: it may be none of them"


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message of the sent file, and its journey's name."""

    message: Message
    episode: str

    @property
    def line(self) -> int:
        """The line of the file it begins in."""
        return self.message.line

    @property
    def sections(self) -> Collection[str]:
        """The sections of its events."""
        return {event.section for event in self.message.events}


def led(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, extract_id: str, listed: "Sequence[Bounce]"
) -> "Iterator[Bounce]":
    """Each line with the record it means; or why it leads nowhere.

    Raises Problem when the extract is not there, or its stored text is damaged.
    """
    reference = standard.role("client_reference")
    listed = [replace(one, unplaced=_NO_ROWS) if one.counts_records else one for one in listed]
    meant: Meant[SentMessage] = Meant(standard, listed)
    lines = 0

    def counted() -> Iterator[bytes]:
        nonlocal lines
        for piece in extracts.text(snapshot, extract_id):
            lines += piece.count(b"\n")
            yield piece

    source, reader = io.BufferedReader(Pieces(counted()), 1 << 16), MessageReader(standard, kept=True)
    wanted = sorted({number for one in listed if (number := one.at_line)})
    before: SentMessage | None = None
    # A message goes on until the next one begins, the last one to the end.
    for message in reader.read(source, "The text of the extract"):
        _between(wanted, before, message.line, meant.by_line)
        before = SentMessage(message, name_of(standard, EpisodeRecord({}, message.values)))
        borne = ((REFERENCE, message.values.get(reference, "")), (EPISODE, before.episode))
        for kind, word in ((kind, plain(text)) for kind, text in borne):
            if word and meant.wants(word):
                meant.add(kind, word, before)
    _between(wanted, before, lines + 1, meant.by_line)
    met = [(one, one.at_line, *meant.of(one)) for one in listed]
    places = _places(snapshot, agency, standard, [found.message for _, _, found, _ in met if found is not None])
    for one, number, found, doubt in met:
        if found is None:
            why = f"the extract has no message in line {number}"
            yield replace(one, why_not=why if number else "it has no line number and no client number of this extract")
            continue
        line = number if meant.by_line.get(number) is found else found.line
        its, values = places.get(found.episode), found.message.values
        told = replace(one, line=line, episode=found.episode, reference=values.get(reference, ""), doubt=doubt)
        if its is None or its.deleted_at is not None:
            yield replace(told, why_not="its journey is not in the store any more: deleted, or its referral changed")
            continue
        kept = as_then(standard, EpisodeRecord(read.get(snapshot, "client", its.client_id).values, {})).client
        doubt = doubt or told_otherwise(standard, kept, values)
        some = _having(standard, found.message, one.field)
        event = _sent(found.message, line) or (some[0] if len(some) == 1 else None)
        if event is None and some:
            events = standard.counted(len(some), "event")
            many = standard.say("that {episode} has {many} with that field: it may be any of them", many=events)
            doubt = doubt or many
        told = replace(told, client_id=its.client_id, episode_id=its.episode_id, doubt=doubt)
        yield _led_in(snapshot, standard, extract_id, (found.message, event), told) if event is not None else told


def _places(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, messages: Sequence[Message]
) -> Mapping[str, Whereabouts]:
    """Where the journeys of some messages are by now, by their names."""
    named = {name_of(standard, EpisodeRecord({}, one.values)): one.values for one in messages}
    return journey_places(snapshot, agency, standard, named)


def _between(wanted: list[int], before: SentMessage | None, line: int, found: dict[int, SentMessage]) -> None:
    """The wanted lines from a message on to where the next one begins."""
    if before is not None:
        for number in wanted[bisect_right(wanted, before.line - 1) : bisect_right(wanted, line - 1)]:
            found[number] = before


def _sent(message: Message, line: int) -> Event | None:
    """The event of a message in which a line lies; none where it lies in another block."""
    begins = [*message.lines.values(), *(event.line or 0 for event in message.events)]
    block = max((at for at in begins if at <= line), default=0)
    return next((event for event in message.events if event.line == block), None)


def _having(standard: Standard, message: Message, header: str) -> list[Event]:
    """The events of a message that have a field; none of a field of none."""
    section = standard.by_header[header].section if header in standard.by_header else ""
    return [event for event in message.events if event.section == section]


def _led_in(
    snapshot: Snapshot, standard: Standard, extract_id: str, sent: tuple[Message, Event], told: "Bounce"
) -> "Bounce":
    """A line that leads to a journey led on to the event that was sent: the one that the extract holds so. Where that
    is not there, to one keyed anew of the same day and kind, but to none that is another one of the message."""
    message, event = sent
    form, section = standard.xml, standard.section_by_id[event.section]
    assert form is not None
    headers = next(block.headers for block in form.blocks if block.section == section.id)
    went = stored_sent.events_of(snapshot, extract_id, told.episode_id)
    own = digest(event.values, headers)
    # Of those that say the very same the first one entered stands first.
    twins = [one for one in message.events if one.section == section.id and digest(one.values, headers) == own]
    place = next(at for at, one in enumerate(twins) if one is event)
    its = next(iter(went.get(own, [])[place : place + 1]), None)
    if its is not None and not its.deleted:
        return replace(told, event_id=its.id)
    others = {one.id for each in message.events for one in went.get(digest(each.values, headers), ())}
    known_by = (headers[0], section.date_field)
    live = as_then(standard, read.episode_record(snapshot, told.episode_id)).events
    anew = [
        one
        for one in live
        if one.section == section.id
        and one.id not in others
        and all(one.values.get(header, "").strip() == event.values.get(header, "") for header in known_by)
    ]
    if not anew:
        why = f"its {section.said} is not in the store any more: deleted, or its kind or day changed"
        return replace(told, client_id="", episode_id="", doubt="", why_not=why)
    many = standard.say("the {episode} has {many} of that kind and day: this is the first", many=str(len(anew)))
    return replace(told, event_id=anew[0].id, doubt=told.doubt or (many if len(anew) > 1 else ""))
