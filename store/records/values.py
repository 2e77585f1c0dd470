"""Values as typed: how they are kept as text, and the columns that are derived from them by the standard's roles."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from store.facts import Kind
from validators.dates import parse_date
from validators.problems import Problem
from validators.records import EpisodeRecord, Values
from validators.rules.field_patterns import SHORTENERS
from validators.standard.model import RuleRow, Standard
from validators.standard.terminology import Sentence, term
from validators.version import VERSION

if TYPE_CHECKING:
    from validators.rules.checker import Checker

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
# What `decode` calls between its own checks; the type stubs do not tell of it.
_scan: Callable[[str, int], tuple[dict[str, str], int]] = vars(json.JSONDecoder())["scan_once"]

Standards = Callable[[str], Standard]

_KEPT_FINDINGS = 11
"""Raised where what is kept of a finding changes: those kept before are found again."""
DATE = re.compile(r"(\d{4})(-?)(\d{2})\2(\d{2})", re.ASCII)


def pack(values: Mapping[str, str], what: str | Sentence) -> str:
    """The text a record's values are kept as: compact JSON without the empty ones, which mean the same as absent ones.

    Raises Problem, naming `what`, for half a surrogate pair, which no encoding can hold.
    """
    text = _encode({header: value for header, value in values.items() if value})
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Problem(
                Sentence("The {what} holds a character that cannot be stored: type it again.", what=what)
            ) from None
    return text


def named(kind: Kind, record_id: str) -> Sentence:
    """A record by its kind and id, within a sentence."""
    return Sentence("{kind} {id}", kind=term(kind), id=record_id)


def unpack(text: str) -> dict[str, str]:
    """The values of a packed text. Half the price of json.loads, which prepares for texts that we did not write."""
    return _scan(text, 0)[0]


def stamp(now: datetime) -> str:
    """A moment as it is kept: UTC, to the second, comparable as text. Raises ValueError for a time without a zone."""
    if now.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return now.astimezone(UTC).isoformat(timespec="seconds")


@lru_cache(maxsize=1024)
def moment(text: str) -> datetime:
    """A kept moment, in UTC."""
    return datetime.fromisoformat(text)


@lru_cache(maxsize=8192)
def sortable(text: str) -> str:
    """A date of any standard as YYYY-MM-DD; what is no date stays as typed, so that "there is one" is still known."""
    match = DATE.fullmatch(text)
    if match is None:
        return text
    try:
        return date(int(match[1]), int(match[3]), int(match[4])).isoformat()
    except ValueError:
        return text


def is_day(text: str) -> bool:
    """Whether a kept date is one, rather than what somebody typed in its place."""
    return len(text) == len("2020-01-01") and parse_date(text) is not None


def _searchable(how: str) -> Callable[[str], str]:
    """What lists show and search of a value that is exported shorter: the short form, however it is spaced."""
    shorten = SHORTENERS.get(how, str)
    return lambda text: shorten(" ".join(text.split()))


def closed_up(number: str) -> str:
    """A number that is printed in groups, without what parts them."""
    return "".join(number.split()).replace("-", "")


def _plain_row(row: RuleRow) -> tuple[object, ...]:
    """A row of a rule as it decides, in an order that does not change from run to run."""
    parameters = sorted(row.parameters.items())
    return row.pattern, row.fields, parameters, row.severity, row.store_severity, row.message, row.silences


def _sending(its: Standard) -> tuple[object, ...]:
    """What decides which part of an episode is sent, and how: what would be sent is checked, too."""
    guarded, xml = its.guarded, its.xml
    return (
        *(its.submission, its.sections, its.date_layout.text, its.kept_back, its.journeys, its.file_headers),
        sorted(its.shortened.items()),
        guarded and (guarded.setting, guarded.consent, sorted(guarded.consented), guarded.headers),
        xml and (xml.root, xml.message, xml.blocks, sorted(xml.elements.items())),
    )


class Deriver:
    """Derives a record's columns from its values, by one standard's roles. Made once per standard."""

    def __init__(self, standard: Standard) -> None:
        """Take the standard; look its roles up once."""
        role = standard.role
        self._standard = standard
        self._sections = standard.section_by_id
        self._client = (
            ("external_id", role("client_id"), str),
            ("reference", role("client_reference"), str),
            ("given_initial", role("given_initial"), str.upper),
            ("family_initial", role("family_initial"), str.upper),
            ("birth_date", role("birth_date"), sortable),
            ("sex", role("sex"), str),
            ("nhs_number", role("nhs_number"), closed_up),
        )
        self._episode = (
            ("external_id", role("episode_id"), str),
            ("opened", role("opened"), sortable),
            ("begun", role("begun"), sortable),
            ("closed", role("closed"), sortable),
            ("assessed", role("assessed"), sortable),
            ("consent", role("consent"), lambda text: text if standard.is_answer(text) else ""),
            ("postcode_part", role("postcode"), _searchable(standard.shortened.get(role("postcode"), ""))),
        )

    @property
    def standard(self) -> Standard:
        """The standard it derives by."""
        return self._standard

    @cached_property
    def checker(self) -> "Checker":
        """The standard's rules, ready to be applied; compiled when they are first asked for."""
        from validators.rules.checker import Checker  # only where something is checked

        return Checker(self._standard)

    def has_events(self, section: str) -> bool:
        """Whether there are events of a section: an agency that has changed its letter may keep others, too."""
        held = self._sections.get(section)
        return held is not None and held.level == "event"

    def columns(self, kind: Kind, section: str, values: Values) -> dict[str, str | None]:
        """The derived columns of a record; None where there is no value. Raises Problem for an unknown section."""
        if kind == "event":
            if not self.has_events(section):
                raise Problem(f"The standard {self._standard.id} has no section {section!r} for events: check the id.")
            held = self._sections[section]
            day = values.get(held.date_field, "")
            return {"external_id": values.get(held.id_field) or None, "date": sortable(day) if day else None}
        found: dict[str, str | None] = {}
        for column, header, how in self._client if kind == "client" else self._episode:
            value = values.get(header, "")
            found[column] = (how(value) or None) if value else None
        return found

    def withholds(self, consent: str) -> bool:
        """Whether an answer to the question of consent is one that withholds it."""
        return bool(consent) and consent not in self._standard.values.get("consented", frozenset())

    @property
    def begins(self) -> bool:
        """Whether an episode has a day on which it is begun, apart from its opening."""
        return bool(self._standard.role("begun"))

    @property
    def asks_consent(self) -> bool:
        """Whether the standard asks for consent."""
        return bool(self._standard.role("consent"))

    @cached_property
    def reviews(self) -> frozenset[str]:
        """The sections that are held again and again while an episode goes on."""
        return frozenset(one.id for one in self._standard.sections if one.review_weeks)

    @property
    def review(self) -> int:
        """After how many weeks a review is held again; 0 where there are none."""
        return max((one.review_weeks for one in self._standard.sections), default=0)

    def rows(self, record: EpisodeRecord) -> int:
        """How many rows of an extract an episode takes: without consent one, however much is known."""
        return 1 if self._standard.withholds(record.episode) else record.rows

    @property
    def holds(self) -> bool:
        """Whether facts dated after a reporting period wait for the next one."""
        return self._standard.submission.after_period == "hold"

    @property
    def sends_news(self) -> bool:
        """Whether an extract holds what was not sent before, however long ago it was."""
        return bool(self._standard.submission.kinds)

    @property
    def consented(self) -> frozenset[str] | None:
        """The answers that give consent; None where the standard does not ask."""
        return self._standard.values.get("consented", frozenset()) if self._standard.role("consent") else None

    def extracted_columns(self) -> list[str]:
        """The derived columns of which one must be filled for an episode to be extracted; none where nothing need be.

        None either where a field among them has no column: then columns cannot tell.
        """
        columns = {header: column for column, header, _ in self._episode if header}
        wanted = self._standard.extracted_when
        return [columns[header] for header in wanted] if all(header in columns for header in wanted) else []

    def level(self, header: str) -> Kind | None:
        """The kind of record that holds a field, None for a field the standard does not know."""
        field = self._standard.by_header.get(header)
        return field.level if field else None

    def section(self, header: str) -> str:
        """The section that holds a field, empty for one the standard does not know."""
        field = self._standard.by_header.get(header)
        return field.section if field else ""

    @cached_property
    def fingerprint(self) -> str:
        """A digest of all that a check depends on: what was found by another standard, or program, is found again."""
        its = self._standard
        fields = [
            (
                *(one.header, one.section, one.label, one.layout.text, one.required, one.codes, one.keyed),
                one.skip_when and one.skip_when.text,
            )
            for one in its.fields
        ]
        lists = [(key, one.status, one.complete, list(one.codes)) for key, one in sorted(its.code_lists.items())]
        days = [
            (key, code, facts.valid_from, facts.valid_to)
            for key, one in sorted(its.code_lists.items())
            for code, facts in one.facts.items()
            if facts.valid_from or facts.valid_to
        ]
        rules = [(rule.id, row) for rule in its.rules for row in map(_plain_row, rule.rows)]
        values = [(name, sorted(codes)) for name, codes in sorted(its.values.items())]
        roles = sorted(its.roles.items())
        rest = (VERSION, _KEPT_FINDINGS, its.id, its.edition, its.no_consent_carries, its.extracted_when)
        text = repr((rest, fields, lists, days, rules, values, roles, _sending(its)))
        return blake2b(text.encode(), digest_size=8).hexdigest()

    def grounds(self, settings: Mapping[str, str]) -> str:
        """The fingerprint with a digest of what an agency says of itself, as far as the standard asks it."""
        told = [(one.id, settings[one.id]) for one in self._standard.settings if settings.get(one.id)]
        if not told:
            return self.fingerprint
        return f"{self.fingerprint} {blake2b(repr(sorted(told)).encode(), digest_size=8).hexdigest()}"

    def made_id(self, kind: Kind, section: str) -> str:
        """The header of the identifier that the program makes for such a record, empty when there is none."""
        if kind == "event":
            held = self._sections.get(section)
            header = held.id_field if held else ""
        else:
            header = self._standard.role("client_id" if kind == "client" else "episode_id")
        field = self._standard.by_header.get(header)
        return header if field is not None and field.keyed == "made" else ""

    def numbered(self, kind: Kind) -> tuple[str, ...]:
        """The headers of such a record that the program fills with a number where nobody typed one."""
        return tuple(h for h in self._standard.numbered if self._standard.by_header[h].level == kind)


class Derivers(Mapping[str, Deriver]):
    """A deriver for each standard, made when it is first asked for."""

    def __init__(self, standards: Standards) -> None:
        """Take what gives a standard for its id."""
        self._standards = standards
        self._made: dict[str, Deriver] = {}

    def __getitem__(self, standard: str) -> Deriver:
        if standard not in self._made:
            self._made[standard] = Deriver(self._standards(standard))
        return self._made[standard]

    def forget(self) -> None:
        """Another edition may be in force: make each anew when it is asked for again."""
        self._made.clear()

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)
