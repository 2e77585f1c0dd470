"""Reading an extract in CSV: the heading, the rows, and the episodes that they make up.

Rows of one episode may lie anywhere in the file, so a file is read whole before its first episode is known to be
complete. What is kept of it meanwhile is compact: client and episode columns once per episode, and
a row's cells as one packed text.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from exporters.formats.base import Progress
from exporters.imports.encodings import encoding_of
from store.disk.files import refused
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Finding
from validators.rules.file_rules import structure_finding
from validators.rules.messages import listed
from validators.standard.model import Standard

if TYPE_CHECKING:
    import _csv

# Longer cells are no values of any data set but an unbalanced quotation mark that swallowed the rest of the file.
_LONGEST_CELL = 131_072
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


@dataclass(slots=True)
class Extract:
    """An extract as read. `about_file` are findings about the heading or the encoding, `bad_rows` about rows that make
    up no episode; `episodes()` gives the rest once, letting go of each as it goes."""

    doubts_whole: ClassVar[bool] = False
    path: Path
    standard: Standard
    headers: tuple[str, ...]
    about_file: list[Finding]
    bad_rows: list[Finding]
    missing: frozenset[str]
    _groups: deque[_Group]
    _columns: "_Columns"

    @property
    def count(self) -> int:
        """How many episodes there are left to read."""
        return len(self._groups)

    def episodes(self) -> Iterator[tuple[EpisodeRecord, list[Finding]]]:
        """Yield each episode in order of its first row, with what is wrong with the shape of its rows."""
        columns = self._columns
        while self._groups:
            group = self._groups.popleft()
            yield columns.record(group), group.findings or []


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


def read_extract(path: Path, standard: Standard, progress: Progress | None = None) -> Extract:
    """Read a comma-separated extract of a standard.

    The header may be in any order, the text UTF-8 with or without a byte-order mark or Windows-1252, lines end in LF
    or CRLF. `progress` is told the line reached, every few thousand rows. Raises Problem when the file cannot be read
    as a table, has none of the standard's columns, or no rows.
    """
    encoding = encoding_of(path)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with path.open(encoding=encoding, newline="") as lines:
            reader = csv.reader(lines, strict=True)
            try:
                return _read(path, standard, encoding, reader, progress)
            except csv.Error as error:
                raise _table_problem(path, reader.line_num, str(error)) from None
    except OSError as error:
        raise refused(error, path, "read") from None


def heading_of(path: Path) -> tuple[str, ...]:
    """The first line of a table that holds anything; nothing where there is none, or it cannot be read."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            return tuple(next((cells for cells in csv.reader(lines, strict=True) if cells), ()))
    except (OSError, csv.Error):
        return ()


def _table_problem(path: Path, line: int, error: str) -> Problem:
    if "field larger" in error or "unexpected end" in error:
        reason = "a cell never ends, most likely because of an unbalanced quotation mark"
    else:
        reason = "a quotation mark stands where none may"
    return Problem(f"{path} cannot be read as a table near line {line}: {reason}; mend the line and try again.")


def _read(
    path: Path,
    standard: Standard,
    encoding: str,
    reader: "_csv.Reader",
    progress: Progress | None,
) -> Extract:
    heading = next((cells for cells in reader if cells), None)
    headers = tuple(standard.header_meant(cell) or cell for cell in heading or ())
    if not set(headers) & set(standard.headers):
        raise Problem(
            f"{path} has none of the columns of {standard.id} in line {max(reader.line_num, 1)}: "
            "the first line must hold the column names; add them, or choose another --standard."
        )
    about_file = _judge_heading(standard, headers)
    about_file += _headings_read(standard, heading or (), headers)
    if encoding != "utf-8-sig":
        about_file.append(structure_finding(standard, "encoding"))
    columns = _Columns(standard, headers)
    groups: dict[object, _Group] = {}
    bad_rows: list[Finding] = []
    grouping = _Grouping(standard, columns, groups)
    width, read, line = len(headers), 0, reader.line_num + 1
    for cells in reader:
        if not cells:
            line = reader.line_num + 1
            continue
        if len(cells) != width:
            words = {"count": str(len(cells)), "expected": str(width)}
            bad_rows.append(structure_finding(standard, "cell_count", lines=[line], words=words))
        elif cells == heading:
            about_file.append(structure_finding(standard, "header_again", lines=[line]))
        else:
            grouping.add(cells, line)
        read += 1
        line = reader.line_num + 1
        if progress and not read % 5000:
            progress(line)
    if not read:
        raise Problem(f"{path} has a heading and no rows, so there is nothing to read: export it again.")
    missing = frozenset(standard.headers) - set(headers)
    return Extract(path, standard, headers, about_file, bad_rows, missing, deque(groups.values()), columns)


def _judge_heading(standard: Standard, headers: tuple[str, ...]) -> list[Finding]:
    found = []
    expected = set(standard.headers)
    repeated = sorted({ascii(header)[1:-1] for header in headers if headers.count(header) > 1})
    for pattern, fields in (
        ("header_missing", [header for header in standard.headers if header not in headers]),
        ("header_unknown", [ascii(header)[1:-1] or "(empty)" for header in headers if header not in expected]),
        ("header_repeated", repeated),
    ):
        if fields:
            found.append(structure_finding(standard, pattern, fields=fields, lines=[1]))
    present = [header for header in standard.headers if header in headers]
    if not repeated and [header for header in headers if header in expected] != present:
        found.append(structure_finding(standard, "header_order", lines=[1]))
    return found


def _headings_read(standard: Standard, heading: Sequence[str], headers: Sequence[str]) -> list[Finding]:
    """The notice that names the headings that are written otherwise than the data set's, and what they are read as."""
    pairs = [(told, header) for told, header in zip(heading, headers, strict=True) if told != header]
    if not pairs:
        return []
    told = listed([f"{text!a} as {header}" for text, header in pairs])
    fields = [header for _, header in pairs]
    return [structure_finding(standard, "header_read", fields=fields, lines=[1], words={"headings": told})]


class _Grouping:
    """Puts rows together that belong to one episode of one client."""

    def __init__(self, standard: Standard, columns: _Columns, groups: dict[object, _Group]) -> None:
        self.standard, self.columns, self.groups = standard, columns, groups
        titles = {section.id: section.title for section in standard.sections}
        self.titles = [titles[name].lower() for name, _, _ in columns.sections]

    def add(self, cells: list[str], line: int) -> None:
        """Add one row of the right width."""
        columns = self.columns
        base = columns.take_base(cells)
        packed = _pack(base)
        episode = base[columns.episode_id] if columns.episode_id is not None else ""
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
        else:
            again = self._line_of(group, events) if packed == group.base else 0
            group.lines.append(line)
            if again:
                self._note(group, "row_again", (), {}, line, {"where": f" (in line {again})"})
        group.events += [(number, cells_of, line) for number, cells_of in events]
        if len(events) > 1:
            words = {"sections": " and ".join(self.titles[number] for number, _ in events)}
            self._note(group, "one_event_a_row", (), {}, line, words)

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

    def _note(
        self, group: _Group, pattern: str, fields: Cells, values: dict[str, str], line: int, words: dict[str, str]
    ) -> None:
        place = self.columns.episode_id
        episode = _unpack(group.base)[place] if place is not None else ""
        finding = structure_finding(
            self.standard, pattern, fields=fields, lines=[line], episode=episode, values=values, words=words
        )
        group.findings = [*(group.findings or ()), finding]
