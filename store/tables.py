"""The tables. Only this room knows them; what leaves it are the shapes in `store.shapes`.

Every record has a `number`, which gives the order of entry that lists and extracts follow, and an `id` known outside.
`typed` holds its values as they were typed; the columns after it are derived from them by the standard's roles.
"""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, MetaData, String, Table, Text, UniqueConstraint
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


class Draft(SQLModel, table=True):
    """What a person typed into a record and has not saved, in one window of perhaps several."""

    __table_args__ = (UniqueConstraint("person", "record_id", "session"),)

    number: int | None = Field(default=None, primary_key=True)
    person: str
    kind: str
    record_id: str
    parent_id: str
    section: str
    typed: str = Field(sa_type=Text)
    base_version: int
    saved_at: str
    at_field: str = Field(default="", sa_column_kwargs={"server_default": ""})
    # The values the record had when the draft was begun, and the fields carried over that nobody has confirmed yet.
    began_with: str = Field(default="{}", sa_type=Text, sa_column_kwargs={"server_default": "{}"})
    unconfirmed: str = Field(default="[]", sa_type=Text, sa_column_kwargs={"server_default": "[]"})
    session: str = Field(default="", sa_column_kwargs={"server_default": ""})


class Audit(SQLModel, table=True):
    """One link of the chain; `seal` digests the values in `AuditValue`, `digest` this row and the one before."""

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: str
    person: str
    act: str
    kind: str
    record_id: str = Field(index=True)
    field: str
    seal: bytes
    digest: bytes


class AuditValue(SQLModel, table=True):
    """The values behind a link. They can be erased without harm to the chain, and their salt goes with them."""

    __tablename__ = "audit_value"

    audit_number: int = Field(
        sa_column=Column(ForeignKey("audit.number"), primary_key=True, autoincrement=False, nullable=False)
    )
    salt: bytes
    old: str | None = Field(default=None, sa_type=Text)
    new: str | None = Field(default=None, sa_type=Text)


class AuditHead(SQLModel, table=True):
    """The end of the chain, in one row, so that rows cut off at the end are missed."""

    __tablename__ = "audit_head"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int
    digest: bytes


class Extract(SQLModel, table=True):
    """An extract that was written, with its receipt; when it was sent, by whom, and when that was taken back.

    `submission` is the month reported, `submission_number` the return it was written for (0 for none). `kind` is the
    standard's own word for which records it holds, empty where there is only one.
    """

    __table_args__ = (Index("ix_extract_agency", "agency_number", "number"), {"sqlite_autoincrement": True})

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    agency_number: int = Field(foreign_key="agency.number")
    standard: str
    submission: str
    file_name: str
    sha256: str
    rows: int
    receipt: str = Field(sa_type=Text)
    made_at: str
    made_by: str
    kind: str = Field(default="", sa_column_kwargs={"server_default": ""})
    submission_number: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    sent_at: str | None = None
    sent_by: str | None = None
    taken_back_at: str | None = None
    taken_back_by: str | None = None


class ExtractChunk(SQLModel, table=True):
    """A compressed piece of an extract's text."""

    __tablename__ = "extract_chunk"

    extract_number: int = Field(
        sa_column=Column(ForeignKey("extract.number"), primary_key=True, autoincrement=False, nullable=False)
    )
    part: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    data: bytes = Field(sa_type=LargeBinary)


METADATA: MetaData = SQLModel.metadata
AGENCIES: Table = METADATA.tables["agency"]
CLIENTS: Table = METADATA.tables["client"]
EPISODES: Table = METADATA.tables["episode"]
EVENTS: Table = METADATA.tables["event"]
DRAFTS: Table = METADATA.tables["draft"]
AUDITS: Table = METADATA.tables["audit"]
AUDIT_VALUES: Table = METADATA.tables["audit_value"]
AUDIT_HEADS: Table = METADATA.tables["audit_head"]
EXTRACTS: Table = METADATA.tables["extract"]
EXTRACT_CHUNKS: Table = METADATA.tables["extract_chunk"]

# Alembic's own table, spelt out here so that a new store can be stamped without importing alembic.
VERSIONS = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
