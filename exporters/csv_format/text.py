"""The text of an extract, read as it lies in the store: rows of one episode together, nothing decoded that need not be.

Most of two extracts is alike, so a row's line is kept as it stands and taken apart only where it is asked for.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from exporters.formats.base import NAMELESS, EarlierText, SentEpisode
from exporters.formats.kept_text import Pieces
from validators.problems import Problem
from validators.records import Values
from validators.standard.model import Standard

_QUOTE = '"'


def lines_of(
    pieces: Iterable[bytes], encoding: str, errors: str = "replace", *, keep_mark: bool = False
) -> Iterator[str]:
    """The rows of a text, each with its line ending; a row whose cells hold line ends is one.

    With `keep_mark` a byte-order mark stays before the first.
    """
    reading = "utf-8-sig" if encoding in ("utf-8", "utf-8-sig") and not keep_mark else encoding
    pending = ""
    for line in io.TextIOWrapper(io.BufferedReader(Pieces(pieces), 1 << 16), reading, errors, newline=""):
        if not pending and _QUOTE not in line:
            yield line
            continue
        pending += line
        if not pending.count(_QUOTE) & 1 and pending.endswith("\n"):
            yield pending
            pending = ""
    if pending:
        yield pending


def cells_of(line: str) -> list[str]:
    """The cells of a row."""
    if _QUOTE not in line:
        return line.rstrip("\r\n").split(",")
    return next(csv.reader([line]), [])


def rows_without(pieces: Iterable[bytes], encoding: str, is_theirs: Callable[[Values], bool]) -> Iterator[bytes]:
    """A text without the rows of which that is so, by the values under its own headings; the rest as it is."""
    # Read so that every byte can be written again as it was, whatever it is.
    writing = "utf-8" if encoding == "utf-8-sig" else encoding
    lines = lines_of(pieces, writing, "surrogateescape", keep_mark=True)
    heading = next(lines, "")
    headers = cells_of(heading.removeprefix("\ufeff"))
    yield heading.encode(writing, "surrogateescape")
    for line in lines:
        if not is_theirs(dict(zip(headers, cells_of(line), strict=False))):
            yield line.encode(writing, "surrogateescape")


class ExtractText:
    """An extract by its episodes: identifier of the episode to the lines of its rows."""

    def __init__(self, pieces: Iterable[bytes], standard: Standard) -> None:
        """Read it all. Raises Problem when it has no heading of this standard, and whatever the pieces raise."""
        self.standard = standard
        then, renamed = (pieces.standard, pieces.renamed) if isinstance(pieces, EarlierText) else (standard, {})
        lines = lines_of(pieces, then.submission.encoding)
        self.headers = tuple(renamed.get(header, header) for header in cells_of(next(lines, "")))
        self._identity, self._client = standard.role("episode_id"), standard.role("client_id")
        if self._identity not in self.headers or self._client not in self.headers:
            raise Problem(
                standard.say(
                    "The extract has no columns that {standard} knows {an episode} by: it was written by another data"
                    " set or edition, and cannot be compared with this one.",
                    standard=standard.id,
                )
            )
        self.at = self.headers.index(self._identity)
        self.rows = 0
        self.groups: dict[str, str] = {}
        self._group(lines)
        # A column may be another section's in another edition: an event is of the section that it was sent as.
        sections = standard.headers_by_section
        sent_as = {
            one.id: {renamed.get(header, header) for header in then.headers_by_section[one.id]}
            for one in then.event_sections
        }
        self._events = [
            (one.id, one.id_field, [h for h in sections[one.id] if h in sent_as.get(one.id, ())])
            for one in standard.event_sections
        ]
        of_events = set().union(*sent_as.values(), *(sections[one.id] for one in standard.event_sections))
        self._base = [header for header in self.headers if header not in of_events]

    def _group(self, lines: Iterable[str]) -> None:
        at, groups, rows = self.at, self.groups, 0
        client_at = self.headers.index(self._client)
        most = max(at, client_at) + 1
        known = groups.get
        for line in lines:
            rows += 1
            if _QUOTE in line:
                cells: Sequence[str] = cells_of(line)
            else:
                cells = line.rstrip("\r\n").split(",", most)
            key = cells[at] if len(cells) > at else ""
            if not key:
                # Without consent some data sets send no more than who it is: the row is that client's, wherever it
                # stands. One that is cut short stands alone.
                client = cells[client_at] if len(cells) > client_at else ""
                key = f"{NAMELESS}{client}" if client else f"{NAMELESS}{NAMELESS}{rows}"
            before = known(key)
            groups[key] = line if before is None else before + line
        self.rows = rows

    def episodes(self, key: str) -> list[SentEpisode]:
        """What is under an identifier: one episode, or one for each client where several clients share it."""
        found: dict[str, SentEpisode] = {}
        reference = self.standard.role("client_reference")
        text, is_nameless = self.groups[key], key.startswith(NAMELESS)
        quoted = lines_of([text.encode("utf-8", "surrogatepass")], "utf-8") if _QUOTE in text else None
        for line in quoted or text.split("\n"):
            if not line:
                continue
            cells = cells_of(line)
            row = {header: cell for header, cell in zip(self.headers, cells, strict=False) if cell}
            if is_nameless:
                row.pop(self._identity, "")
            client = row.get(self._client, "")
            if client not in found:
                values = {header: row[header] for header in self._base if header in row}
                found[client] = SentEpisode(row.get(self._identity, ""), client, row.get(reference, ""), values)
            events = found[client].events
            for section, id_field, headers in self._events:
                filled = {header: row[header] for header in headers if header in row}
                if filled:
                    own = filled.get(id_field) or f"#{len(events) + 1}"
                    events[section, own] = filled
        return list(found.values())
