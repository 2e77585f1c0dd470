"""Records that the rules find nothing wrong with, made from the standard itself, to change one thing of.

`episode(TRIAGED="20200109")` says what is different by the standard's own headers, which is all a test has to tell.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from validators.calendar.periods import reporting_period
from validators.records import EpisodeRecord, Event, Finding, Source
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import SHIPPED
from validators.standard.loader import load_standard
from validators.standard.model import Level, Standard

STANDARD = load_standard(SHIPPED / "ndtms_cjit_p")
CHECKER = Checker(STANDARD)
TODAY = date(2021, 1, 10)

BY_ROLE = {
    "client_id": "client-one",
    "given_initial": "G",
    "family_initial": "H",
    "birth_date": "19850615",
    "agency": "T0123",
    "client_reference": "000001",
    "episode_id": "episode-one",
    "software": "Keywork test",
    "consent": "Y",
    "postcode": "NW7 3",
    "opened": "20200110",
    "assessed": "20200113",
    "begun": "20200120",
}
EVENT_DAY = "20200301"
CLOSED = {"DISD": "20200601", "CJDISRSN": "1"}


def valid_values(standard: Standard = STANDARD) -> dict[str, str]:
    """Header → value of an open, consented episode: the parts it plays, and the first code of what else is required."""
    parts = {header: BY_ROLE[role] for role, header in standard.roles.items() if role in BY_ROLE}
    for field in standard.fields:
        if field.required and field.header not in parts:
            parts[field.header] = next(iter(standard.code_lists[field.codes].codes))
    return parts


def record_of(values: dict[str, str], *events: Event, standard: Standard = STANDARD) -> EpisodeRecord:
    """A record of these values, each at the level where the standard has it."""

    def at(level: Level) -> dict[str, str]:
        return {header: value for header, value in values.items() if standard.by_header[header].level == level}

    assert not at("event"), "an event's values belong in event(...)"
    return EpisodeRecord(at("client"), at("episode"), events)


def episode(*events: Event, **changes: str) -> EpisodeRecord:
    """A valid episode with these events, but for the changes."""
    return record_of({**valid_values(), **changes}, *events)


def withheld(*events: Event, **changes: str) -> EpisodeRecord:
    """An episode whose client did not consent, with the columns it may carry, but for the changes."""
    carried = {header: value for header, value in valid_values().items() if header in STANDARD.no_consent_carries}
    return record_of({**carried, STANDARD.role("consent"): "N", **changes}, *events)


def event(section: str, **changes: str) -> Event:
    """A valid event of a section (`sub_intervention`, `referral`), but for the changes."""
    known = STANDARD.section_by_id[section]
    return Event(section, {known.id_field: f"{section}-one", known.date_field: EVENT_DAY, **changes})


def on_lines(record: EpisodeRecord, *lines: int) -> EpisodeRecord:
    """The record as it would come from these lines of a file: an event on each, as far as there are events."""
    events = [replace(event, line=line) for event, line in zip(record.events, lines, strict=False)]
    return replace(record, events=tuple(events), lines=lines)


def with_value(header: str, value: str) -> EpisodeRecord:
    """A valid record in which one field, of whatever level, has this value."""
    field = STANDARD.by_header[header]
    if field.level == "event":
        return episode(event(field.section, **{header: value}))
    return episode(**{header: value})


def checked(record: EpisodeRecord, source: Source = "file", submission: str = "", today: date = TODAY) -> list[Finding]:
    """What the rules say of a record."""
    period = reporting_period(STANDARD.submission.calendar, submission) if submission else None
    return CHECKER.check(record, Context(today, source, period))


def told(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Findings as a person would note them: `error 9 at TRIAGED of TRIAGED REFLD`, `error header`, `error 2 at DAT`."""
    return tuple(
        f"{finding.severity.value} {finding.rule}"
        + (f" at {finding.field}" if finding.field else "")
        + (f" of {' '.join(finding.fields)}" if len(finding.fields) > 1 else "")
        for finding in findings
    )
