"""Reading an extract in CSV: the heading, the rows, and the episodes that they make up.

Rows of one episode may lie anywhere in the file. A large file is gone through once before it is read, to learn which
episodes' rows do not lie together: an episode is given as soon as its last row was read and all that began before it
were given, so that only those that are open are in memory. What is kept of them is compact: client and episode columns
once per episode, and a row's cells as one packed text.
"""

from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import ClassVar

from exporters.csv_format.table import Table, looked_at
from exporters.formats.base import Progress
from store.disk.files import refused
from validators.records import EpisodeRecord, Event, Finding
from validators.rules.file_rules import Alike, Repeats, structure_finding
from validators.rules.messages import listed
from validators.standard.model import Standard

# Smaller files are kept whole: going through them twice would not pay.
LARGE = 16 << 20
# Headings that a notice names.
_NAMED = 6
# Packs cells into one text; a control character, so it can only be in a cell that is wrong anyway.
_SEPARATOR = "\x1f"

Cells = tuple[str, ...]
Packed = str | Cells


@dataclass(slots=True)
class _Group:
    """The rows of one episode as they are met: the first row's columns, all lines, events, and what disagrees."""

    base: Packed
    lines: list[int]
    events: list[tuple[int, Packed, int]] = field(default_factory=list)
    findings: list[Finding] | None = None
    whole: bool = False


@dataclass(slots=True)
class Extract:
    """An extract that is read as its episodes are asked for, once.

    `about_file` are findings about the heading, the encoding and how the table is written, `bad_rows` about rows that
    make up no episode: both are complete when `episodes` was gone through.
    """

    doubts_whole: ClassVar[bool] = False
    path: Path
    standard: Standard
    headers: tuple[str, ...]
    about_file: list[Finding]
    missing: frozenset[str]
    table: Table
    progress: Progress | None = None
    bad_rows: list[Finding] = field(default_factory=list)
    runs: dict[int, int] | None = None

    def episodes(self) -> Iterator[tuple[EpisodeRecord, list[Finding]]]:
        """Yield each episode in order of its first row, with what is wrong with the shape of its rows."""
        standard, table, progress = self.standard, self.table, self.progress
        columns = _Columns(standard, self.headers)
        grouping = _Grouping(standard, columns, self._runs_of(columns))
        width, heading, read = len(self.headers), list(table.heading), 0
        for line, cells in table.rows():
            if len(cells) != width:
                words = {"count": str(len(cells)), "expected": str(width)}
                self.bad_rows.append(structure_finding(standard, "cell_count", lines=[line], words=words))
            elif cells == heading:
                self.about_file.append(structure_finding(standard, "header_again", lines=[line]))
            else:
                grouping.add(cells, line)
            read += 1
            if progress and not read % 5000:
                progress(line)
            if grouping.finished:
                yield from map(self._given(columns), grouping.taken())
        yield from map(self._given(columns), grouping.rest())
        if table.empty_rows:
            self.about_file.append(_told(standard, [f"has {table.empty_rows} rows in which nothing stands"]))
        if not read:
            nothing = "has headings and no rows: there is nothing to send, make a nil return"
            self.about_file.append(_told(standard, [nothing]))

    @staticmethod
    def _given(columns: "_Columns") -> Callable[[_Group], tuple[EpisodeRecord, list[Finding]]]:
        return lambda group: (columns.record(group), group.findings or [])

    def repeats(self, alike: Sequence[Alike]) -> Repeats | None:
        """What several rows or episodes of a large file bear, found before it is read; None for a small one.

        `alike` are columns of which several together are looked at.
        """
        try:
            if self.path.stat().st_size < LARGE:
                return None
        except OSError as error:
            raise refused(error, self.path, "read") from None
        return self._look_ahead(_Columns(self.standard, self.headers), alike)

    def _runs_of(self, columns: "_Columns") -> dict[int, int] | None:
        """How many runs of rows each episode has that has several; None where that was not counted."""
        if self.runs is None and columns.episode_id is not None:
            self.repeats(())
        return self.runs if columns.episode_id is not None else {}

    def _look_ahead(self, columns: "_Columns", alike: Sequence[Alike]) -> Repeats:
        # Eight bytes for each mark: the table of a million episodes must not be what fills the memory.
        standard, headers, width = self.standard, self.headers, len(self.headers)
        roles = [standard.role(role) for role in ("episode_id", "client_id", "client_reference")]
        places = [headers.index(header) if header in headers else None for header in roles]
        of_events = [headers.index(s.id_field) for s in standard.event_sections if s.id_field in headers]
        together = [
            (_taker(list(map(headers.index, own))), _taker(list(map(headers.index, its))))
            for own, its in alike
            if all(header in headers for header in (*own, *its))
        ]
        runs, events = array("q"), array("q")
        marks = [array("q") for _ in (*places, *together)]
        before: tuple[str, str] | None = None
        for _, cells in self.table.rows():
            if len(cells) != width:
                continue
            for place in of_events:
                if name := cells[place]:
                    events.append(hash(name))
            episode, client, reference = (cells[place] if place is not None else "" for place in places)
            if (episode, client) == before and episode:
                continue
            if episode and (before is None or episode != before[0]):
                runs.append(hash(episode))
            before = episode, client
            for mark, name in zip(marks, (episode, client, reference), strict=False):
                if name:
                    mark.append(hash(name))
            for mark, (own, its) in zip(marks[len(places) :], together, strict=True):
                mark.append(hash((own(cells), its(cells))))
        self.runs = _several(runs)
        found: set[int] = set()
        for mark in (*marks[: len(places)], events):
            found.update(_several(mark))
        return Repeats(_Marked(found), {mark for some in marks[len(places) :] for mark in _several(some)})


class _Marked(frozenset[str]):
    """Texts of which only the hashes are kept."""

    _marks: set[int]

    def __new__(cls, marks: set[int]) -> "_Marked":
        made = super().__new__(cls)
        made._marks = marks
        return made

    def __contains__(self, text: object) -> bool:
        return hash(text) in self._marks


def _several(marks: "array[int]") -> dict[int, int]:
    """Those that are there more than once, with how often."""
    found: dict[int, int] = {}
    last = None
    for mark in sorted(marks):
        if mark == last:
            found[mark] = found.get(mark, 1) + 1
        last = mark
    return found


class _Columns:
    """Where the standard's columns lie in the file's rows."""

    def __init__(self, standard: Standard, headers: Sequence[str]) -> None:
        position = {header: headers.index(header) for header in standard.headers if header in headers}
        by_level = standard.headers_by_level
        self.client = tuple(header for header in by_level["client"] if header in position)
        self.episode = tuple(header for header in by_level["episode"] if header in position)
        self.base = (*self.client, *self.episode)
        self.take_base = _taker([position[header] for header in self.base])
        self.sections = [
            (section.id, present, _taker([position[header] for header in present]))
            for section in standard.event_sections
            if (present := tuple(h for h in standard.headers_by_section[section.id] if h in position))
        ]
        # Columns of other data sets, which stay empty: their headings, and what takes their cells.
        self.foreign = tuple(header for header in standard.foreign if header in headers)
        self.take_foreign = _taker([headers.index(header) for header in self.foreign])
        self.client_id = self._place(standard.role("client_id"))
        self.episode_id = self._place(standard.role("episode_id"))

    def _place(self, header: str) -> int | None:
        return self.base.index(header) if header in self.base else None

    def record(self, group: _Group) -> EpisodeRecord:
        """The group as an episode."""
        base, sections = _unpack(group.base), self.sections
        # A list, not a generator, and arguments by place: measured, a tenth less.
        events = [
            Event(sections[number][0], dict(zip(sections[number][1], _unpack(cells), strict=True)), line)
            for number, cells, line in group.events
        ]
        client = dict(zip(self.client, base, strict=False))
        episode = dict(zip(self.episode, base[len(client) :], strict=True))
        return EpisodeRecord(client, episode, tuple(events), tuple(group.lines))


def _pack(cells: Cells) -> Packed:
    """Cells as one text: a third of the memory of a tuple, and quicker to compare."""
    packed = _SEPARATOR.join(cells)
    return packed if packed.count(_SEPARATOR) == len(cells) - 1 else cells


def _unpack(packed: Packed) -> Sequence[str]:
    return packed.split(_SEPARATOR) if isinstance(packed, str) else packed


def _taker(positions: list[int]) -> Callable[[Sequence[str]], Cells]:
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda cells: tuple(cells[position] for position in positions)


def read_extract(path: Path, standard: Standard, progress: Progress | None = None, dates: str = "") -> Extract:
    """Read an extract of a standard, as whatever program wrote it: see `table`.

    The header may be in any order, the text UTF-8 with or without a byte-order mark, Windows-1252 or UTF-16 with its
    mark, lines end in LF or CRLF. `progress` is told the line reached, every few thousand rows. Raises Problem when the
    file cannot be read as a table or has none of the standard's columns; what is wrong below shows as it is read.
    """
    table = looked_at(path, standard, dates)
    about_file = _judge_heading(standard, table.headers, table.above + 1)
    about_file += _headings_read(standard, table)
    if table.encoding == "cp1252":
        about_file.append(structure_finding(standard, "encoding"))
    if table.told:
        about_file.append(_told(standard, table.told))
    missing = frozenset(standard.columns) - set(table.headers)
    return Extract(path, standard, table.headers, about_file, missing, table, progress)


def _told(standard: Standard, what: Sequence[str]) -> Finding:
    """The notice that says how a table is written, and that it is read nevertheless."""
    return structure_finding(standard, "table_read", words={"table": "; it ".join(what)})


def shown_heading(text: str) -> str:
    """A heading as it may be shown: nothing in it steers a terminal, and the blanks in it can be seen."""
    return ascii(text.replace(" ", "\x00"))[1:-1].replace("\\x00", "␣") or "(empty)"


def _judge_heading(standard: Standard, headers: tuple[str, ...], line: int) -> list[Finding]:
    found = []
    expected = set(standard.columns)
    repeated = sorted({shown_heading(header) for header in headers if headers.count(header) > 1})
    for pattern, fields in (
        ("header_missing", [header for header in standard.columns if header not in headers]),
        ("header_unknown", [shown_heading(header) for header in headers if header not in expected]),
        ("header_repeated", repeated),
    ):
        if fields:
            found.append(structure_finding(standard, pattern, fields=fields, lines=[line]))
    present = [header for header in standard.columns if header in headers]
    if not repeated and [header for header in headers if header in expected] != present:
        found.append(structure_finding(standard, "header_order", lines=[line]))
    return found


def _headings_read(standard: Standard, table: Table) -> list[Finding]:
    """The notice that names the headings that are written otherwise than the data set's, and what they are read as."""
    pairs = [(told, header) for told, header in zip(table.heading, table.headers, strict=True) if told != header]
    if not pairs:
        return []
    named = [f"'{shown_heading(text)}' as {header}" for text, header in pairs[:_NAMED]]
    told = listed([*named, f"{len(pairs) - _NAMED} more"] if len(pairs) > _NAMED else named)
    fields = [header for _, header in pairs]
    words = {"headings": told}
    return [structure_finding(standard, "header_read", fields=fields, lines=[table.above + 1], words=words)]


class _Grouping:
    """Puts rows together that belong to one episode of one client, and tells which episodes have all their rows."""

    def __init__(self, standard: Standard, columns: _Columns, runs: dict[int, int] | None) -> None:
        """`runs` are the episodes whose rows do not lie together, with the number of their runs; None: any may be."""
        self.standard, self.columns, self.runs = standard, columns, runs
        titles = {section.id: section.title for section in standard.sections}
        self.titles = [titles[name].lower() for name, _, _ in columns.sections]
        self.groups: dict[object, _Group] = {}
        self._waiting: deque[_Group] = deque()
        # The keys of the groups of the episode that was read last.
        self._episode = ""
        self._keys: list[object] = []
        # Those of episodes that have more rows further down, by their mark.
        self._open: dict[int, list[object]] = {}
        self.finished = False
        rows = (row for rule in standard.rules for row in rule.rows)
        self.foreign_rule = next((row.rule for row in rows if row.pattern == "other_data_set"), "")

    def taken(self) -> Iterator[_Group]:
        """The groups that are whole and have none before them that is not; they are let go."""
        self.finished = False
        while self._waiting and self._waiting[0].whole:
            yield self._waiting.popleft()

    def rest(self) -> Iterator[_Group]:
        """All that are left when everything was read."""
        while self._waiting:
            yield self._waiting.popleft()

    def add(self, cells: list[str], line: int) -> None:
        """Add one row of the right width."""
        columns = self.columns
        base = columns.take_base(cells)
        packed = _pack(base)
        episode = base[columns.episode_id] if columns.episode_id is not None else ""
        if self.runs is not None and (episode != self._episode or not episode):
            self._begin(episode)
        # A row without an episode identifier stands alone.
        key: object = episode or line
        group = self.groups.get(key)
        if group is not None and packed != group.base:
            client, first = self._client(base), self._client(_unpack(group.base))
            if client and first and client != first:
                # One identifier under two clients: two episodes, which rule 47 tells.
                key = (episode, client)
                group = self.groups.get(key)
            if group is not None and packed != group.base:
                self._disagree(group, base, line)
        events = [
            (number, _pack(values))
            for number, (_, _, take) in enumerate(columns.sections)
            if any(values := take(cells))
        ]
        if group is None:
            group = self.groups[key] = _Group(packed, [line])
            self._waiting.append(group)
            self._keys.append(key)
        else:
            again = self._line_of(group, events) if packed == group.base else 0
            group.lines.append(line)
            if again:
                self._note(group, "row_again", (), {}, line, {"where": f" (in line {again})"})
        group.events += [(number, cells_of, line) for number, cells_of in events]
        if columns.foreign and any(filled := columns.take_foreign(cells)):
            self._tell_foreign(group, filled, line)
        if len(events) > 1:
            words = {"sections": " and ".join(self.titles[number] for number, _ in events)}
            self._note(group, "one_event_a_row", (), {}, line, words)

    def _begin(self, episode: str) -> None:
        """Another episode's rows begin: the one before is whole, unless it has more rows further down."""
        assert self.runs is not None
        before, self._episode = self._episode, episode
        keys, self._keys = self._keys, []
        mark = hash(before)
        if before and mark in self.runs:
            self._open.setdefault(mark, []).extend(keys)
            self.runs[mark] -= 1
            if self.runs[mark]:
                return
            keys = self._open.pop(mark)
        for key in keys:
            self.groups.pop(key).whole = True
            self.finished = True

    def _line_of(self, group: _Group, events: list[tuple[int, Packed]]) -> int:
        """The line of the group that has these very events, or none where there are none; 0 where no line has."""
        if not events:
            taken = {line for _, _, line in group.events}
            return next((line for line in group.lines if line not in taken), 0)
        first = events[0]
        return next((line for number, cells, line in group.events if (number, cells) == first), 0)

    def _client(self, base: Sequence[str]) -> str:
        place = self.columns.client_id
        return base[place].strip() if place is not None else ""

    def _disagree(self, group: _Group, base: Cells, line: int) -> None:
        pairs = zip(self.columns.base, _unpack(group.base), base, strict=True)
        differing = {header: new for header, old, new in pairs if old != new}
        self._note(group, "same_on_rows", tuple(differing), differing, line, {})

    def _tell_foreign(self, group: _Group, cells: Cells, line: int) -> None:
        """Columns of other data sets that are filled: one finding for the episode, with all its lines."""
        named = [header for header, cell in zip(self.columns.foreign, cells, strict=True) if cell]
        before = next((one for one in group.findings or () if one.rule == self.foreign_rule), None)
        if before is None:
            self._note(group, "other_data_set", tuple(named), {}, line, {})
            return
        fields = tuple(dict.fromkeys((*before.fields, *named)))
        told = structure_finding(
            self.standard, "other_data_set", fields=fields, lines=(*before.lines, line), episode=before.episode
        )
        group.findings = [told if one is before else one for one in group.findings or ()]

    def _note(
        self, group: _Group, pattern: str, fields: Cells, values: dict[str, str], line: int, words: dict[str, str]
    ) -> None:
        place = self.columns.episode_id
        episode = _unpack(group.base)[place] if place is not None else ""
        finding = structure_finding(
            self.standard, pattern, fields=fields, lines=[line], episode=episode, values=values, words=words
        )
        group.findings = [*(group.findings or ()), finding]
