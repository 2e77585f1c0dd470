"""Returns in XML: one message for each journey, of which often only what is new is sent.

What reads or writes XML is loaded when it is asked for: whoever keys a client asks only what links its journeys.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from exporters.formats.base import (
    PLAINLY,
    ExtractKind,
    Format,
    Progress,
    ReturnDetails,
    Sink,
    Taking,
    Validation,
    Went,
    extract_kind,
)
from exporters.formats.links import Link
from exporters.xml_format.shape import link_of, name_of
from validators.calendar.periods import ReportingPeriod
from validators.problems import Problem
from validators.records import EpisodeRecord, Values

if TYPE_CHECKING:
    from exporters.checks.bounce import Bounce
    from exporters.xml_format.importing import ReturnImport
    from exporters.xml_format.pager import KeptXml
    from exporters.xml_format.reading import Return
    from exporters.xml_format.schema.installed import SiteSchemas
    from exporters.xml_format.selection import JourneySelection
    from exporters.xml_format.text import XmlText
    from exporters.xml_format.writing import XmlWriter
    from store.facts import AgencyInfo
    from store.month.facts import Whereabouts
    from store.snapshot import Snapshot


class XmlFormat(Format):
    """Messages. A journey is known by the values that link its messages; a site may install its owner's schema."""

    @property
    def schemas(self) -> "SiteSchemas":
        """Our stand-in, and what the site installed."""
        from exporters.xml_format.schema.installed import SiteSchemas

        return SiteSchemas(self.standard)

    def episode_name(self, record: EpisodeRecord) -> str:
        """What links a journey's messages, the agency left out."""
        return name_of(self.standard, record)

    @property
    def link(self) -> Link | None:
        """The block that stands in every message."""
        return link_of(self.standard)

    def places(
        self, snapshot: "Snapshot", agency: "AgencyInfo", named: Mapping[str, Values]
    ) -> "Mapping[str, Whereabouts]":
        """Journeys, by what links their messages."""
        from exporters.xml_format.places import journey_places

        return journey_places(snapshot, agency, self.standard, named)

    def selection(self, period: ReportingPeriod, wanted: ExtractKind | None = None) -> "JourneySelection":
        """The messages of a kind of extract."""
        from exporters.xml_format.selection import JourneySelection

        kind = wanted or extract_kind(self.standard) or ExtractKind("")
        return JourneySelection(self.standard, period, kind)

    def writer(self, file: Sink, details: ReturnDetails | None = None) -> "XmlWriter":
        """What writes messages, in the shape of the schema that is installed, else in our own."""
        from exporters.xml_format.schema.installed import shape_of
        from exporters.xml_format.writing import XmlWriter

        return XmlWriter(self.standard, file, shape_of(self.standard), details)

    def validation(self, file: Callable[[], BinaryIO]) -> Validation:
        """What the schema that is installed says of a return, else our own."""
        from exporters.xml_format.schema.installed import installed, shape_of
        from exporters.xml_format.validation import schema_of, validate

        shape = shape_of(self.standard)
        found = validate(file, schema_of(self.standard, shape), self.standard, shape)
        known = installed(self.standard)
        return replace(found, why=known.why_not_used) if known is not None else found

    def unofficial(self) -> str | None:
        """Whether no schema of the owner is installed, or it cannot be used yet."""
        from exporters.xml_format.schema.installed import installed

        try:
            known = installed(self.standard)
        except Problem as problem:
            return f": {problem.sentence}"
        if known is None:
            return ""
        return known.why_not_used if known.shape is None else None

    def shape(self) -> str:
        """A digest of the owner's schema as it is installed, with the site's mapping."""
        from exporters.xml_format.schema.installed import digest

        return digest(self.standard)

    def pager(self, pieces: Iterable[bytes] = ()) -> "KeptXml":
        """The messages. Raises Problem for an installed schema that is broken."""
        from exporters.xml_format.pager import KeptXml

        return KeptXml(self.standard, pieces)

    def sent_text(self, texts: Iterable[Iterable[bytes]], went: Went = dict) -> "XmlText":
        """What several returns say together of each journey."""
        from exporters.xml_format.text import XmlText

        return XmlText(texts, self.standard, went)

    def without(self, pieces: Iterable[bytes], is_theirs: Callable[[Values], bool]) -> Iterator[bytes]:
        """Messages that are somebody's are left out."""
        return self.pager(pieces).without(is_theirs)

    def bounces(
        self,
        snapshot: "Snapshot",
        agency: "AgencyInfo",
        extract_id: str,
        listed: "Sequence[Bounce]",
        *,
        headings_are_line_1: bool,
    ) -> "list[Bounce]":
        """Led by the lines of the file, and by clients' numbers; XML has no headings."""
        from exporters.xml_format.bounces import led

        return list(led(snapshot, agency, self.standard, extract_id, listed))

    def field_names(self) -> Mapping[str, str]:
        """Whoever reads XML names the element that a value stands in; of schemas that were installed before as well."""
        from exporters.xml_format.reading import MessageReader

        return MessageReader(self.standard, kept=True).headers

    @staticmethod
    def names_in(path: Path) -> frozenset[str]:
        """The outermost element."""
        from exporters.xml_format.reading import root_of

        return frozenset({root_of(path)} - {""})

    def names_of(self) -> frozenset[str]:
        """The outermost elements that returns of the standard may have."""
        from exporters.xml_format.reading import MessageReader

        return frozenset(MessageReader(self.standard).roots)

    def read(self, path: Path, progress: Progress | None = None, dates: str = "") -> "Return":
        """The messages, each a journey."""
        from exporters.xml_format.reading import read_return

        return read_return(path, self.standard, progress)

    def importer(self, path: Path, taking: Taking = PLAINLY) -> "ReturnImport":
        """What takes journeys in by client number and day of referral."""
        from exporters.xml_format.importing import ReturnImport

        return ReturnImport(path, self.standard, taking)
