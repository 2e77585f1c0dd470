"""Returns in CSV: one row for each event of an episode, below a heading.

What is not needed to check a file is loaded when it is asked for.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.csv_format.reading import Extract, read_extract
from exporters.csv_format.table import heading_of
from exporters.formats.base import PLAINLY, ExtractKind, Format, Progress, ReturnDetails, Sink, Taking, Went
from validators.calendar.periods import ReportingPeriod
from validators.records import Values

if TYPE_CHECKING:
    from exporters.checks.bounce import Bounce
    from exporters.csv_format.pager import KeptTable
    from exporters.csv_format.selection import Selection
    from exporters.csv_format.text import ExtractText
    from exporters.csv_format.writing import RowWriter
    from exporters.imports.csv_import import Import
    from store.facts import AgencyInfo
    from store.snapshot import Snapshot


class CsvFormat(Format):
    """Tables. An episode always goes whole, known by its identifier; there are no schemas."""

    def selection(self, period: ReportingPeriod, wanted: ExtractKind | None = None) -> "Selection":
        """All of a reporting period: there are no kinds."""
        from exporters.csv_format.selection import Selection

        return Selection(self.standard, period)

    def writer(self, file: Sink, details: ReturnDetails | None = None) -> "RowWriter":
        """What writes rows."""
        from exporters.csv_format.writing import RowWriter

        return RowWriter(self.standard, file)

    def pager(self, pieces: Iterable[bytes] = ()) -> "KeptTable":
        """The rows, in the columns of the heading."""
        from exporters.csv_format.pager import KeptTable

        return KeptTable(self.standard.submission.encoding, pieces)

    def sent_text(self, texts: Iterable[Iterable[bytes]], went: Went = dict) -> "ExtractText":
        """What the last of several extracts says: each holds all."""
        from exporters.csv_format.text import ExtractText

        *_, last = texts
        return ExtractText(last, self.standard)

    def without(self, pieces: Iterable[bytes], is_theirs: Callable[[Values], bool]) -> Iterator[bytes]:
        """Rows that are somebody's are left out."""
        from exporters.csv_format.text import rows_without

        return rows_without(pieces, self.standard.submission.encoding, is_theirs)

    def bounces(
        self,
        snapshot: "Snapshot",
        agency: "AgencyInfo",
        extract_id: str,
        listed: "Sequence[Bounce]",
        *,
        headings_are_line_1: bool,
    ) -> "list[Bounce]":
        """Led by identifiers, and by the lines of the file."""
        from exporters.csv_format.bounces import led

        return led(snapshot, agency, self.standard, extract_id, listed, 0 if headings_are_line_1 else 1)

    @staticmethod
    def names_in(path: Path) -> frozenset[str]:
        """The headings."""
        return frozenset(heading_of(path))

    def read(self, path: Path, progress: Progress | None = None, dates: str = "") -> Extract:
        """The rows, put together to episodes."""
        return read_extract(path, self.standard, progress, dates)

    def importer(self, path: Path, taking: Taking = PLAINLY) -> "Import":
        """What takes episodes in by their identifiers."""
        from exporters.imports.csv_import import Import

        return Import(path, self.standard, taking)
