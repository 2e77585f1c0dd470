"""Lines of a list of refusals, led to the records of an extract in CSV.

By an identifier of the extract wherever it stands in the line, else by the line of the file that it names.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporters.checks.bounce import Bounce, plain
from exporters.checks.meant import CLIENT, EPISODE, EVENT, REFERENCE, Meant
from exporters.csv_format.text import cells_of, lines_of
from exporters.formats.outgoing import as_then
from exporters.imports.identity import Person, told_otherwise
from store.month import extracts
from store.records import read
from store.snapshot import Snapshot
from validators.records import EpisodeRecord, Event, Values
from validators.standard.model import Section, Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo, KnownEpisode


@dataclass(frozen=True, slots=True)
class SentRow:
    """What of a row of the sent file tells which records it came from, and who that was; `events` by their section."""

    line: int
    episode: str
    events: Mapping[str, Values]
    person: Values

    @property
    def sections(self) -> Collection[str]:
        """The sections of its events."""
        return self.events.keys()


def _read(pieces: Iterable[bytes], standard: Standard, lines: set[int], meant: Meant[SentRow]) -> None:
    """Add the rows of the sent file that the list may mean, by their lines and identifiers. Raises what the pieces
    raise."""
    text = lines_of(pieces, standard.submission.encoding)
    heading = next(text, "")
    place = {header: at for at, header in enumerate(cells_of(heading))}
    own = place.get(standard.role("episode_id"), -1)
    events = [
        (section.id, [(header, place[header]) for header in standard.headers_by_section[section.id] if header in place])
        for section in standard.event_sections
    ]
    named = [(section.id, section.id_field) for section in standard.event_sections if section.id_field in place]
    clients = ((CLIENT, standard.role("client_id")), (REFERENCE, standard.role("client_reference")))
    kinds = [*((EVENT, place[its]) for section, its in named if section in standard.named_sections), (EPISODE, own)]
    kinds += [(kind, place[header]) for kind, header in clients if header in place]
    told = [(header, place[header]) for header in Person(standard).headers if header in place]
    line = 1 + heading.count("\n")
    for row in text:
        first, line = line, line + max(1, row.count("\n"))
        cells = cells_of(row)
        borne = [(kind, plain(cells[at])) for kind, at in kinds if 0 <= at < len(cells)]
        wanted = [(kind, word) for kind, word in borne if word and meant.wants(word)]
        its_lines = [each for each in range(first, line) if each in lines]
        if not wanted and not its_lines:
            continue
        person, *filled = (
            {header: cells[at] for header, at in headers if at < len(cells)}
            for headers in (told, *(headers for _, headers in events))
        )
        its = {section: values for (section, _), values in zip(events, filled, strict=True) if any(values.values())}
        made = SentRow(first, cells[own] if 0 <= own < len(cells) else "", its, person)
        meant.by_line.update(dict.fromkeys(its_lines, made))
        for kind, word in wanted:
            meant.add(kind, word, made)


def _met(meant: Meant[SentRow], one: Bounce, offset: int) -> tuple[Bounce, SentRow | None]:
    """The line with the row it means, and with what else it may mean; or why it means none."""
    row, doubt = meant.of(one)
    if row is not None:
        return replace(one, line=row.line, episode=row.episode, doubt=doubt), row
    number = one.at_line
    if number + offset == 1 and number:
        return replace(one, line=1, why_not="line 1 holds the headings, so it is no record's fault"), None
    why = f"the extract has no line {number}" if number else "it has no line number and no identifier of this extract"
    return replace(one, why_not=why), None


def led(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, extract_id: str, listed: Sequence[Bounce], offset: int
) -> list[Bounce]:
    """Each line with the record it means; `offset` is by how many lines the file is ahead of the list's count.

    Raises Problem when the extract is not there, or its stored text is damaged.
    """
    lines = {number + offset for one in listed if (number := one.at_line)}
    meant: Meant[SentRow] = Meant(standard, listed, offset)
    _read(extracts.text(snapshot, extract_id), standard, lines, meant)
    met = [_met(meant, one, offset) for one in listed]
    found = [row for _, row in met if row is not None]
    named = [row.episode for row in found if row.episode]
    known = read.known_episodes(snapshot, agency, named)
    there = read.count_bearing(snapshot, agency, named)
    shared = {name: many for name, (many, _) in there.items() if many > 1}
    return [_led(one, row, known, shared, standard) if row is not None else one for one, row in met]


def _led(
    one: Bounce, row: SentRow, known: "dict[str, KnownEpisode]", shared: dict[str, int], standard: Standard
) -> Bounce:
    """The line with the record in the store that the row came from; `shared` are identifiers that several bear."""
    if not row.episode:
        return replace(one, why_not=standard.say("that {row} has no {episode} identifier"))
    if many := shared.get(row.episode, 0):
        told = f"{standard.counted(many, 'episode')} in the store bear its identifier: mend one first"
        return replace(one, why_not=told)
    its = known.get(row.episode)
    if its is None:
        told = standard.say("its {episode} is not in the store any more: deleted, or its identifier changed")
        return replace(one, why_not=told)
    values = as_then(standard, EpisodeRecord(its.client.values, {})).client
    reference = values.get(standard.role("client_reference"), "")
    doubt = one.doubt or told_otherwise(standard, values, row.person)
    led = replace(one, client_id=its.client.id, episode_id=its.episode.id, reference=reference, doubt=doubt)
    field = standard.by_header.get(one.field)
    if field is not None and field.level != "event":
        return led
    events = tuple(Event(event.section, event.values, None, event.id) for event in its.events)
    there = as_then(standard, EpisodeRecord({}, {}, events)).events
    sections = [each for each in standard.event_sections if each.id in row.events]
    wanted = [each for each in sections if field is None or each.id == field.section]
    for section in wanted:
        if event := _event(section, row.events[section.id], there):
            day = section.date_field
            if not doubt and event.values.get(day, "").strip() != row.events[section.id].get(day, "").strip():
                label = standard.by_header[day].label.lower()
                doubt = f"its {label} differs from what was sent: mended since, or another one"
            return replace(led, event_id=event.id, doubt=doubt)
    if not wanted:
        return led
    why = f"its {wanted[0].said} is not in the store any more: deleted, or its identifier changed"
    # The row of an event tells of its episode, too.
    return replace(led, doubt=doubt or why) if field is None else replace(one, doubt="", why_not=why)


def _event(section: Section, sent: Values, events: Sequence[Event]) -> Event | None:
    """The event a row was written from: of those that bear its identifier, or none as it, the one most like it."""
    its = section.id_field
    same = [one for one in events if one.section == section.id and one.values.get(its, "") == sent.get(its, "")]
    return max(
        same,
        key=lambda one: sum(one.values.get(header, "") == text for header, text in sent.items()),
        default=None,
    )
