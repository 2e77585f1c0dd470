"""What patterns have in common, and the register of them all.

A rule is a row that names a pattern; a pattern is a function here that turns the row into a check. There are three
kinds: *field* patterns judge one value, *record* patterns compare the values of one record (*journey* patterns an
episode with all its events), *file* patterns look at many records or at the file itself and are run by
whoever reads it (`file_rules`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from validators.calendar.periods import ReportingPeriod
from validators.dates import write_date
from validators.records import Event, Source, Values
from validators.standard.conditions import Condition, parse_condition
from validators.standard.model import RuleRow, Standard


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know besides the record: the day, its source, a period if given, the agency's settings.

    `agency` is the code of the agency that files; empty where that is not known, as of a file that anybody brings.
    `in_parts` says that the file may hold only what is new of its episodes: nothing can be said of what is absent.
    """

    today: date
    source: Source = "file"
    period: ReportingPeriod | None = None
    settings: Values = field(default_factory=dict, hash=False)
    agency: str = ""
    in_parts: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A context in the standard's own date layout, so that rules compare text with text."""

    today: str
    stored: bool
    period_start: str = ""
    period_end: str = ""
    settings: Values = field(default_factory=dict, hash=False)
    agency: str = ""
    in_parts: bool = False

    @classmethod
    def of(cls, context: Context, layout: str) -> "Moment":
        """The context as text."""
        period = context.period
        return cls(
            today=write_date(context.today, layout),
            stored=context.source == "store",
            period_start=write_date(period.start, layout) if period else "",
            period_end=write_date(period.end, layout) if period else "",
            settings=context.settings,
            agency=context.agency,
            in_parts=context.in_parts,
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """What a check found: the fields in the order to name them, the one to jump to, words for the message."""

    fields: tuple[str, ...]
    jump: str
    words: Mapping[str, str] = field(default_factory=dict)


# A field check says whether a value passes; `stored` tells whether it is kept rather than sent.
FieldCheck = Callable[[str, bool], bool]
# A record check gets the values as typed, the same without those that cannot be read, and the moment.
RecordCheck = Callable[[Values, Values, Moment], Failure | None]
# A journey check gets the episode's readable values and each event with those of its row; None stands for the episode.
Seen = Sequence[tuple[Event, Values]]
JourneyCheck = Callable[[Values, Seen, Moment], Iterable[tuple[Event | None, Failure]]]
JourneyPattern = Callable[[RuleRow, Standard], JourneyCheck]
FieldPattern = Callable[[RuleRow, Standard, str], FieldCheck]
# What the message may say beside of a value that fails.
FieldWords = Callable[[str], Mapping[str, str]]
RecordPattern = Callable[[RuleRow, Standard], RecordCheck]
# Records by columns: what stands under each header, of one record after another.
Columns = Mapping[str, Sequence[str]]
# Where in columns of readable values a record check may have something to say. One place too many only costs time.
ColumnDoubt = Callable[[Columns], Iterable[int]]
ColumnDoubts = Callable[[RuleRow, Standard, Moment], ColumnDoubt]


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a pattern's `parameters` cell must and may hold."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


FIELD_PATTERNS: dict[str, FieldPattern] = {}
FIELD_WORDS: dict[str, Callable[[RuleRow, Standard, str], FieldWords]] = {}
RECORD_PATTERNS: dict[str, RecordPattern] = {}
JOURNEY_PATTERNS: dict[str, JourneyPattern] = {}
# Of patterns that are asked for nearly every record: what tells by whole columns of which records there is no need to.
COLUMN_DOUBTS: dict[str, ColumnDoubts] = {}
PARAMETERS: dict[str, Parameters] = {}
# Record patterns that say nothing of a field that is empty; with one field they need not be asked at all then.
ABOUT_FILLED: set[str] = set()
# Record patterns that judge each of their fields by itself, with others of the record beside it; and which they judge.
EACH_FIELD: dict[str, Callable[[Standard, str], bool]] = {}
# Patterns that no record check runs: the reader of a file, the engine and `file_rules` know them by these names.
FILE_PATTERNS: dict[str, Parameters] = {
    "header_missing": Parameters(),
    "header_unknown": Parameters(),
    "header_repeated": Parameters(),
    "header_again": Parameters(),
    "header_order": Parameters(),
    "header_read": Parameters(),
    "cell_count": Parameters(),
    "one_event_a_row": Parameters(),
    "encoding": Parameters(),
    "block_unknown": Parameters(),
    "block_repeated": Parameters(),
    "block_missing": Parameters(),
    "element_unknown": Parameters(),
    "element_repeated": Parameters(),
    "link_changed": Parameters(),
    "carried_over": Parameters(),
    "open_beside": Parameters(),
    "lists_not_judged": Parameters(),
    "rule_failed": Parameters(),
    "no_other_columns": Parameters(),
    "required_with_event": Parameters(frozenset({"section"})),
    "same_on_rows": Parameters(),
    "same_for_client": Parameters(frozenset({"owner"})),
    "belongs_to_one": Parameters(frozenset({"owner"})),
    "appears_once": Parameters(),
    "row_again": Parameters(),
    "table_read": Parameters(),
    "like_another": Parameters(frozenset({"owner", "within"})),
    "one_agency": Parameters(),
    "zeros_lost": Parameters(),
    "other_data_set": Parameters(),
}
# A value that fails one of these cannot be read, so it is not compared with others.
UNREADABLE = frozenset({"trimmed", "real_date", "layout"})


def field_pattern(name: str, required: str = "", optional: str = "") -> Callable[[FieldPattern], FieldPattern]:
    """Register a field pattern under the name rules.csv uses."""

    def register(function: FieldPattern) -> FieldPattern:
        FIELD_PATTERNS[name] = function
        PARAMETERS[name] = Parameters(frozenset(required.split()), frozenset(optional.split()))
        return function

    return register


def record_pattern(
    name: str, required: str = "", optional: str = "", *, about_filled: bool = False
) -> Callable[[RecordPattern], RecordPattern]:
    """Register a record pattern under the name rules.csv uses; `about_filled`: it is silent about an empty field."""

    def register(function: RecordPattern) -> RecordPattern:
        RECORD_PATTERNS[name] = function
        if about_filled:
            ABOUT_FILLED.add(name)
        PARAMETERS[name] = Parameters(frozenset(required.split()), frozenset(optional.split()))
        return function

    return register


def column_doubt(name: str) -> Callable[[ColumnDoubts], ColumnDoubts]:
    """Register where a record pattern may have something to say."""

    def register(function: ColumnDoubts) -> ColumnDoubts:
        COLUMN_DOUBTS[name] = function
        return function

    return register


def journey_pattern(name: str, required: str = "", optional: str = "") -> Callable[[JourneyPattern], JourneyPattern]:
    """Register a pattern that looks at an episode with all its events, under the name rules.csv uses."""

    def register(function: JourneyPattern) -> JourneyPattern:
        JOURNEY_PATTERNS[name] = function
        PARAMETERS[name] = Parameters(frozenset(required.split()), frozenset(optional.split()))
        return function

    return register


def headers_in(row: RuleRow, name: str) -> tuple[str, ...]:
    """The headers that a parameter lists, separated by spaces."""
    return tuple(row.parameters.get(name, "").split())


def condition_in(row: RuleRow, standard: Standard) -> Condition | None:
    """The row's `when` condition, if it has one."""
    text = row.parameters.get("when")
    return parse_condition(text, standard.by_header, standard.values) if text else None
