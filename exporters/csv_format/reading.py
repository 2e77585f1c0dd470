"""Reading an extract in CSV: the heading, the rows, and the episodes that they make up.

Rows of one episode may lie anywhere in the file. Most files are read once: their episodes are given when all rows are
there. A large one is gone through once before it is read, to learn which episodes' rows do not lie together: an episode
is given as soon as its last row was read and all that began before it were given, so that only those that are open are
in memory. What is kept of them is compact: client and episode columns once per episode, and a row's cells as one packed
text. Rows are gone through in blocks, column by column: no step of the program for each cell.
"""

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice
from operator import itemgetter
from pathlib import Path
from typing import ClassVar

from exporters.csv_format.table import BEGUN_BY, Table, headings_meant, looked_at
from exporters.formats.base import Progress
from store.disk.files import refused
from validators.identifiers import same_name, same_names
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Finding
from validators.rules.columns import TOGETHER, EpisodeColumns, transposed
from validators.rules.file_rules import Alike, Repeats, structure_finding
from validators.rules.messages import listed
from validators.standard.model import Standard

# Smaller files are kept whole, in some four times the memory: going through them twice would not pay.
LARGE = 32 << 20
# Rows that are gone through together; the progress is told after so many.
_BLOCK = 50
_TOLD_EVERY = 5000
_MARKS_AT_ONCE = 1 << 20
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
    columns: "_Columns"
    progress: Progress | None = None
    bad_rows: list[Finding] = field(default_factory=list)
    runs: dict[int, int] | None = None
    kept: "_Grouping | None" = None

    def episodes(self) -> Iterator[tuple[EpisodeRecord, list[Finding]]]:
        """Yield each episode in order of its first row, with what is wrong with the shape of its rows."""
        yield from map(self.columns.given, self._groups())

    def together(self) -> "Iterator[GroupsTogether] | None":
        """The same, many at once; None where columns are missing, which leaves rules without what they look at."""
        if self.missing:
            return None
        groups, columns = self._groups(), self.columns
        return (GroupsTogether(columns, some) for some in iter(lambda: list(islice(groups, TOGETHER)), []))

    def _groups(self) -> "Iterator[_Group]":
        grouping = self.kept
        if grouping is None:
            grouping = _Grouping(self.standard, self.columns, self._runs())
            for _ in self._read_into(grouping):
                yield from grouping.taken()
        yield from grouping.rest()

    def _read_into(self, grouping: "_Grouping", marks: "_Marks | None" = None) -> Iterator[None]:
        """Read all rows, stopping after each block of them in which an episode was finished."""
        standard, table, progress = self.standard, self.table, self.progress
        width, heading, read = len(self.headers), list(table.heading), 0
        for block in _blocks(table.rows()):
            rows = []
            for line, cells in block:
                if len(cells) != width:
                    words = {"count": str(len(cells)), "expected": str(width)}
                    self.bad_rows.append(structure_finding(standard, "cell_count", lines=[line], words=words))
                elif cells == heading or self._are_headings(line, cells):
                    self.about_file.append(structure_finding(standard, "header_again", lines=[line]))
                else:
                    rows.append((line, cells))
            begun = grouping.add(rows)
            if marks:
                marks.add_episodes(begun, [cells for _, cells in rows])
            read += len(block)
            if progress and not read % _TOLD_EVERY:
                progress(block[-1][0])
            if grouping.finished:
                yield
        if later := sorted(table.day_first - table.told_day_first):
            self.about_file.append(_told(standard, [f"has dates written day first in {listed(later)} further down"]))
        if later := sorted(table.otherwise - table.told_otherwise):
            told = f"has dates written otherwise than {standard.date_layout.text} in {listed(later)} further down"
            self.about_file.append(_told(standard, [told]))
        if table.odd:
            odd = [
                f"{many} in {header} ({'line' if many == 1 else 'the first in line'} {line})"
                for header, (line, many) in table.odd.items()
            ]
            told = f"has cells in columns of dates that are none and stay as they came: {listed(odd)}"
            self.about_file.append(_told(standard, [told]))
        if grouping.recased:
            those = "1 row that names" if grouping.recased == 1 else f"{grouping.recased} rows that name"
            told = f"has {those} an episode or its client in the other case than an earlier row: the same UUID"
            self.about_file.append(_told(standard, [told]))
        if table.empty_rows:
            self.about_file.append(_told(standard, [f"has {table.empty_rows} rows in which nothing stands"]))
        if not read:
            nothing = "has headings and no rows: there is nothing to send, make a nil return"
            self.about_file.append(_told(standard, [nothing]))

    def _are_headings(self, line: int, cells: Sequence[str]) -> bool:
        """Whether a row is the headings once more, however they are written.

        Raises Problem where they stand in another order there: all below would be read into wrong columns.
        """
        # Of a million rows each is looked at: the quick look first.
        if self.columns.headings.isdisjoint(cells[:BEGUN_BY]) or not (meant := headings_meant(self.standard, cells)):
            return False
        if any(one != other for one, other in zip(meant, self.headers, strict=True)):
            raise Problem(
                f"{self.path} has other headings in line {line}, as where files were put together: take it apart there,"
                " for what stands below them is in other columns."
            )
        return True

    def repeats(self, alike: Sequence[Alike]) -> Repeats:
        """What several rows or episodes bear, found before the first episode is given.

        `alike` are columns of which several together are looked at.
        """
        marks = _Marks(self.standard, self.headers, alike)
        if self._is_large():
            width = len(self.headers)
            for block in _blocks(self.table.rows()):
                marks.add([cells for _, cells in block if len(cells) == width])
            self.runs = marks.runs()
        else:
            self.kept = _Grouping(self.standard, self.columns, None)
            for _ in self._read_into(self.kept, marks):
                pass
        return marks.repeats()

    def _is_large(self) -> bool:
        try:
            return self.path.stat().st_size >= LARGE
        except OSError as error:
            raise refused(error, self.path, "read") from None

    def _runs(self) -> dict[int, int] | None:
        """How many runs of rows each episode has that has several; None where that was not counted."""
        if self.columns.episode_id is None:
            return {}
        if self.runs is None and self._is_large():
            self.repeats(())
        return self.runs


class _Marks:
    """The hashes of what rows bear, gathered to tell what is there several times.

    Eight bytes each: the table of a million episodes must not be what fills the memory.
    """

    def __init__(self, standard: Standard, headers: Sequence[str], alike: Sequence[Alike]) -> None:
        roles = [standard.role(role) for role in ("episode_id", "client_id", "client_reference")]
        self._names = [(_cell_taker(headers, header), array("q")) for header in roles]
        self._of_events = [_cell_taker(headers, section.id_field) for section in standard.event_sections]
        self._together = [
            (_taker(list(map(headers.index, own))), _taker(list(map(headers.index, its))), array("q"))
            for own, its in alike
            if all(header in headers for header in (*own, *its))
        ]
        self._begun, self._events = array("q"), array("q")
        # The episode and the client of the row before.
        self._before = "", ""

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Look at the next rows, all of the right width."""
        if not rows:
            return
        names = [same_names(list(map(take, rows))) for take, _ in self._names]
        pairs = list(zip(*names[:2], strict=True))
        neighbours = list(zip(pairs, (self._before, *pairs), strict=False))
        self._before = pairs[-1]
        self._begun.extend(_hashes(pair[0] for pair, last in neighbours if pair[0] != last[0]))
        # Rows of one episode that lie together count once; those without an identifier are an episode each.
        begin = [pair != last or not pair[0] for pair, last in neighbours]
        self.add_episodes(list(compress(rows, begin)), rows)

    def add_episodes(self, firsts: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> None:
        """Look at the next rows, of which some are known to be the first of an episode each."""
        for take in self._of_events:
            self._events.extend(_hashes(same_names(list(map(take, rows)))))
        for take, marks in self._names:
            marks.extend(_hashes(same_names(list(map(take, firsts)))))
        for own, its, marks in self._together:
            marks.extend(map(hash, zip(map(own, firsts), map(its, firsts), strict=True)))

    def runs(self) -> dict[int, int]:
        """How many runs of rows each episode has that has several."""
        return _several(self._begun)

    def repeats(self) -> Repeats:
        """What is there several times."""
        names = {mark for marks in (*(marks for _, marks in self._names), self._events) for mark in _several(marks)}
        return Repeats(names, {mark for *_, marks in self._together for mark in _several(marks)})


def _blocks(rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    """The rows in blocks that are gone through together."""
    while block := list(islice(rows, _BLOCK)):
        yield block


def _hashes(names: Iterable[str]) -> Iterator[int]:
    """The hashes of those that are not empty."""
    return map(hash, filter(None, names))


def _several(marks: "array[int]") -> dict[int, int]:
    """Those that are there more than once, with how often."""
    found: dict[int, int] = {}
    # Of very many a part after another: a set takes ten times the memory of the marks in it.
    parts = len(marks) // _MARKS_AT_ONCE + 1
    for part in range(parts):
        once: set[int] = set()
        add = once.add
        for mark in marks if parts == 1 else (mark for mark in marks if mark % parts == part):
            if mark in once:
                found[mark] = found.get(mark, 1) + 1
            else:
                add(mark)
    return found


class _Columns:
    """Where the standard's columns lie in the file's rows."""

    def __init__(self, standard: Standard, headers: Sequence[str], pack: Callable[[Cells], Packed]) -> None:
        self.pack = pack
        names = [one for header in standard.headers for one in (header, header.lower())]
        self.headings = frozenset(
            f"{before}{one}{behind}" for one in names for before in ("", " ") for behind in ("", " ")
        )
        position = {header: headers.index(header) for header in standard.headers if header in headers}
        by_level = standard.headers_by_level
        self.client = tuple(header for header in by_level["client"] if header in position)
        self.episode = tuple(header for header in by_level["episode"] if header in position)
        self.base = (*self.client, *self.episode)
        self.take_base = _taker([position[header] for header in self.base])
        self.sections = [
            (section.id, present, _taker([position[header] for header in present]), pack(("",) * len(present)))
            for section in standard.event_sections
            if (present := tuple(h for h in standard.headers_by_section[section.id] if h in position))
        ]
        # Columns of other data sets, which stay empty: their headings, and what takes their cells.
        self.foreign = tuple(header for header in standard.foreign if header in headers)
        self.take_foreign = _taker([headers.index(header) for header in self.foreign])
        self.client_id = self._place(standard.role("client_id"))
        self.episode_id = self._place(standard.role("episode_id"))
        self.episode_of = _cell_taker(headers, self.base[self.episode_id] if self.episode_id is not None else "")

    def _place(self, header: str) -> int | None:
        return self.base.index(header) if header in self.base else None

    def record(self, group: _Group) -> EpisodeRecord:
        """The group as an episode."""
        # A file may hold columns of events alone; no cells and one empty cell are packed alike.
        base, sections = _unpack(group.base) if self.base else (), self.sections
        # A list, not a generator, and arguments by place: measured, a tenth less.
        events = [
            Event(sections[number][0], dict(zip(sections[number][1], _unpack(cells), strict=True)), line)
            for number, cells, line in group.events
        ]
        client = dict(zip(self.client, base, strict=False))
        episode = dict(zip(self.episode, base[len(client) :], strict=True))
        return EpisodeRecord(client, episode, tuple(events), tuple(group.lines))

    def given(self, group: _Group) -> tuple[EpisodeRecord, list[Finding]]:
        """The group as an episode, with what is wrong with the shape of its rows."""
        return self.record(group), group.findings or []


class GroupsTogether:
    """Some episodes that follow one another, by columns: see `EpisodesTogether`."""

    def __init__(self, columns: _Columns, groups: Sequence[_Group]) -> None:
        """Take where the columns are, and the episodes' rows."""
        self._columns, self._groups = columns, groups

    @property
    def misshapen(self) -> Iterable[int]:
        """Those with something wrong with their shape."""
        return (number for number, group in enumerate(self._groups) if group.findings)

    def columns(self) -> EpisodeColumns:
        """All of them by columns."""
        its, groups = self._columns, self._groups
        base = transposed(its.base, [_unpack(group.base) for group in groups])
        owners: list[list[int]] = [[] for _ in its.sections]
        rows: list[list[Sequence[str]]] = [[] for _ in its.sections]
        for number, group in enumerate(groups):
            for place, cells, _ in group.events:
                owners[place].append(number)
                rows[place].append(_unpack(cells))
        events = {
            section: (own, transposed(headers, its_rows))
            for (section, headers, *_), own, its_rows in zip(its.sections, owners, rows, strict=True)
        }
        return EpisodeColumns(len(groups), base, events)

    def line_of(self, number: int) -> int:
        """The first line of one of them."""
        return self._groups[number].lines[0]

    def rows_of(self, numbers: Iterable[int]) -> int:
        """How many rows of the file some of them are."""
        return sum(len(self._groups[number].lines) for number in numbers)

    def given(self, number: int) -> tuple[EpisodeRecord, list[Finding]]:
        """One of them, with what is wrong with its shape."""
        return self._columns.given(self._groups[number])


def _pack(cells: Cells) -> Packed:
    """Cells as one text: a third of the memory of a tuple, and quicker to compare."""
    packed = _SEPARATOR.join(cells)
    return packed if packed.count(_SEPARATOR) == len(cells) - 1 else cells


def _unpack(packed: Packed) -> Sequence[str]:
    return packed.split(_SEPARATOR) if isinstance(packed, str) else packed


def _cell_taker(headers: Sequence[str], header: str) -> Callable[[Sequence[str]], str]:
    """What takes the cell under a header; nothing where there is no such header."""
    return itemgetter(headers.index(header)) if header in headers else lambda cells: ""


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
    # One look at the whole file saves one at each text that is packed.
    columns = _Columns(standard, table.headers, _pack if table.holds(_SEPARATOR) else _SEPARATOR.join)
    return Extract(path, standard, table.headers, about_file, missing, table, columns, progress)


def _told(standard: Standard, what: Sequence[str]) -> Finding:
    """The notice that says how a table is written, and that it is read nevertheless."""
    return structure_finding(standard, "table_read", words={"table": "; it ".join(what)})


def shown_heading(text: str) -> str:
    """A heading as it may be shown: nothing in it steers a terminal, and the blanks in it can be seen."""
    return ascii(text.replace(" ", "\x00"))[1:-1].replace("\\x00", "␣") or "(empty)"


def _judge_heading(standard: Standard, headers: tuple[str, ...], line: int) -> list[Finding]:
    found = []
    expected = set(standard.columns)
    repeated = sorted({shown_heading(header) for header in headers if header.strip() and headers.count(header) > 1})
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
        self.titles = [titles[name].lower() for name, *_ in columns.sections]
        self.groups: dict[object, _Group] = {}
        self._waiting: deque[_Group] = deque()
        # The keys of the groups of the episode that was read last.
        self._episode = ""
        self._keys: list[object] = []
        # Those of episodes that have more rows further down, by their mark.
        self._open: dict[int, list[object]] = {}
        self.finished = False
        # Rows that name their episode, or its client, in the other case than its first one.
        self.recased = 0
        rows = (row for rule in standard.rules for row in rule.rows)
        self.foreign_rule = next((row.rule for row in rows if row.pattern == "other_data_set"), "")

    def taken(self) -> Iterator[_Group]:
        """The groups that are whole and have none before them that is not; they are let go."""
        self.finished = False
        while self._waiting and self._waiting[0].whole:
            yield self._waiting.popleft()

    def rest(self) -> Iterator[_Group]:
        """All that are left when everything was read."""
        self.groups.clear()
        while self._waiting:
            yield self._waiting.popleft()

    def add(self, rows: Sequence[tuple[int, list[str]]]) -> list[list[str]]:
        """Add rows of the right width; return those that begin an episode."""
        columns, begun = self.columns, []
        every = [cells for _, cells in rows]
        bases = map(columns.pack, map(columns.take_base, every))
        # The events of each row: mostly one, of a section whose cells are not all empty.
        events: list[tuple[tuple[int, Packed], ...]] = [()] * len(rows)
        for number, (_, _, take, nothing) in enumerate(columns.sections):
            for place, packed in enumerate(map(columns.pack, map(take, every))):
                if packed != nothing:
                    events[place] = (*events[place], (number, packed))
        names = same_names(list(map(columns.episode_of, every)))
        for (line, cells), episode, base, its_events in zip(rows, names, bases, events, strict=True):
            if self.runs is not None and (episode != self._episode or not episode):
                self._begin(episode)
            if self._add_row(line, cells, episode, base, its_events):
                begun.append(cells)
        return begun

    def _add_row(
        self, line: int, cells: Sequence[str], episode: str, packed: Packed, events: tuple[tuple[int, Packed], ...]
    ) -> bool:
        """Add a row; say whether it begins an episode."""
        # A row without an episode identifier stands alone.
        key: object = episode or line
        group = self.groups.get(key)
        if group is not None and packed != group.base:
            base = self.columns.take_base(cells)
            client, first = self._client(base), self._client(_unpack(group.base))
            if client and first and client != first:
                # One identifier under two clients: two episodes, which rule 47 tells.
                key = (episode, client)
                group = self.groups.get(key)
            if group is not None and packed != group.base and (as_first := self._named_as(group, base)) != base:
                base, packed = as_first, self.columns.pack(as_first)
                self.recased += 1
            if group is not None and packed != group.base:
                self._disagree(group, base, line)
        begins = group is None
        if group is None:
            group = self.groups[key] = _Group(packed, [line])
            self._waiting.append(group)
            self._keys.append(key)
        else:
            again = self._line_of(group, events) if packed == group.base else 0
            group.lines.append(line)
            if again:
                self._note(group, "row_again", (), {}, line, {"where": f" (in line {again})"})
        for number, its_cells in events:
            group.events.append((number, its_cells, line))
        if self.columns.foreign and any(filled := self.columns.take_foreign(cells)):
            self._tell_foreign(group, filled, line)
        if len(events) > 1:
            words = {"sections": " and ".join(self.titles[number] for number, _ in events)}
            self._note(group, "one_event_a_row", (), {}, line, words)
        return begins

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

    def _line_of(self, group: _Group, events: Sequence[tuple[int, Packed]]) -> int:
        """The line of the group that has these very events, or none where there are none; 0 where no line has."""
        if not events:
            taken = {line for _, _, line in group.events}
            return next((line for line in group.lines if line not in taken), 0)
        first = events[0]
        # A row may carry several, as where a program joined tables: all of them are there, or it is another row.
        for number, cells, line in group.events:
            if (number, cells) == first and tuple(one[:2] for one in group.events if one[2] == line) == tuple(events):
                return line
        return 0

    def _client(self, base: Sequence[str]) -> str:
        place = self.columns.client_id
        return same_name(base[place].strip()) if place is not None else ""

    def _named_as(self, group: _Group, base: Cells) -> Cells:
        """A row's columns with its identifiers in the case in which the episode's first row has them."""
        first, named = _unpack(group.base), list(base)
        for place in (self.columns.episode_id, self.columns.client_id):
            if place is not None and same_name(named[place]) == same_name(first[place]):
                named[place] = first[place]
        return tuple(named)

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
