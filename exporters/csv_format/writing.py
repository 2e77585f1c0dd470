"""Writing rows of comma-separated values, one for each event of an episode."""

import csv
import hashlib
import io
from operator import itemgetter

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
        self._buffer = io.StringIO(newline="")
        self._writer = csv.writer(
            self._buffer,
            lineterminator="\r\n" if form.line_ending == "crlf" else "\n",
            quoting=csv.QUOTE_ALL if form.quoting == "all" else csv.QUOTE_MINIMAL,
        )
        self._blank = dict.fromkeys(standard.columns, "")
        # What is kept of other data sets, or of an edition before, has a column here and is not sent.
        self._foreign = dict.fromkeys(standard.foreign, "")
        self._take = itemgetter(*standard.columns)
        foreign = frozenset(standard.foreign)
        self._places = {header: place for place, header in enumerate(standard.columns) if header not in foreign}
        self._writer.writerow(standard.columns)
        self._pieces = [self._buffer.getvalue().encode(self._encoding)]

    def write(self, record: EpisodeRecord) -> None:
        """Write the rows of one episode: one per event, client and episode columns repeated, at least one.

        Without a recorded agreement nothing is written but what the edition allows, whatever was selected. Raises
        UnicodeEncodeError for a character the encoding does not have.
        """
        record = cut(self.standard, record)
        self._buffer.seek(0)
        self._buffer.truncate()
        base = self._take({**self._blank, **record.client, **record.episode, **self._foreign})
        places, write = self._places, self._writer.writerow
        for event in record.events:
            row = list(base)
            for header, value in event.values.items():
                if header in places:
                    row[places[header]] = value
            write(row)
        if not record.events:
            write(base)
        self._pieces.append(self._buffer.getvalue().encode(self._encoding))
        if len(self._pieces) >= _EPISODES_AT_ONCE:
            self.flush()

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
