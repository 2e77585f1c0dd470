"""A Welsh journey the rules find nothing wrong with, to change one thing of."""

from dataclasses import dataclass
from datetime import date

from validators.records import EpisodeRecord, Event, Finding
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import SHIPPED
from validators.standard.loader import load_standard

WALES = load_standard(SHIPPED / "smds_wales")
CHECKER = Checker(WALES)
TODAY = date(2026, 11, 20)
VALID = {
    "NHSNO": "9990000018",
    "SURNAME1": "W",
    "FORENAME1": "E",
    "DOB": "1985-06-15",
    "AGENCY": "T00123",
    "CLIENTNO": "42",
    "REFDATE": "2026-03-02",
    "REFSOURCE": "01",
    "ASSDATE": "2026-03-06",
}
CLOSED = {"ENDDATE": "2026-06-30", "ENDREASON": "01"}


@dataclass(frozen=True)
class Row:
    """What is changed, the rule it is about, and all that is told of it."""

    rule: str
    record: EpisodeRecord
    told: tuple[str, ...]
    settings: dict[str, str]

    @property
    def name(self) -> str:
        """What pytest calls it."""
        return f"{self.rule}: {' '.join(self.told) or 'nothing'}"


def modality(code: str = "06", start: str = "2026-03-12", **changes: str) -> Event:
    """A modality that has begun."""
    values = {"MODALITY": code, "MODREFD": "2026-03-06", "MODOFFERD": "2026-03-10", "MODSTARTD": start}
    return Event("modality", {**values, **changes})


def top(**changes: str) -> Event:
    """A Treatment Outcomes Profile."""
    return Event("top", {"TOPNO": "1", "TOPDATE": "2026-03-12", **changes})


def nhs_number(client: str) -> str:
    """The number of another client, in the range kept for tests; none where the client's number is none."""
    digits = f"999{int(client) % 10**6:06d}" if client.isascii() and client.isdigit() else ""
    left = sum((10 - place) * int(digit) for place, digit in enumerate(digits)) % 11
    return f"{digits}{(11 - left) % 11}" if digits and left != 1 else ""


def journey(*events: Event, **changes: str) -> EpisodeRecord:
    """A valid journey with these events, but for the changes."""
    values = {**VALID, **changes}
    if "NHSNO" not in changes and values["CLIENTNO"] != VALID["CLIENTNO"]:
        values["NHSNO"] = nhs_number(values["CLIENTNO"])
    client = {h: v for h, v in values.items() if WALES.by_header[h].level == "client"}
    return EpisodeRecord(client, {h: v for h, v in values.items() if h not in client}, events)


def row(rule: str, *parts: str | Event | dict[str, str], **changes: str) -> Row:
    """A journey with these events but for the changes, and what is told of it; a mapping is the agency's settings."""
    events = [part for part in parts if isinstance(part, Event)]
    settings = next((part for part in parts if isinstance(part, dict)), {})
    return Row(rule, journey(*events, **changes), tuple(p for p in parts if isinstance(p, str)), settings)


def checked(record: EpisodeRecord, settings: dict[str, str] | None = None) -> list[Finding]:
    """What the rules say of a journey."""
    return CHECKER.check(record, Context(TODAY, settings=settings or {}))
