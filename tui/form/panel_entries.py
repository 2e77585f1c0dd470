"""What the panel lists and what F8 and F7 walk. Pure: findings and places in, entries and places out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tui.form.record_model import RecordModel
from tui.form.row_drawing import ACCEPTED, SIGNS, TO_DO, WEIGHT
from validators.records import Finding, Severity
from validators.standard.model import Standard

Kind = Literal["error", "warning", "notice", "to do", "accepted"]
SIGN: Mapping[Kind, str] = {
    "error": SIGNS[Severity.ERROR],
    "warning": SIGNS[Severity.WARNING],
    "notice": SIGNS[Severity.NOTICE],
    "to do": TO_DO,
    "accepted": ACCEPTED,
}


class RecordKey(NamedTuple):
    """Which record of a client: its section and, as far as its level needs them, the store's ids.

    A client's findings carry no episode here and an episode's no event, so that a fault in a client field is one place
    whichever episode showed it.
    """

    section: str
    client_id: str = ""
    episode_id: str = ""
    event_id: str = ""

    @classmethod
    def of(cls, finding: Finding, standard: Standard) -> "RecordKey":
        """The record that a finding lands in: that of the field to jump to."""
        return cls._in(*_home(standard, finding, finding.field), finding)

    @classmethod
    def all_of(cls, finding: Finding, standard: Standard) -> "frozenset[RecordKey]":
        """Every record of which a field takes part in a finding."""
        homes = {_home(standard, finding, header) for header in (finding.field, *finding.fields)}
        return frozenset(cls._in(*home, finding) for home in homes)

    @classmethod
    def _in(cls, section: str, level: str, finding: Finding) -> "RecordKey":
        return cls(
            section,
            finding.client_id,
            "" if level == "client" else finding.episode_id,
            finding.event_id if level == "event" else "",
        )


def _home(standard: Standard, finding: Finding, header: str) -> tuple[str, str]:
    """The section and the level that a field of a finding stands in."""
    field = standard.by_header.get(header)
    return (field.section, field.level) if field else (finding.section, "client")


class Place(NamedTuple):
    """A field of a record."""

    record: RecordKey
    header: str


Part = Callable[[Finding], tuple[Finding | None, Sequence[Place]]]
"""Parts a finding from the fields that are merely still to do, each with its place."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the panel. `own` is whether it concerns the record on the form; `finding` is None for a to-do.

    `landing` is where F8 leads, when that is another field of the record than the one the rule names; `accepted` says
    who accepted it and why. `passed`: F8 does not stop there, because there is nothing that whoever keys could mend.
    """

    kind: Kind
    own: bool
    place: Place
    label: str
    sentence: str
    rule: str = ""
    values: str = ""
    finding: Finding | None = None
    landing: str = ""
    accepted: str = ""
    passed: bool = False

    @property
    def stop(self) -> Place:
        """The field to land in."""
        return Place(self.place.record, self.landing or self.place.header)

    @property
    def text(self) -> str:
        """The entry in one line: sign, what is wrong, the rule's number, the values."""
        rule = f" ({self.rule})" if self.rule else ""
        parts = (SIGN[self.kind], f"{self.sentence}{rule}", self.accepted and f"[{self.accepted}]", self.values)
        return " ".join(part for part in parts if part)


def _told(value: str) -> str:
    """A value as the panel shows it: none said so, and blanks at its ends made visible."""
    return f"'{value}'" if value != value.strip() else value or "empty"


def panel_entries(
    findings: Sequence[Finding],
    model: RecordModel,
    records: Sequence[RecordKey],
    *,
    accepted: Callable[[Finding], str] = lambda finding: "accepted" if finding.accepted else "",
    part: Part | None = None,
) -> tuple[Entry, ...]:
    """What the panel lists: the open record first, then the client's others; in each the weightiest first.

    `findings` are those of the whole client, `records` the keys of the records on the form (one for each section it
    holds; their order is that of the form), `accepted` says of a warning who accepted it and why, else nothing.
    Findings that only say that something nobody has come to yet is empty are listed as still to do. `part` parts these
    from the rest where a finding is about several records; without it the open record judges the fields of all.
    """
    standard, own_records = model.standard, frozenset(records)
    entries: list[tuple[tuple[bool, int, int], Entry]] = []
    shared = _shared(findings)

    def at(header: str) -> RecordKey:
        return next((key for key in records if key.section == model.field(header).section), records[0])

    to_do = {Place(at(header), header): None for header in model.still_to_do()}
    episodes = {record.episode_id for record in records} - {""}
    for whole in findings:
        if part is not None:
            finding, places = part(whole)
            to_do.update(dict.fromkeys(places))
        else:
            mine = not episodes or whole.episode_id in episodes or RecordKey.of(whole, standard) in own_records
            finding, missing = model.without_to_do(whole) if mine else (whole, ())
            to_do.update({Place(at(header), header): None for header in missing if header in model.row_of})
        if finding is None:
            continue
        record = RecordKey.of(finding, standard)
        own = record in own_records
        told = accepted(finding) if finding.severity is Severity.WARNING else ""
        kind: Kind = "accepted" if told else finding.severity.value
        values = ", ".join(f"{header}={_told(finding.values.get(header, ''))}" for header in finding.fields)
        label = _label(standard, finding.field)
        place, landing = Place(record, finding.field), _landing(finding, shared, standard)
        passed = bool(told) or (kind == "notice" and _only_of_a_list(standard, finding.rule))
        entry = Entry(kind, own, place, label, finding.message, finding.rule, values, finding, landing, told, passed)
        entries.append(((not own, 4 if told else WEIGHT[finding.severity], _column(standard, finding.field)), entry))
    for place in to_do:
        own, label = place.record in own_records, _label(standard, place.header)
        entries.append(((not own, 3, _column(standard, place.header)), Entry("to do", own, place, label, label)))
    entries.sort(key=lambda pair: pair[0])  # stable: the checker's order among equals
    return tuple(entry for _, entry in entries)


def walked(entries: Sequence[Entry]) -> tuple[Place, ...]:
    """The places that F8 and F7 go to; what is still to do needs no walking to.

    Every finding but accepted warnings, and notices that a value is in no list we have: the list is known to lack
    some, the value may be right, and such a stop in most records would hide those at which something is to be done.
    """
    return tuple(dict.fromkeys(entry.stop for entry in entries if entry.kind != "to do" and not entry.passed))


def found(entries: Sequence[Entry]) -> tuple[Place, ...]:
    """The places of all findings, walked to or not."""
    return tuple(dict.fromkeys(entry.stop for entry in entries if entry.finding is not None))


def _only_of_a_list(standard: Standard, rule: str) -> bool:
    """Whether a rule says no more than that a value is not in a list that is not complete."""
    known = standard.rule_by_id.get(rule)
    return known is not None and all(row.pattern == "outside_list" for row in known.rows)


def walk(
    places: Sequence[Place],
    at: Place | None,
    records: Sequence[RecordKey],
    standard: Standard,
    step: Literal[1, -1] = 1,
) -> Place | None:
    """The next place with a finding after (or before, `step` -1) where one stands; None at the end.

    Standing nowhere (`at` None) it is the first, or the last.

    The order is that of `records` (all of the client's, as the tree shows them), then of the columns, whatever order
    the findings come in: walking must not jump about when severities change on the way. Records not listed come last.
    """
    rank = {record: number for number, record in enumerate(records)}

    def order(place: Place) -> tuple[int, RecordKey, int]:
        number = rank.get(place.record, len(rank))
        return number, place.record if number == len(rank) else RecordKey(""), _column(standard, place.header)

    stops = sorted(dict.fromkeys(places), key=order)
    if step == -1:
        stops.reverse()
    if at is None:
        return stops[0] if stops else None
    here = order(at)
    return next((place for place in stops if (order(place) > here if step == 1 else order(place) < here)), None)


def counts(entries: Sequence[Entry]) -> str:
    """How many of each kind, in words: `2 errors, 1 warning, 3 to do`; `Nothing wrong` when there are none."""
    parts: list[str] = []
    kinds: tuple[Kind, ...] = ("error", "warning", "notice", "to do", "accepted")
    for kind in kinds:
        if number := sum(entry.kind == kind for entry in entries):
            plural = "s" if number > 1 and kind in ("error", "warning", "notice") else ""
            parts.append(f"{number} {kind}{plural}")
    return ", ".join(parts) or "Nothing wrong"


def _contradicts(finding: Finding) -> bool:
    """Whether values are there and do not go together; where one is missing, it is the missing one to go to."""
    return len(finding.fields) > 1 and all(finding.values.get(header) for header in finding.fields)


def _shared(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    """How many contradictions of an episode each field takes part in."""
    return Counter(
        (one.episode_id, header) for one in findings if _contradicts(one) for header in dict.fromkeys(one.fields)
    )


def _landing(finding: Finding, shared: Counter[tuple[str, str]], standard: Standard) -> str:
    """The field of the record that takes part in most contradictions: one value mended there may end them all."""
    own = standard.by_header.get(finding.field)
    if own is None or not _contradicts(finding):
        return ""
    fields = [standard.by_header[header] for header in finding.fields if header in standard.by_header]
    near = [field.header for field in fields if field.section == own.section and field.keyed == "person"]
    best = max(near, key=lambda header: (shared[finding.episode_id, header], header == own.header), default="")
    return best if best != own.header else ""


def _label(standard: Standard, header: str) -> str:
    field = standard.by_header.get(header)
    return field.label if field else header


def _column(standard: Standard, header: str) -> int:
    field = standard.by_header.get(header)
    return field.column if field else 0
