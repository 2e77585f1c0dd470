"""A standard just large enough to try the store with, and records that follow it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from validators.records import EpisodeRecord, Event
from validators.standard.model import Field, Layout, Level, Section, Standard, SubmissionFormat

NOW = datetime(2021, 1, 10, 9, 30, tzinfo=UTC)
LATER = datetime(2021, 1, 10, 11, 0, tzinfo=UTC)

COLUMNS: tuple[tuple[str, str, Level, str], ...] = (
    ("CLIENTID", "client", "client", "C(36)"),
    ("FINITIAL", "client", "client", "A(1)"),
    ("SINITIAL", "client", "client", "A(1)"),
    ("DOB", "client", "client", "YYYYMMDD"),
    ("SEX", "client", "client", "N(1)"),
    ("CLIENT", "client", "client", "C(max36)"),
    ("EPISODID", "episode", "episode", "C(36)"),
    ("CONSENT", "episode", "episode", "A(1)"),
    ("PC", "episode", "episode", "C(8)"),
    ("REFLD", "episode", "episode", "YYYYMMDD"),
    ("DISD", "episode", "episode", "YYYYMMDD"),
    ("SUBMID", "sub", "event", "C(36)"),
    ("SUBMODDT", "sub", "event", "YYYYMMDD"),
    ("RECPEER", "sub", "event", "A(1)"),
    ("REFERID", "ref", "event", "C(36)"),
    ("REFDATE", "ref", "event", "YYYYMMDD"),
)
MADE = ("CLIENTID", "EPISODID", "SUBMID", "REFERID")

STANDARD = Standard(
    id="small",
    title="Small",
    edition="S",
    document="none",
    date_layout=Layout.parse("YYYYMMDD"),
    sections=(
        Section("client", "client", "Client"),
        Section("episode", "episode", "Episode"),
        Section("sub", "event", "Sub-intervention", "SUBMID", "SUBMODDT"),
        Section("ref", "event", "Referral", "REFERID", "REFDATE"),
    ),
    fields=tuple(
        Field(
            number,
            header,
            section,
            level,
            header,
            header,
            Layout.parse(layout),
            keyed="made" if header in MADE else "person",
        )
        for number, (header, section, level, layout) in enumerate(COLUMNS, 1)
    ),
    code_lists={},
    rules=(),
    roles={
        "client_id": "CLIENTID",
        "client_reference": "CLIENT",
        "given_initial": "FINITIAL",
        "family_initial": "SINITIAL",
        "birth_date": "DOB",
        "sex": "SEX",
        "episode_id": "EPISODID",
        "consent": "CONSENT",
        "postcode": "PC",
        "opened": "REFLD",
        "closed": "DISD",
    },
    values={"consented": frozenset({"Y"})},
    no_consent_carries=("CLIENTID", "EPISODID", "CONSENT"),
    shortened={"PC": "postcode_part"},
    submission=SubmissionFormat("csv", "ndtms", "x", "utf-8", "crlf", "minimal", "hold", "unverified"),
)


def standards(name: str) -> Standard:
    """The one standard there is."""
    assert name == STANDARD.id
    return STANDARD


def records(count: int) -> Iterator[EpisodeRecord]:
    """Episodes of believable shape: three for two clients, none to two events each."""
    for index in range(count):
        who = index * 2 // 3
        client = {"CLIENTID": f"c{who}", "FINITIAL": "A", "DOB": "19800229", "CLIENT": f"Señor-{who}"}
        episode = {"EPISODID": f"e{index}", "CONSENT": "Y", "PC": "B15 2TT", "REFLD": "20200101", "DISD": ""}
        events = tuple(
            Event("sub" if step else "ref", {"SUBMID" if step else "REFERID": f"v{index}.{step}", "RECPEER": "Y"})
            for step in range(index % 3)
        )
        yield EpisodeRecord(client, episode, events, client_id=f"c{who}")
