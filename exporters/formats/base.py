"""What a format of return is, and what all formats share: values that go out and come in, and who writes or reads them.

A standard names its format in `submission.format`; `exporters.formats.choose` gives the object. Everything that hangs
on how a return is written is asked of it, and nothing else asks which format it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from validators.calendar.periods import ReportingPeriod
from validators.problems import Problem
from validators.records import EpisodeRecord, Finding, Values
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from exporters.checks.bounce import Bounce
    from exporters.formats.kept_text import KeptText
    from exporters.formats.links import Link
    from exporters.formats.outgoing import Outgoing
    from exporters.imports.report import ImportReport
    from store.facts import AgencyInfo
    from store.month.facts import LastSent, Whereabouts
    from store.snapshot import Snapshot
    from store.store import Store
    from validators.rules.columns import EpisodeColumns
    from validators.rules.file_rules import Alike, Repeats

Progress = Callable[[int], None]
"""Told now and then how far a file is read, in lines."""
NAMELESS = "\x1f"
"""What the key begins with of a client who does not consent, and was sent without an episode's identifier."""
Went = Callable[[], Mapping[str, Mapping[str, int]]]
"""Reads which events several extracts hold, by the digests of what they say of each: by the events' ids how many of the
extracts were made while each was there."""


@dataclass(frozen=True, slots=True)
class Taking:
    """How a file is taken into a store, as a person says it.

    `update` takes values that differ from the stored ones; `all_or_nothing` refuses a file of which anything would be
    left out; `new_agency` may make an agency beside those there are; `any_columns` takes a file in which columns are
    missing; `deleted` takes what is deleted in the store, or was merged, once more; `dates` says how its dates are
    written (see `csv_format.table`); `today` is the day to judge it on, None where that is not asked for; `others` says
    that whoever is like somebody in the store under another identifier is somebody else, however many they are.
    """

    update: bool = False
    all_or_nothing: bool = False
    new_agency: bool = False
    any_columns: bool = False
    deleted: bool = False
    dates: str = ""
    today: date | None = None
    others: bool = False


PLAINLY = Taking()


class Sink(Protocol):
    """What an extract is written to: a file, or a text that is kept."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""


# Going out


@dataclass(frozen=True, slots=True)
class ExtractKind:
    """Which kind of extract, in the standard's word; `start` and `end` are the two days of `between`, None else."""

    kind: str
    start: date | None = None
    end: date | None = None


def extract_kind(
    standard: Standard, kind: str = "", start: date | None = None, end: date | None = None
) -> ExtractKind | None:
    """The kind of extract that is asked for, the usual one where none is; None where the standard has no kinds.

    Raises Problem for a kind the standard does not have, days that are missing, superfluous, or the wrong way round.
    """
    kinds = standard.submission.kinds
    if not kinds and not kind and start is None and end is None:
        return None
    if kind and kind not in kinds:
        offered = f"the kinds are {', '.join(kinds)}" if kinds else "all its extracts are of one kind"
        raise Problem(f"{standard.id} has no extract of the kind '{ascii(kind)[1:-1]}': {offered}.")
    chosen = kind or (kinds[0] if kinds else "")
    if chosen == "between" and (start is None or end is None):
        raise Problem("An extract between two days needs both: give --from and --to.")
    if chosen != "between" and (start is not None or end is not None):
        raise Problem("Two days belong to an extract between them: give --kind between, or leave --from and --to out.")
    if start is not None and end is not None and start > end:
        raise Problem(f"The days are the wrong way round: {start} is after {end}.")
    return ExtractKind(chosen, start, end)


class Selecting(Protocol):
    """Chooses and shapes the episodes of one extract.

    `wanted` is its kind; `reference` and `client` are the headers a client is known by; `closed_before` is why those
    closed earlier are left out; `read_at_once` is of how many episodes it is asked together what was sent of them (0:
    that is not asked).
    """

    standard: Standard
    period: ReportingPeriod
    wanted: ExtractKind | None
    reference: str
    client: str
    closed_before: str
    read_at_once: int

    def name(self, record: EpisodeRecord) -> str:
        """What people know an episode by."""

    def stream(self, snapshot: "Snapshot", agency: "AgencyInfo") -> Iterator[tuple[EpisodeRecord, "Outgoing"]]:
        """All episodes of an agency in order of entry, each with what of it is sent. Raises Problem."""

    def begin(self, snapshot: "Snapshot", agency: "AgencyInfo") -> None:
        """Read what an agency says of itself, as far as that decides what is sent; `stream` does. Raises Problem."""

    def goes_as_it_is(self, record: EpisodeRecord) -> bool:
        """Whether it is plain without a closer look that an episode, if it is sent, is sent with all that is known."""

    def sent(
        self, snapshot: "Snapshot", agency: "AgencyInfo", some: Sequence[EpisodeRecord]
    ) -> Mapping[str, "LastSent"]:
        """What was sent before of some episodes, at most `read_at_once`. Raises Problem."""

    def outgoing(self, record: EpisodeRecord, sent: Mapping[str, "LastSent"]) -> "Outgoing":
        """What of one episode is sent; `sent` is what was sent before."""


@dataclass(frozen=True, slots=True)
class ReturnDetails:
    """What a return may say of itself: whose it is, the days it covers, its kind ("" where there is but one), and when.

    `at` is the moment it is made at, in UTC; `today` the day it is where the returns go to.
    """

    agency: str
    period: ReportingPeriod
    kind: str
    today: date
    at: datetime


class Writer(Protocol):
    """Writes the episodes of an extract, one after another."""

    def write(self, record: EpisodeRecord) -> None:
        """Write one episode. Raises Problem or UnicodeEncodeError for a character that cannot be written."""

    def finish(self) -> str:
        """Hand over what is left; the SHA-256 of all bytes, in hexadecimal."""


class SchemaFault(NamedTuple):
    """A fault of a file by its schema; `client` is the reference of whose record it is in, "" where it is in none."""

    line: int
    element: str
    what: str
    client: str = ""

    @property
    def told(self) -> str:
        """In words; identifiers as they are, for the caller to escape."""
        whose = f", client {self.client}" if self.client else ""
        return f"line {self.line}{whose}, {self.element}: {self.what}"


@dataclass(frozen=True, slots=True)
class Validation:
    """What a schema says of a file: how many faults, and the first of them.

    `why` goes on where it is told that the schema was our own: why the installed one was not used.
    """

    is_stand_in: bool
    count: int = 0
    faults: tuple[SchemaFault, ...] = ()
    why: str = ""

    @property
    def told(self) -> str:
        """In words, without the file's name."""
        by = "Keywork's stand-in schema" if self.is_stand_in else "the schema the site installed"
        if not self.count:
            return f"valid by {by}"
        many = counted(self.count, "fault")
        return f"not valid by {by}: {many}{_PLACED}{ascii(self.faults[0].told)[1:-1]}"


_PLACED = ", the first in "


def unplaced(told: str) -> str:
    """How many faults a schema has found in a file, of what is told of it: not where, for that may name a client."""
    return told.partition(_PLACED)[0]


class Schemas(Protocol):
    """The schemas that returns of one standard are written and validated by: our own stand-in, and a site's copy."""

    def stand_in(self) -> bytes:
        """Our own schema, as a file."""

    def install(self, folder: Path) -> list[str]:
        """Take a site's copy of the owner's schema from a folder; what is told of that, not yet escaped.

        Raises Problem where it cannot be used, and OSError; the old one stays then.
        """

    def told(self) -> list[str]:
        """What is told of the schema that is installed, not yet escaped. Raises Problem when it is broken."""

    def uninstall(self) -> list[str]:
        """Take the site's copy away again; what is told of that, not yet escaped.

        Raises Problem where there is none, and OSError.
        """


# What was sent


@dataclass(frozen=True, slots=True)
class SentEpisode:
    """An episode as an extract holds it: the values of client and episode, and its events by section and identifier.

    An event without an identifier is counted.
    """

    episode: str
    client: str
    reference: str
    values: dict[str, str]
    events: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)


def event_name(standard: Standard, section: str, values: Values) -> str:
    """What an event is known by in its episode: its number, else what it is and its day."""
    held, what = standard.section_by_id[section], standard.headers_by_section[section][0]
    return values.get(held.id_field, "") or " ".join(filter(None, (values.get(what), values.get(held.date_field))))


class SentText(Protocol):
    """An extract by its episodes. What stands under a key is the same in two texts where the episode is the same."""

    standard: Standard
    headers: tuple[str, ...]
    groups: dict[str, str]
    rows: int

    def episodes(self, key: str) -> list[SentEpisode]:
        """What is under a key."""


@dataclass(frozen=True, slots=True)
class EarlierText:
    """The text of an extract in an edition that the agency left: what it was written by, and what the one by which it
    is looked at calls its fields otherwise, by header."""

    pieces: Iterable[bytes]
    standard: Standard
    renamed: Mapping[str, str]

    def __iter__(self) -> Iterator[bytes]:
        """The text."""
        return iter(self.pieces)


# Coming in


class EpisodesTogether(Protocol):
    """Some episodes of a file that follow one another, to be judged together; each by its number among them.

    `misshapen` are those with something wrong with their shape.
    """

    @property
    def misshapen(self) -> Iterable[int]:
        """See above."""

    def columns(self) -> "EpisodeColumns":
        """All of them by columns."""

    def line_of(self, number: int) -> int:
        """The first line of one of them."""

    def rows_of(self, numbers: Iterable[int]) -> int:
        """How many rows of the file some of them are."""

    def given(self, number: int) -> tuple[EpisodeRecord, list[Finding]]:
        """One of them as `Incoming.episodes` gives it."""


class Incoming(Protocol):
    """A file that came in, as read.

    `headers` are the fields it has, `missing` those of the standard that it has not; `about_file` are findings about
    all of it, `bad_rows` about rows that make up no episode. `doubts_whole` says that a fault in the shape of an
    episode leaves all of it in doubt, not only the values that the fault names.
    """

    @property
    def path(self) -> Path:
        """Where it lies."""

    @property
    def headers(self) -> tuple[str, ...]:
        """See above."""

    @property
    def missing(self) -> frozenset[str]:
        """See above."""

    @property
    def about_file(self) -> list[Finding]:
        """See above."""

    @property
    def bad_rows(self) -> list[Finding]:
        """See above."""

    @property
    def doubts_whole(self) -> bool:
        """See above."""

    def repeats(self, alike: "Sequence[Alike]") -> "Repeats | None":
        """What several records of a file bear, where that was worth finding out before it is read; None where not.

        `alike` are columns of which several together are looked at.
        """
        return None

    def together(self) -> "Iterator[EpisodesTogether] | None":
        """What `episodes` gives, many at once; None where they are as well judged one by one. Raises Problem."""
        return None

    def episodes(self) -> Iterator[tuple[EpisodeRecord, list[Finding]]]:
        """Each episode in the order of the file, with what is wrong with its shape; once. Raises Problem."""


class Importer(Protocol):
    """One file on its way into a store: `prepare` reads and compares, `write` writes; `report` tells of both."""

    standard: Standard
    report: "ImportReport"

    def prepare(self, store: "Store | None", agency_code: str | None, progress: Progress | None = None) -> str:
        """Read the file and compare it with the store (None for one that is not there yet); the agency's code.

        Raises Problem when the file cannot be taken; nothing has been written then.
        """

    def write(self, store: "Store", code: str, person: str, now: datetime) -> "ImportReport":
        """Write what `prepare` found, in one transaction; nothing is kept when it fails. Raises Problem."""


class Format(Protocol):
    """How returns of one standard are read, selected, written, validated, looked through, imported and led back to.

    It holds nothing but the standard, and costs nothing to make; what it hands out is loaded when it is asked for. Of
    what is plain here a format says only where it is otherwise: by itself it has no schemas, an episode always goes
    whole and is known by its identifier, and a file calls its parts by the standard's headers.
    """

    standard: Standard

    def __init__(self, standard: Standard) -> None:
        """Take the standard whose returns are meant."""
        self.standard = standard

    @property
    def schemas(self) -> Schemas | None:
        """What its returns are written by, where there are schemas."""
        return None

    # Episodes

    def episode_name(self, record: EpisodeRecord) -> str:
        """What people know an episode by; empty where nothing tells it from others."""
        return record.episode.get(self.standard.role("episode_id"), "")

    @property
    def link(self) -> "Link | None":
        """What links the parts of an episode that are sent apart; None where an episode always goes whole."""
        return None

    def places(
        self, snapshot: "Snapshot", agency: "AgencyInfo", named: Mapping[str, Values]
    ) -> "Mapping[str, Whereabouts]":
        """Where the episodes are that an extract names, each with the values by which it was sent; by their names."""
        from store.month import locate

        return locate.episodes(snapshot, agency, named)

    # Going out

    def selection(self, period: ReportingPeriod, wanted: ExtractKind | None = None) -> Selecting:
        """What chooses and shapes the episodes of an extract, of the usual kind where none is wanted."""

    def writer(self, file: Sink, details: ReturnDetails | None = None) -> Writer:
        """What writes an extract; `details` are for what a return says of itself, where its format has a place for it.

        Raises Problem for an installed schema that is broken, or that needs them where they are not given.
        """

    def validation(self, file: Callable[[], BinaryIO]) -> Validation | None:
        """What the schema says of an extract that was written, opened by `file`; None for a format without schemas.

        Raises Problem for an installed schema that is broken, and OSError when the extract cannot be read.
        """
        return None

    def unofficial(self) -> str | None:
        """None where the owner's own schema would validate an extract, or there is none.

        Else how it goes on where that is told: why an installed one is not used, mostly nothing.
        """
        return None

    def shape(self) -> str:
        """A digest of what a site installed that decides how a file is written; empty where nothing is."""
        return ""

    # What was written

    def pager(self, pieces: Iterable[bytes] = ()) -> "KeptText":
        """A text to look through, with what it begins with. Raises what the pieces raise."""

    def sent_text(self, texts: Iterable[Iterable[bytes]], went: Went = dict) -> SentText:
        """What several extracts say together, in the order they were sent; of a format without parts the last one.

        One in an edition that was left comes as `EarlierText`. `went` tells the events that they hold, by the digests
        of what they say of each. Raises Problem for another standard's, and what the texts raise.
        """

    def without(self, pieces: Iterable[bytes], is_theirs: Callable[[Values], bool]) -> Iterator[bytes]:
        """An extract without the rows (messages) that are somebody's, everything else byte for byte.

        `is_theirs` is asked of the values of client and episode that stand in each. Raises what the pieces raise.
        """

    def bounces(
        self,
        snapshot: "Snapshot",
        agency: "AgencyInfo",
        extract_id: str,
        listed: "Sequence[Bounce]",
        *,
        headings_are_line_1: bool,
    ) -> "list[Bounce]":
        """Lines of a list of refusals, each with the record it means, or why it leads nowhere.

        Line numbers in the list are those of the file unless the headings have none. Raises Problem when the extract
        is not there, or its stored text is damaged.
        """

    def field_names(self) -> Mapping[str, str]:
        """Fields by what its files call them otherwise than by header, in capitals. Raises Problem for an installed
        schema that is broken."""
        return {}

    # Coming in

    @staticmethod
    def names_in(path: Path) -> frozenset[str]:
        """What a file of this format, of whichever standard, calls its parts; nothing where it cannot be read."""

    def names_of(self) -> frozenset[str]:
        """What files of the standard call them. Raises Problem for an installed schema that is broken."""
        return frozenset(self.standard.columns)

    def read(self, path: Path, progress: Progress | None = None, dates: str = "") -> Incoming:
        """Read a file that came in; `dates` is what a person says of how its dates are written.

        Raises Problem when it cannot be read as an extract of the standard.
        """

    def importer(self, path: Path, taking: Taking = PLAINLY) -> Importer:
        """What takes a file into a store. Raises Problem for what cannot be done."""
