"""The format of a return is a part of its standard: here it is chosen, for writing, reading and looking through.

Nothing else asks which format it is. What is made only for XML is loaded only for XML.
"""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, BinaryIO, Protocol

from exporters.csv_format.writing import RowWriter
from validators.records import EpisodeRecord
from validators.standard.model import Standard

if TYPE_CHECKING:
    from exporters.csv_format.pager import KeptText
    from exporters.csv_format.reading import Extract, Progress
    from exporters.csv_format.text import SentText
    from exporters.formats.base import Selecting, Wanted
    from exporters.imports.csv_import import Import
    from exporters.xml_format.importing import ReturnImport
    from exporters.xml_format.reading import Return
    from exporters.xml_format.validation import Validation
    from validators.calendar.periods import ReportingPeriod


class Writer(Protocol):
    """Writes the episodes of an extract, one after another."""

    def write(self, record: EpisodeRecord) -> None:
        """Write one episode. Raises Problem or UnicodeEncodeError for a character that cannot be written."""

    def finish(self) -> str:
        """Hand over what is left; the SHA-256 of all bytes."""


def _is_xml(standard: Standard) -> bool:
    return standard.submission.format == "xml"


def writer(standard: Standard, file: BinaryIO) -> Writer:
    """What writes an extract of the standard to a binary file. Raises Problem for a broken schema."""
    if _is_xml(standard):
        from exporters.xml_format.schema.installed import shape_of
        from exporters.xml_format.writing import XmlWriter

        return XmlWriter(standard, file, shape_of(standard))
    return RowWriter(standard, file)


def selection(standard: Standard, period: "ReportingPeriod", kind: "Wanted | None" = None) -> "Selecting":
    """What chooses and shapes the episodes of an extract. Raises Problem for a kind the standard does not have."""
    if _is_xml(standard):
        from exporters.xml_format.selection import JourneySelection, wanted_of

        return JourneySelection(standard, period, kind or wanted_of(standard))
    from exporters.csv_format.selection import Selection

    return Selection(standard, period)


def wanted(standard: Standard, kind: str = "", start: date | None = None, end: date | None = None) -> "Wanted | None":
    """The kind of extract that is asked for, the usual one where none is; None where there are no kinds.

    Raises Problem for a kind the standard does not have, and for days that do not go with it.
    """
    if not standard.submission.kinds and not kind and start is None and end is None:
        return None
    from exporters.xml_format.selection import wanted_of

    return wanted_of(standard, kind, start, end)


def sent_text(pieces: Iterable[bytes], standard: Standard) -> "SentText":
    """The text of an extract by its episodes. Raises Problem for another standard's, and what the pieces raise."""
    return sent_texts([pieces], standard)


def sent_texts(texts: Iterable[Iterable[bytes]], standard: Standard) -> "SentText":
    """What several extracts say together, in the order they were sent; of formats without parts the last one.

    Raises as `sent_text` does.
    """
    if _is_xml(standard):
        from exporters.xml_format.text import XmlText

        return XmlText(texts, standard)
    from exporters.csv_format.text import ExtractText

    *_, last = texts
    return ExtractText(last, standard)


def kept_text(standard: Standard, pieces: Iterable[bytes] = ()) -> "KeptText":
    """An extract's text to look through, kept in memory."""
    if _is_xml(standard):
        from exporters.xml_format.pager import KeptXml

        return KeptXml(standard, pieces)
    from exporters.csv_format.pager import KeptText

    return KeptText(standard.submission.encoding, pieces)


def read_file(path: Path, standard: Standard, progress: "Progress | None" = None) -> "Extract | Return":
    """Read a file that came in. Raises Problem when it cannot be read as an extract of the standard."""
    if _is_xml(standard):
        from exporters.xml_format.reading import read_return

        return read_return(path, standard, progress)
    from exporters.csv_format.reading import read_extract

    return read_extract(path, standard, progress)


def names_in(path: Path) -> frozenset[str]:
    """What a file calls its parts: the headings of a table, or the outermost element; nothing where it has neither."""
    try:
        if not S_ISREG(path.stat().st_mode):  # a pipe can be read only once
            return frozenset()
        with path.open("rb") as file:
            start = file.read(256)
    except OSError:
        return frozenset()
    if start.removeprefix(BOM_UTF8).lstrip().startswith((b"<", BOM_UTF16_LE, BOM_UTF16_BE)):
        from exporters.xml_format.reading import root_of

        return frozenset({root_of(path)} - {""})
    from exporters.csv_format.reading import heading_of

    return frozenset(heading_of(path))


def names_of(standard: Standard) -> frozenset[str]:
    """What a file of the standard calls them. Raises Problem for an installed schema that is broken."""
    if _is_xml(standard):
        from exporters.xml_format.reading import MessageReader

        return frozenset(MessageReader(standard).roots)
    return frozenset(standard.headers)


def doubts_all(standard: Standard) -> bool:
    """Whether a fault in the shape of an episode leaves all of it in doubt; in a table each names what it doubts."""
    return _is_xml(standard)


def importer(
    path: Path, standard: Standard, *, update: bool = False, all_or_nothing: bool = False
) -> "Import | ReturnImport":
    """What takes a file into a store. Raises Problem for what the format's import cannot do."""
    if _is_xml(standard):
        from exporters.xml_format.importing import ReturnImport

        return ReturnImport(path, standard, update=update, all_or_nothing=all_or_nothing)
    from exporters.imports.csv_import import Import

    return Import(path, standard, update=update, all_or_nothing=all_or_nothing)


def validated(standard: Standard, file: Callable[[], BinaryIO]) -> "Validation | None":
    """What the schema says of an extract that was written, opened by `file`; None for a format without schemas."""
    if not _is_xml(standard):
        return None
    from exporters.xml_format.schema.installed import installed, shape_of
    from exporters.xml_format.validation import schema_of, validate

    shape = shape_of(standard)
    schema, around = schema_of(standard, shape), tuple(level.tag for level in shape.levels[1:])
    found = validate(file, schema, is_stand_in=shape.is_stand_in, around=around)
    known = installed(standard)
    return replace(found, why=known.why_not_used) if known is not None else found
