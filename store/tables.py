"""The tables. Only this room knows them; what leaves it are the shapes in `store.shapes`.

Every record has a `number`, which gives the order of entry that lists and extracts follow, and an `id` known outside.
`typed` holds its values as they were typed; the columns after it are derived from them by the standard's roles.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

# Together with those below they are the store's whole metadata.
from store.list_tables import (
    BESIDE_CHECKS,
    FINDINGS,
    GOING_OUT,
    LINES,
    MERGES,
    NAMES,
    PARTS,
    PRESENCES,
    SAVED,
    STATES,
)
from store.month_tables import (
    ACCEPTANCES,
    CLOSED_DAYS,
    CONFIRMATIONS,
    DAY_FIGURES,
    OVERRIDES,
    SENT_RECORDS,
    SETTINGS,
    SUBMISSIONS,
    TICKS,
)

__all__ = [
    "ACCEPTANCES",
    "AGENCIES",
    "AUDITS",
    "AUDIT_HEADS",
    "AUDIT_VALUES",
    "BESIDE_CHECKS",
    "CLIENTS",
    "CLOSED_DAYS",
    "CONFIRMATIONS",
    "DAY_FIGURES",
    "DRAFTS",
    "EPISODES",
    "EVENTS",
    "EXTRACTS",
    "EXTRACT_CHUNKS",
    "FINDINGS",
    "GOING_OUT",
    "LINES",
    "MERGES",
    "METADATA",
    "NAMES",
    "OVERRIDES",
    "PARTS",
    "PRESENCES",
    "SAVED",
    "SENT_RECORDS",
    "SETTINGS",
    "STATES",
    "SUBMISSIONS",
    "TICKS",
    "VERSIONS",
    "Agency",
    "Client",
    "Episode",
    "Event",
]


class Agency(SQLModel, table=True):
    """An agency reporting by one standard."""

    __table_args__ = (UniqueConstraint("code", "standard"), {"sqlite_autoincrement": True})

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    code: str
    standard: str
    name: str = ""
    region: str = ""


class Kept(SQLModel):
    """What clients, episodes and events have in common."""

    id: str = Field(unique=True)
    typed: str = Field(sa_type=Text)
    version: int = 1
    created_at: str
    created_by: str
    changed_at: str
    changed_by: str
    deleted_at: str | None = None
    external_id: str | None = None


class Client(Kept, table=True):
    """A person in treatment."""

    __table_args__ = (
        Index("ix_client_agency_external", "agency_number", "external_id"),
        Index("ix_client_agency_number", "agency_number", "number"),
        Index("ix_client_changed", "agency_number", "changed_by", "changed_at"),
        Index("ix_client_reference", "agency_number", "reference"),
        {"sqlite_autoincrement": True},
    )

    number: int | None = Field(default=None, primary_key=True)
    agency_number: int = Field(foreign_key="agency.number")
    reference: str | None = None
    given_initial: str | None = None
    family_initial: str | None = None
    birth_date: str | None = None
    sex: str | None = None


class Episode(Kept, table=True):
    """One episode of treatment of one client."""

    __table_args__ = (
        Index("ix_episode_agency_external", "agency_number", "external_id"),
        Index("ix_episode_agency_number", "agency_number", "number"),
        Index("ix_episode_client", "client_number", "number"),
        Index("ix_episode_changed", "agency_number", "changed_by", "changed_at"),
        {"sqlite_autoincrement": True},
    )

    number: int | None = Field(default=None, primary_key=True)
    agency_number: int = Field(foreign_key="agency.number")
    client_number: int = Field(foreign_key="client.number")
    opened: str | None = None
    begun: str | None = None
    closed: str | None = None
    assessed: str | None = None
    consent: str | None = None
    postcode_part: str | None = None


class Event(Kept, table=True):
    """A dated record under an episode, of one of the standard's sections."""

    __table_args__ = (
        Index("ix_event_episode", "episode_number", "number"),
        Index("ix_event_external", "external_id"),
        Index("ix_event_changed", "section", "changed_by", "changed_at"),
        {"sqlite_autoincrement": True},
    )

    number: int | None = Field(default=None, primary_key=True)
    episode_number: int = Field(foreign_key="episode.number")
    section: str
    date: str | None = None


METADATA: MetaData = SQLModel.metadata
AGENCIES: Table = METADATA.tables["agency"]
CLIENTS: Table = METADATA.tables["client"]
EPISODES: Table = METADATA.tables["episode"]
EVENTS: Table = METADATA.tables["event"]

DRAFTS = Table(
    "draft",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("person", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("record_id", String, nullable=False),
    Column("parent_id", String, nullable=False),
    Column("section", String, nullable=False),
    Column("typed", Text, nullable=False),
    Column("base_version", Integer, nullable=False),
    Column("saved_at", String, nullable=False),
    Column("at_field", String, nullable=False, default="", server_default=""),
    # The values the record had when the draft was begun, and the fields carried over that nobody has confirmed yet.
    Column("began_with", Text, nullable=False, default="{}", server_default="{}"),
    Column("unconfirmed", Text, nullable=False, default="[]", server_default="[]"),
    Column("session", String, nullable=False, default="", server_default=""),
    UniqueConstraint("person", "record_id", "session"),
)
"""What a person typed into a record and has not saved, in one window of perhaps several."""

AUDITS = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("person", String, nullable=False),
    Column("act", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("record_id", String, nullable=False, index=True),
    Column("field", String, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
"""One link of the chain; `seal` digests the values in `AUDIT_VALUES`, `digest` this row and the one before."""

AUDIT_VALUES = Table(
    "audit_value",
    METADATA,
    Column("audit_number", Integer, ForeignKey("audit.number"), primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    Column("old", Text),
    Column("new", Text),
)
"""The values behind a link. They can be erased without harm to the chain, and their salt goes with them."""

AUDIT_HEADS = Table(
    "audit_head",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
"""The end of the chain, in one row, so that rows cut off at the end are missed."""

EXTRACTS = Table(
    "extract",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("agency_number", Integer, ForeignKey("agency.number"), nullable=False),
    Column("standard", String, nullable=False),
    Column("submission", String, nullable=False),
    Column("file_name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("made_at", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("kind", String, nullable=False, default="", server_default=""),
    Column("submission_number", Integer, nullable=False, default=0, server_default="0"),
    Column("sent_at", String),
    Column("sent_by", String),
    Column("taken_back_at", String),
    Column("taken_back_by", String),
    Index("ix_extract_agency", "agency_number", "number"),
    sqlite_autoincrement=True,
)
"""An extract that was written, with its receipt; when it was sent, by whom, and when that was taken back.

`submission` is the month reported, `submission_number` the return it was written for (0 for none). `kind` is the
standard's own word for which records it holds, empty where there is only one.
"""

EXTRACT_CHUNKS = Table(
    "extract_chunk",
    METADATA,
    Column("extract_number", Integer, ForeignKey("extract.number"), primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)
"""A compressed piece of an extract's text."""

# Alembic's own table, spelt out here so that a new store can be stamped without importing alembic.
VERSIONS = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
