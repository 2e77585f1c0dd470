"""Lines of a list of refusals, led to the records of an extract in CSV.

By an identifier of the extract wherever it stands in the line, else by the line of the file that it names. An
identifier that is but a number, and not called one, counts where the file has no such line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporters.checks.bounce import Bounce, plain
from exporters.csv_format.text import cells_of, lines_of
from exporters.formats.outgoing import as_then
from exporters.imports.identity import Person, told_otherwise
from store.month import extracts
from store.records import read
from store.snapshot import Snapshot
from validators.records import EpisodeRecord, Values
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo, KnownEpisode


# An identifier that names less goes before one that names more.
_EVENT, _EPISODE, _CLIENT, _REFERENCE = range(4)


@dataclass(frozen=True, slots=True)
class SentRow:
    """What of a row of the sent file tells which record it came from, and who that was."""

    line: int
    episode: str
    events: tuple[tuple[str, str], ...]
    person: Values


@dataclass(slots=True)
class Bearers:
    """The first row that bears an identifier, of which kind, and the episodes of all that bear it."""

    kind: int
    row: SentRow
    episodes: set[str]


class SentRows:
    """The rows of the sent file that a list may mean, by line and by identifier."""

    def __init__(self, pieces: Iterable[bytes], standard: Standard, lines: set[int], words: set[str]) -> None:
        """Read the file once. Raises what the pieces raise."""
        self.standard = standard
        self.by_line: dict[int, SentRow] = {}
        self.by_word: dict[str, Bearers] = {}
        text = lines_of(pieces, standard.submission.encoding)
        heading = next(text, "")
        place = {header: at for at, header in enumerate(cells_of(heading))}
        own = place.get(standard.role("episode_id"), -1)
        sections = [section for section in standard.event_sections if section.id_field in place]
        events = [(section.id, place[section.id_field]) for section in sections]
        clients = ((_CLIENT, standard.role("client_id")), (_REFERENCE, standard.role("client_reference")))
        kinds = [*((_EVENT, at) for section, at in events if section in standard.named_sections), (_EPISODE, own)]
        kinds += [(kind, place[header]) for kind, header in clients if header in place]
        told = [(header, place[header]) for header in Person(standard).headers if header in place]
        line = 1 + heading.count("\n")
        for row in text:
            first, line = line, line + max(1, row.count("\n"))
            cells = cells_of(row)
            borne = [(kind, plain(cells[at])) for kind, at in kinds if 0 <= at < len(cells)]
            wanted = [(kind, word) for kind, word in borne if word and word in words]
            its_lines = [each for each in range(first, line) if each in lines]
            if not wanted and not its_lines:
                continue
            filled = tuple((section, cells[at]) for section, at in events if at < len(cells) and cells[at])
            person = {header: cells[at] for header, at in told if at < len(cells)}
            made = SentRow(first, cells[own] if 0 <= own < len(cells) else "", filled, person)
            self.by_line.update(dict.fromkeys(its_lines, made))
            for kind, word in wanted:
                self._bear(kind, word, made)

    def _bear(self, kind: int, word: str, row: SentRow) -> None:
        known = self.by_word.get(word)
        if known is None or kind < known.kind:
            self.by_word[word] = Bearers(kind, row, {row.episode})
        elif kind == known.kind:
            known.episodes.add(row.episode)

    def best(self, words: Iterable[str]) -> Bearers | None:
        """What some words mean together: the identifier among them that names the least."""
        return min(
            (self.by_word[word] for word in words if word in self.by_word), key=lambda one: one.kind, default=None
        )

    def met(self, one: Bounce, offset: int) -> tuple[Bounce, SentRow | None]:
        """The line with the row it means, and with what else it may mean.

        An identifier tells more than a number, unless it is itself but a number that nothing calls one.
        """
        known = self.best(one.named) or self.best(word for word in one.words if not word.isdigit())
        number = one.named_line or one.leading
        by_line = self.by_line.get(number + offset) if number else None
        by_number = self.best(one.numbers)
        bears = known or (by_number if by_line is None else None)
        if bears is not None and by_line is not None and by_line.episode in bears.episodes and bears.kind >= _CLIENT:
            # The line tells which of the client's it is.
            return replace(one, line=by_line.line, episode=by_line.episode), by_line
        if bears is not None:
            doubt = self._doubt_of(bears, one.named_line and by_line, one.named_line)
            return replace(one, line=bears.row.line, episode=bears.row.episode, doubt=doubt), bears.row
        if by_line is not None:
            doubt = "the lines of the list count 1, 2, 3: that may not be lines of the file" if one.counts_list else ""
            if not doubt and by_number is not None and by_line.episode not in by_number.episodes:
                doubt = f"{one.leading} is an identifier in line {by_number.row.line}, too: it may mean that one"
            beside = self.best(map(plain, one.beside))
            if not doubt and beside is not None and by_line.episode not in beside.episodes:
                doubt = f"an identifier beside it is that of line {beside.row.line}: it may mean that one"
            return replace(one, line=by_line.line, episode=by_line.episode, doubt=doubt), by_line
        return replace(one, line=int(number + offset == 1 and number > 0), why_not=self._why_not(number, offset)), None

    def _doubt_of(self, bears: Bearers, by_line: "SentRow | int | None", number: int) -> str:
        if isinstance(by_line, SentRow) and by_line.episode not in bears.episodes:
            return self.standard.say("line {number} is of another {episode}", number=str(number))
        if len(bears.episodes) > 1:
            many = self.standard.counted(len(bears.episodes), "episode")
            return self.standard.say("that client has {many} in the extract: this is the first", many=many)
        return ""

    @staticmethod
    def _why_not(number: int, offset: int) -> str:
        if number + offset == 1 and number:
            return "line 1 holds the headings, so it is no record's fault"
        return (
            f"the extract has no line {number}" if number else "it has no line number and no identifier of this extract"
        )


def led(
    snapshot: Snapshot, agency: "AgencyInfo", standard: Standard, extract_id: str, listed: Sequence[Bounce], offset: int
) -> list[Bounce]:
    """Each line with the record it means; `offset` is by how many lines the file is ahead of the list's count.

    Raises Problem when the extract is not there, or its stored text is damaged.
    """
    lines = {number + offset for one in listed if (number := one.named_line or one.leading)}
    words = {word for one in listed for word in (*one.words, *one.named, *map(plain, one.beside))}
    rows = SentRows(extracts.text(snapshot, extract_id), standard, lines, words)
    met = [rows.met(one, offset) for one in listed]
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
    sections = {section.id: section.id_field for section in standard.event_sections}
    for event in its.events:
        named = (event.section, event.values.get(sections.get(event.section, ""), ""))
        if named in row.events and (field is None or field.section == event.section):
            return replace(led, event_id=event.id)
    return led
