"""The shape of a national standard: sections, fields, code lists, rules, roles. All of it is data (see `loader`).

Everything here is frozen; one `Standard` is shared by the form, the checker, the exporters and the sample data.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from validators.records import Severity, Values
from validators.standard.checklist import ChecklistItem
from validators.standard.conditions import Condition
from validators.standard.edition import CodeFacts, Edition, Enquiry, GuardedFields, JourneyTerms, RuleStatus
from validators.standard.measures import Measure
from validators.standard.return_xml import XmlForm
from validators.standard.settings import AgencySetting
from validators.standard.terminology import Terms

# The parts that program code asks for by name; a standard names the field that plays each.
ROLES = (
    "client_id", "client_reference", "given_initial", "family_initial", "birth_date", "sex", "agency", "episode_id",
    "software", "consent", "postcode", "opened", "assessed", "begun", "closed", "closure_reason",
    "ethnicity", "residence", "nhs_number",
)  # fmt: skip
Level = Literal["client", "episode", "event"]
ListStatus = Literal["published", "site", "unverified", "unknown"]
LayoutKind = Literal["alpha", "numeric", "alphanumeric", "any", "date"]
Keyed = Literal["person", "made", "written", "store"]
LIST_STATUSES: tuple[ListStatus, ...] = ("published", "site", "unverified", "unknown")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a value is written: `C(36)`, `N(2)`, `A(1)`, `(1)`, `YYYYMMDD`, `YYYY-MM-DD`.

    `kind` is `alpha` (upper-case letters), `numeric` (ASCII digits), `alphanumeric` (ASCII letters and digits), `any`
    (printable characters) or `date`; `length` is the longest a value may be.
    """

    text: str
    kind: LayoutKind
    length: int

    @classmethod
    def parse(cls, text: str) -> "Layout":
        """Read a published layout. Raises ValueError for one that is not known.

        C, and a length alone, are alphanumeric; which of their fields take any character the loader says. A part of a
        date (MMYYYY) is so many digits: it is compared with no day.
        """
        if text in ("MMYYYY", "YYYYMM", "YYYY"):
            return cls(text, "numeric", len(text))
        if text in ("YYYYMMDD", "YYYY-MM-DD", "CCYY-MM-DD"):
            return cls(text, "date", len(text))
        match = re.fullmatch(r"([ANC]?)\((?:max)?([1-9][0-9]{0,3})\)", text)
        if match is None:
            raise ValueError(
                f"the layout {text!r} is none of A(n), N(n), C(n), C(maxn), (n), YYYYMMDD, YYYY-MM-DD, MMYYYY, YYYY"
            )
        kinds: dict[str, LayoutKind] = {"A": "alpha", "N": "numeric"}
        return cls(text, kinds.get(match[1], "alphanumeric"), int(match[2]))


def without_zeros(code: str) -> str:
    """A code as codes are compared: one of digits without its leading zeros, which spreadsheets drop."""
    return code.lstrip("0") if code.isascii() and code.isdigit() else code


@dataclass(frozen=True, slots=True)
class Section:
    """A group of fields that one page of the form and one kind of record hold.

    `id_field` and `date_field` are what an event is known by; empty for clients and episodes. A standard whose events
    have no identifier leaves `id_field` empty there too. `kind_field` says by a code what kind of event it is, where
    one section holds several. `review_weeks`: a review, held again after so many weeks while the episode goes on; 0 for
    what is not.
    """

    id: str
    level: Level
    title: str
    id_field: str = ""
    date_field: str = ""
    kind_field: str = ""
    review_weeks: int = 0

    @property
    def said(self) -> str:
        """Its title within a sentence: an abbreviation stays as it is."""
        return self.title if self.title.isupper() else self.title.lower()


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the standard.

    `label` is our short name for it, `description` the published one. `required` names the occasion on which it must be
    filled (`consent`, or empty). `keyed` says who fills it: `person`, `made` (an identifier the program makes when the
    record is created), `store` (the agency's own code, put in when the record is kept) or `written` (put in by the
    exporter). `skip_when` is when the form passes it over. `carried`: a new record may take over what the last one has,
    to be confirmed. `status` is `unverified` for one nobody vouches for, `source` where it stands; `was` its header in
    the edition before, `valid_from` and `valid_to` its first and last day, ISO; `data_sets` are
    the names of those of the edition that have it, in brackets where they only accept it, empty for all.
    """

    column: int
    header: str
    section: str
    level: Level
    label: str
    description: str
    layout: Layout
    required: str = ""
    codes: str = ""
    keyed: Keyed = "person"
    skip_when: Condition | None = None
    introduced: str = ""
    group: str = ""
    carried: bool = False
    status: str = ""
    source: str = ""
    was: str = ""
    valid_from: str = ""
    valid_to: str = ""
    data_sets: tuple[str, ...] = ()

    @property
    def is_date(self) -> bool:
        """Whether its values are dates."""
        return self.layout.kind == "date"

    @property
    def is_upper(self) -> bool:
        """Whether its letters are capitals: where the layout says so, and in codes."""
        return self.layout.kind == "alpha" or (self.layout.kind == "alphanumeric" and bool(self.codes))


@dataclass(frozen=True, slots=True)
class CodeList:
    """The permitted values of a field, as far as they are known.

    `status` tells who vouches for it; only a complete list can make a value wrong. `codes` maps code to label in the
    list's order; `labels` are published labels whose code nobody has told us; `help` tells more of some codes, `facts`
    from when to when some are right, where they stand and what follows them.
    """

    id: str
    title: str
    status: ListStatus
    complete: bool
    source: str
    codes: Mapping[str, str]
    labels: tuple[str, ...] = ()
    note: str = ""
    help: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, CodeFacts] = field(default_factory=dict)

    @property
    def decides(self) -> bool:
        """Whether a value outside the list is wrong (rather than merely not suggested)."""
        return self.complete and bool(self.codes) and self.status != "unknown"

    def meant(self, value: str) -> str:
        """The one code that a value is but for leading zeros or capitals; "" where it is a code, or could be several.

        `5` means `05`, `gbr` means `GBR`.
        """
        if not value or value in self.codes:
            return ""
        bare = without_zeros(value.upper())
        fitting = [code for code in self.codes if len(code) >= len(value) and without_zeros(code) == bare]
        return fitting[0] if len(fitting) == 1 else ""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One row of rules.csv: a pattern applied to fields, under a rule's number.

    A rule may take several rows; their comparisons make one finding. `severity` is `error`, `warning`, `notice` or
    `list` (by the code list's status); `store_severity` replaces it for a stored record. `silences` names rules whose
    findings on the same fields this one makes superfluous. `beside` are headers it looks at and does not
    judge. `line` is where the row stands.
    """

    rule: str
    pattern: str
    fields: tuple[str, ...]
    parameters: Mapping[str, str]
    severity: str
    store_severity: str
    message: str
    silences: tuple[str, ...]
    line: int
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a person reads about a rule: `help` in our words, the `reading` we take, the `source` paragraph.

    `status` tells whether somebody looked at it: `proposed` was read by the program and is applied, `not_checked` is in
    force with its owner and has no rows here: only its `wording`, as the document has it, and the fields that carry it.
    `unread` are the words of a part that is not checked, where the rows hold the rest.
    """

    id: str
    title: str
    help: str
    reading: str
    source: str
    rows: tuple[RuleRow, ...]
    status: RuleStatus = "checked"
    wording: str = ""
    carried_by: tuple[str, ...] = ()
    unread: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """Every header the rule's rows judge, in the order they name them."""
        return tuple(dict.fromkeys((*(header for row in self.rows for header in row.fields), *self.carried_by)))

    @property
    def reads(self) -> frozenset[str]:
        """Every header the rule looks at: those it judges, those it compares with, those its conditions ask."""
        return frozenset((*(header for row in self.rows for header in (*row.fields, *row.beside)), *self.carried_by))


@dataclass(frozen=True, slots=True)
class SubmissionFormat:
    """How a return is written and when. `format` names what writes and reads it, `after_period` says what becomes of
    facts dated after the reporting period, `file_name` may use {agency}, {from}, {to}, {edition} and {kind}, `status`
    tells whether its owner confirmed it, `kinds` are the kinds of extract, the usual one first (none: an extract always
    holds its whole period)."""

    format: str
    calendar: str
    file_name: str
    encoding: str
    line_ending: str
    quoting: Literal["minimal", "all"]
    after_period: Literal["hold", "send"]
    status: ListStatus
    note: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standard:
    """One national data set in one edition.

    `roles` says which header plays which part (`closed` → DISD), `values` names sets of codes (`consented` → Y),
    `no_consent_carries` the only columns a record without consent may fill, `shortened` the columns whose exported
    value is shorter than the kept one (header → how), `printed` headings that the document prints otherwise (heading →
    header), `checklist` the items of a submission's checklist, `numbered` the numbers the program gives where nobody
    types one, `second_keying` the fields that a second person keys again, `enquiries` who is asked about it, `settings`
    what agencies say of themselves, `measures` what they are measured by, `xml` a return's form. `whole` tells of the
    edition with all its data sets; `file_headers` are the columns of its returns where they are more than its own
    fields; `guarded` are fields with a consent of their own, `journeys` how episodes make journeys; `kept_back` are
    fields that never leave, because the edition does not say when they may; `held_in` says of an edition that was left
    which headers hold its values now.
    """

    id: str
    title: str
    edition: str
    document: str
    date_layout: Layout
    sections: tuple[Section, ...]
    fields: tuple[Field, ...]
    code_lists: Mapping[str, CodeList]
    rules: tuple[Rule, ...]
    roles: Mapping[str, str]
    values: Mapping[str, frozenset[str]]
    no_consent_carries: tuple[str, ...]
    shortened: Mapping[str, str]
    submission: SubmissionFormat
    words: Mapping[str, str] = field(default_factory=dict)
    extracted_when: tuple[str, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    numbered: tuple[str, ...] = ()
    second_keying: tuple[str, ...] = ()
    enquiries: tuple[Enquiry, ...] = ()
    settings: tuple[AgencySetting, ...] = ()
    measures: tuple[Measure, ...] = ()
    xml: XmlForm | None = None
    printed: Mapping[str, str] = field(default_factory=dict)
    whole: Edition = field(default_factory=lambda: Edition(""))
    file_headers: tuple[str, ...] = ()
    guarded: GuardedFields | None = None
    kept_back: tuple[str, ...] = ()
    held_in: Mapping[str, str] = field(default_factory=dict)
    journeys: JourneyTerms | None = None

    @cached_property
    def by_header(self) -> Mapping[str, Field]:
        """The fields by their header."""
        return {item.header: item for item in self.fields}

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """All headers in column order."""
        return tuple(item.header for item in self.fields)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """All columns that a return has: those of other data sets of the edition among them."""
        return self.file_headers or self.headers

    @cached_property
    def foreign(self) -> tuple[str, ...]:
        """The columns of a return that belong to other data sets and stay empty."""
        own = self.by_header
        return tuple(header for header in self.file_headers if header not in own)

    @cached_property
    def section_by_id(self) -> Mapping[str, Section]:
        """The sections by their id."""
        return {section.id: section for section in self.sections}

    @cached_property
    def event_sections(self) -> tuple[Section, ...]:
        """The sections whose records are events, in the standard's order."""
        return tuple(section for section in self.sections if section.level == "event")

    @cached_property
    def named_sections(self) -> frozenset[str]:
        """The sections whose events bear an identifier that the program makes: only that tells an event from those of
        all others. A number that persons give is one of its episode; every client has a first event."""
        own = self.by_header
        return frozenset(
            one.id for one in self.event_sections if one.id_field in own and own[one.id_field].keyed == "made"
        )

    @cached_property
    def _headings(self) -> Mapping[str, str]:
        return {
            heading.casefold(): header for heading, header in {**{h: h for h in self.columns}, **self.printed}.items()
        }

    def header_meant(self, heading: str) -> str:
        """The header that the heading of a column means, blanks around it, case and misprints aside; "" for none."""
        return self._headings.get(heading.strip().casefold(), "")

    @cached_property
    def headers_by_level(self) -> Mapping[Level, tuple[str, ...]]:
        """The headers of client, episode and event fields, each in column order."""
        levels: tuple[Level, ...] = ("client", "episode", "event")
        return {level: tuple(item.header for item in self.fields if item.level == level) for level in levels}

    @cached_property
    def headers_by_section(self) -> Mapping[str, tuple[str, ...]]:
        """The headers of every section, in column order."""
        return {
            section.id: tuple(item.header for item in self.fields if item.section == section.id)
            for section in self.sections
        }

    @cached_property
    def rule_by_id(self) -> Mapping[str, Rule]:
        """The rules by their number or name."""
        return {rule.id: rule for rule in self.rules}

    def word(self, kind: str) -> str:
        """What the standard calls a client, an episode, an event."""
        return self.words.get(kind, kind)

    @cached_property
    def terms(self) -> Terms:
        """What our sentences call things for readers of this standard."""
        return Terms(self.words)

    def say(self, template: str, /, **values: object) -> str:
        """A sentence from a template of ours, in the standard's terms; see `Terms.say`."""
        return self.terms.say(template, **values)

    def counted(self, number: int, kind: str) -> str:
        """So many clients, episodes, events or rows, in the standard's terms."""
        return self.terms.counted(number, kind)

    def role(self, name: str) -> str:
        """The header that plays a part, or an empty text where the standard has none."""
        return self.roles.get(name, "")

    def rules_reading(self, header: str) -> tuple[str, ...]:
        """The rules that look at a field, in the standard's order."""
        return tuple(rule.id for rule in self.rules if header in rule.reads)

    def severities(self, rule: Rule) -> list[str]:
        """The severities a rule's findings can have, the heaviest first; a list's status decides where it says so."""
        found: set[str] = set()
        for row in rule.rows:
            if row.severity == "list":
                for header in row.fields:
                    code_list = self.code_lists[self.by_header[header].codes]
                    if code_list.decides:
                        found.add("error" if code_list.status in ("published", "site") else "warning")
            else:
                found |= {row.severity, row.store_severity}
        return [severity.value for severity in Severity if severity.value in found]

    def has_consent(self, values: Values) -> bool:
        """Whether the episode's values may be sent in full. A standard without a consent field always may."""
        header, consented = self._consent
        return not header or values.get(header, "") in consented

    def withholds(self, values: Values) -> bool:
        """Whether consent was answered and not given, so that only `no_consent_carries` may be sent."""
        header, consented = self._consent
        answer = values.get(header)
        return bool(answer) and answer not in consented

    def is_answer(self, text: str) -> bool:
        """Whether a text is an answer to the question of consent. One that is longer than its field is none: it may be
        anything, and never leaves."""
        return 0 < len(text) <= self.by_header[self.role("consent")].layout.length

    @cached_property
    def _consent(self) -> tuple[str, frozenset[str]]:
        # Asked several times for every record. No value stands under an empty header.
        header = self.role("consent")
        return header, self.values["consented"] if header else frozenset()
