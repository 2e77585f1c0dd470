"""The tables beside the records: what lists, findings and the people at work need. They can all be made anew.

Except for an episode's key worker and note, and for merges, which are said once and kept.
"""

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel


def _by(name: str, *columns: str) -> Index:
    """An index in one order, with all that filters ask, so that no list has to look into the table itself."""
    return Index(f"ix_client_line_{name}", "agency_number", *columns, "client_number", "flags", "worker", "changer")


class Named(SQLModel, table=True):
    """A name that lines speak of by its number: a key worker, a person at work."""

    number: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class ClientLine(SQLModel, table=True):
    """A client as lists sort, filter and search it; written anew in the transaction that saves anything of the client.

    `flags` are those of `store.lines`; `opened` and `postcode` are the latest episode's, `changed` and `changer` the
    last change of anything below the client, key worker and note included. `state` and `findings` are numbers to sort
    by: open, closed, neither; errors before warnings.
    """

    __tablename__ = "client_line"
    __table_args__ = (
        _by("entered"),
        _by("reference", "reference"),
        _by("initials", "initials"),
        _by("birth", "birth"),
        _by("opened", "opened"),
        _by("changed", "changed"),
        _by("postcode", "postcode"),
        _by("state", "state"),
        _by("findings", "findings"),
        _by("worker_name", "worker_name"),
    )

    client_number: int = Field(primary_key=True, foreign_key="client.number", sa_column_kwargs={"autoincrement": False})
    agency_number: int = Field(foreign_key="agency.number")
    reference: str
    initials: str
    birth: str
    opened: str
    changed: str
    postcode: str
    flags: int
    worker: int
    changer: int
    state: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    findings: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    worker_name: str = Field(default="", sa_column_kwargs={"server_default": ""})


class ReferencePart(SQLModel, table=True):
    """The ends of a client's reference, so that a part of it is found as quickly as its beginning."""

    __tablename__ = "reference_part"
    __table_args__ = (Index("ix_reference_part_client", "client_number"), {"sqlite_with_rowid": False})

    agency_number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    part: str = Field(primary_key=True)
    client_number: int = Field(primary_key=True, foreign_key="client.number", sa_column_kwargs={"autoincrement": False})


class EpisodeState(SQLModel, table=True):
    """What is known of an episode beside its values: who works with it, a note, and how its last check went.

    `revision` is the store's saved version at the last change of the episode, its events or its client. The rows are
    those an extract would have of it: all, those with an error, with a warning, with a warning nobody accepted.
    """

    __tablename__ = "episode_state"
    __table_args__ = (Index("ix_episode_state_worker", "agency_number", "worker"),)

    episode_number: int = Field(
        primary_key=True, foreign_key="episode.number", sa_column_kwargs={"autoincrement": False}
    )
    agency_number: int = Field(foreign_key="agency.number")
    worker: int = 0
    note: str = Field(default="", sa_type=Text)
    annotated_at: str = Field(default="", sa_column_kwargs={"server_default": ""})
    annotated_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    revision: int
    checked_revision: int = 0
    checked_for: str = ""
    checked_at: str = ""
    errors: int = 0
    warnings: int = 0
    notices: int = 0
    rows: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    error_rows: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    warning_rows: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    open_warning_rows: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class GoingOut(SQLModel, table=True):
    """What a period's extract would hold of an episode where that is not all of it as it stands, by its last check.

    `period` tells which extract. `told` are, as JSON, the events that go and the faults found in what goes; the counts
    follow from them and from what stands beside other episodes. No `rows` where nothing goes.
    """

    __tablename__ = "going_out"

    episode_number: int = Field(
        primary_key=True, foreign_key="episode.number", sa_column_kwargs={"autoincrement": False}
    )
    period: str
    told: str = Field(sa_type=Text)
    causes: str = Field(default="", sa_type=Text)
    rows: int = 0
    error_rows: int = 0
    warning_rows: int = 0
    open_warning_rows: int = 0
    errors: int = 0
    warnings: int = 0


class KeptFinding(SQLModel, table=True):
    """What a rule had to say of an episode when it was last checked.

    `acceptance` is that of a warning, 0 for none; `beside` is 1 for what only shows beside other episodes.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_agency", "agency_number", "weight", "rule", "number"),
        Index("ix_finding_episode", "episode_number"),
    )

    number: int | None = Field(default=None, primary_key=True)
    agency_number: int = Field(foreign_key="agency.number")
    episode_number: int = Field(foreign_key="episode.number")
    weight: int
    rule: str
    told: str = Field(sa_type=Text)
    acceptance: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    beside: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class BesideCheck(SQLModel, table=True):
    """When an agency's episodes were last compared with each other: the saved version, and what else it holds for."""

    __tablename__ = "beside_check"

    agency_number: int = Field(primary_key=True, foreign_key="agency.number", sa_column_kwargs={"autoincrement": False})
    revision: int
    checked_for: str


class Present(SQLModel, table=True):
    """Which record a session has open."""

    __tablename__ = "presence"
    __table_args__ = (Index("ix_presence_record", "kind", "record_id"),)

    session: str = Field(primary_key=True)
    person: str
    kind: str
    record_id: str
    since: str
    seen: str


class Merge(SQLModel, table=True):
    """Two clients who turned out to be one; `moved` are the ids of the episodes that went over, as JSON."""

    __table_args__ = (Index("ix_merge_keep", "keep_number"), Index("ix_merge_other", "other_number"))

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    keep_number: int = Field(foreign_key="client.number")
    other_number: int = Field(foreign_key="client.number")
    moved: str = Field(sa_type=Text)
    merged_at: str
    merged_by: str
    split_at: str | None = None
    split_by: str | None = None


class Saved(SQLModel, table=True):
    """How often something was saved (1) and lines were written (2); no row before the lines were first made."""

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int
