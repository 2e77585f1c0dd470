"""Writing rows of comma-separated values, one for each event of an episode."""

import csv
import hashlib
import io
from collections.abc import Sequence

from exporters.formats.base import Sink
from exporters.formats.without_consent import cut
from validators.records import EpisodeRecord
from validators.standard.model import Standard

_EPISODES_AT_ONCE = 500


class RowWriter:
    """Writes rows as the standard's submission format says and keeps the digest of all bytes."""

    def __init__(self, standard: Standard, file: Sink) -> None:
        """Write the heading first."""
        form = standard.submission
        self.standard, self.file, self.digest = standard, file, hashlib.sha256()
        self._encoding = "utf-8" if form.encoding == "utf-8-sig" else form.encoding
        if form.encoding == "utf-8-sig":
            self._put(b"\xef\xbb\xbf")
        self._end = "\r\n" if form.line_ending == "crlf" else "\n"
        self._quotes_all = form.quoting == "all"
        self._buffer = io.StringIO(newline="")
        self._writer = csv.writer(
            self._buffer,
            lineterminator=self._end,
            quoting=csv.QUOTE_ALL if self._quotes_all else csv.QUOTE_MINIMAL,
        )
        self._blank = dict.fromkeys(standard.columns, "")
        # What is kept of other data sets, or of an edition before, has a column here and is not sent.
        self._foreign = dict.fromkeys(standard.foreign, "")
        foreign = frozenset(standard.foreign)
        self._places = {header: place for place, header in enumerate(standard.columns) if header not in foreign}
        self._width = len(standard.columns)
        self._pieces = [self._line(standard.columns).encode(self._encoding)]

    def write(self, record: EpisodeRecord) -> None:
        """Write the rows of one episode: one per event, client and episode columns repeated, at least one.

        Without a recorded agreement nothing is written but what the edition allows, whatever was selected. Raises
        UnicodeEncodeError for a character the encoding does not have.
        """
        record = cut(self.standard, record)
        # The columns stand first and in order; what else is known of the episode comes behind them.
        base = [*{**self._blank, **record.client, **record.episode, **self._foreign}.values()][: self._width]
        places = self._places
        lines = [] if record.events else [self._line(base)]
        for event in record.events:
            row = base.copy()
            for header, value in event.values.items():
                if header in places:
                    row[places[header]] = value
            lines.append(self._line(row))
        self._pieces.append("".join(lines).encode(self._encoding))
        if len(self._pieces) >= _EPISODES_AT_ONCE:
            self.flush()

    def _line(self, row: Sequence[str]) -> str:
        """A row as text. Nearly always nothing in it needs quotes: then that is its values with commas between."""
        if self._width > 1 and not self._quotes_all:
            line = ",".join(row)
            if line.count(",") == self._width - 1 and not ('"' in line or "\n" in line or "\r" in line):
                return line + self._end
        self._buffer.seek(0)
        self._buffer.truncate()
        self._writer.writerow(row)
        return self._buffer.getvalue()

    def flush(self) -> None:
        """Hand what is buffered to the file."""
        self._put(b"".join(self._pieces))
        self._pieces.clear()

    def finish(self) -> str:
        """Hand over what is left and give the SHA-256 of all bytes."""
        self.flush()
        return self.digest.hexdigest()

    def _put(self, data: bytes) -> None:
        self.digest.update(data)
        self.file.write(data)
