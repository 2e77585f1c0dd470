"""Lines of a list of refusals, led to the records of an extract in CSV.

By an identifier of the extract wherever it stands in the line, else by the line of the file that it names. An
identifier that is but a number counts where the file has no such line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporters.checks.bounce import Bounce
from exporters.csv_format.text import cells_of, lines_of
from store.month import extracts
from store.records import read
from store.snapshot import Snapshot
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo, KnownEpisode


@dataclass(frozen=True, slots=True)
class SentRow:
    """What of a row of the sent file tells which record it came from."""

    line: int
    episode: str
    events: tuple[tuple[str, str], ...]


def led(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, extract_id: str, listed: Sequence[Bounce], offset: int
) -> list[Bounce]:
    """Each line with the record it means; `offset` is by how many lines the file is ahead of the list's count.

    Raises Problem when the extract is not there, or its stored text is damaged.
    """
    lines = {one.named_line + offset for one in listed}
    words = {word for one in listed for word in one.words}
    by_line, by_word = _rows(extracts.text(snapshot, extract_id), standard, lines, words)
    met = [_met(one, by_line, by_word, offset) for one in listed]
    rows = [row for _, row in met if row is not None]
    known = read.known_episodes(snapshot, agency, [row.episode for row in rows if row.episode])
    return [_led(one, row, known, standard) if row is not None else one for one, row in met]


def _rows(
    pieces: Iterable[bytes], standard: Standard, lines: set[int], words: set[str]
) -> tuple[dict[int, SentRow], dict[str, SentRow]]:
    """The rows of the sent file that the list may mean, by line and by identifier; an episode's first row counts."""
    text = lines_of(pieces, standard.submission.encoding)
    heading = next(text, "")
    names = cells_of(heading)
    place = {header: at for at, header in enumerate(names)}
    own = place.get(standard.role("episode_id"))
    events = [(section.id, place[section.id_field]) for section in standard.event_sections if section.id_field in place]
    by_line: dict[int, SentRow] = {}
    by_word: dict[str, SentRow] = {}
    line = 1 + heading.count("\n")
    for row in text:
        first, line = line, line + max(1, row.count("\n"))
        cells = cells_of(row)
        ids = [cells[at] for at in (own, *(at for _, at in events)) if at is not None and at < len(cells)]
        wanted = [id for id in ids if id in words and id not in by_word]
        its_lines = [each for each in range(first, line) if each in lines]
        if not wanted and not its_lines:
            continue
        filled = tuple((section, cells[at]) for section, at in events if at < len(cells) and cells[at])
        made = SentRow(first, cells[own] if own is not None and own < len(cells) else "", filled)
        by_line.update(dict.fromkeys(its_lines, made))
        by_word.update(dict.fromkeys(wanted, made))
    return by_line, by_word


def _met(
    one: Bounce, by_line: dict[int, SentRow], by_word: dict[str, SentRow], offset: int
) -> tuple[Bounce, SentRow | None]:
    """The line with the row it means; an identifier tells more than a number, unless it is itself but a number."""
    known = [word for word in one.words if word in by_word]
    number = one.named_line
    names = [word for word in known if not word.isdigit()]
    found = by_word[names[0]] if names else by_line.get(number + offset) if number else None
    if found is None and known:
        found = by_word[known[0]]
    if found is not None:
        return replace(one, line=found.line, episode=found.episode), found
    if number + offset == 1 and number:
        return replace(one, line=1, why_not="line 1 holds the headings, so it is no record's fault"), None
    if number:
        return replace(one, why_not=f"the extract has no line {number}"), None
    return replace(one, why_not="it has no line number and no identifier of this extract"), None


def _led(one: Bounce, row: SentRow, known: "dict[str, KnownEpisode]", standard: Standard) -> Bounce:
    """The line with the record in the store that the row came from."""
    if not row.episode:
        return replace(one, why_not=standard.say("that {row} has no {episode} identifier"))
    its = known.get(row.episode)
    if its is None:
        told = standard.say("its {episode} is not in the store any more: deleted, or its identifier changed")
        return replace(one, why_not=told)
    reference = its.client.values.get(standard.role("client_reference"), "")
    led = replace(one, client_id=its.client.id, episode_id=its.episode.id, reference=reference)
    field = standard.by_header.get(one.field)
    if field is not None and field.level != "event":
        return led
    sections = {section.id: section.id_field for section in standard.event_sections}
    for event in its.events:
        named = (event.section, event.values.get(sections[event.section], ""))
        if named in row.events and (field is None or field.section == event.section):
            return replace(led, event_id=event.id)
    return led
