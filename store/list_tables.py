"""The tables beside the records: what lists, findings and the people at work need. They can all be made anew.

Except for an episode's key worker and note, and for merges, which are said once and kept. They are plain tables: no row
of theirs is ever in hand as an object, and a mapped class weighs far more.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text
from sqlmodel import SQLModel

METADATA = SQLModel.metadata


def _by(name: str, *columns: str) -> Index:
    """An index in one order, with all that filters ask, so that no list has to look into the table itself."""
    return Index(f"ix_client_line_{name}", "agency_number", *columns, "client_number", "flags", "worker", "changer")


NAMES = Table(
    "named",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
)
"""A name that lines speak of by its number: a key worker, a person at work."""

LINES = Table(
    "client_line",
    METADATA,
    Column("client_number", Integer, ForeignKey("client.number"), primary_key=True, autoincrement=False),
    Column("agency_number", Integer, ForeignKey("agency.number"), nullable=False),
    Column("reference", String, nullable=False),
    Column("initials", String, nullable=False),
    Column("birth", String, nullable=False),
    Column("opened", String, nullable=False),
    Column("changed", String, nullable=False),
    Column("postcode", String, nullable=False),
    Column("flags", Integer, nullable=False),
    Column("worker", Integer, nullable=False),
    Column("changer", Integer, nullable=False),
    Column("state", Integer, nullable=False, default=0, server_default="0"),
    Column("findings", Integer, nullable=False, default=0, server_default="0"),
    Column("worker_name", String, nullable=False, default="", server_default=""),
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
"""A client as lists sort, filter and search it; written anew in the transaction that saves anything of the client.

`flags` are those of `store.lines`; `opened` and `postcode` are the latest episode's, `changed` and `changer` the
last change of anything below the client, key worker and note included. `state` and `findings` are numbers to sort
by: open, closed, neither; errors before warnings.
"""

PARTS = Table(
    "reference_part",
    METADATA,
    Column("agency_number", Integer, primary_key=True, autoincrement=False),
    Column("part", String, primary_key=True),
    Column("client_number", Integer, ForeignKey("client.number"), primary_key=True, autoincrement=False),
    Index("ix_reference_part_client", "client_number"),
    sqlite_with_rowid=False,
)
"""The ends of a client's reference, so that a part of it is found as quickly as its beginning."""

STATES = Table(
    "episode_state",
    METADATA,
    Column("episode_number", Integer, ForeignKey("episode.number"), primary_key=True, autoincrement=False),
    Column("agency_number", Integer, ForeignKey("agency.number"), nullable=False),
    Column("worker", Integer, nullable=False, default=0),
    Column("note", Text, nullable=False, default=""),
    Column("annotated_at", String, nullable=False, default="", server_default=""),
    Column("annotated_by", String, nullable=False, default="", server_default=""),
    Column("revision", Integer, nullable=False),
    Column("checked_revision", Integer, nullable=False, default=0),
    Column("checked_for", String, nullable=False, default=""),
    Column("checked_at", String, nullable=False, default=""),
    Column("errors", Integer, nullable=False, default=0),
    Column("warnings", Integer, nullable=False, default=0),
    Column("notices", Integer, nullable=False, default=0),
    Column("rows", Integer, nullable=False, default=0, server_default="0"),
    Column("error_rows", Integer, nullable=False, default=0, server_default="0"),
    Column("warning_rows", Integer, nullable=False, default=0, server_default="0"),
    Column("open_warning_rows", Integer, nullable=False, default=0, server_default="0"),
    Index("ix_episode_state_worker", "agency_number", "worker"),
)
"""What is known of an episode beside its values: who works with it, a note, and how its last check went.

`revision` is the store's saved version at the last change of the episode, its events or its client. The rows are
those an extract would have of it: all, those with an error, with a warning, with a warning nobody accepted."""

GOING_OUT = Table(
    "going_out",
    METADATA,
    Column("episode_number", Integer, ForeignKey("episode.number"), primary_key=True, autoincrement=False),
    Column("period", String, nullable=False),
    Column("told", Text, nullable=False),
    Column("causes", Text, nullable=False, default=""),
    Column("rows", Integer, nullable=False, default=0),
    Column("error_rows", Integer, nullable=False, default=0),
    Column("warning_rows", Integer, nullable=False, default=0),
    Column("open_warning_rows", Integer, nullable=False, default=0),
    Column("errors", Integer, nullable=False, default=0),
    Column("warnings", Integer, nullable=False, default=0),
)
"""What a period's extract would hold of an episode where that is not all of it as it stands, by its last check.

`period` tells which extract. `told` are, as JSON, the events that go and the faults found in what goes; the counts
follow from them and from what stands beside other episodes. No `rows` where nothing goes."""

FINDINGS = Table(
    "finding",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("agency_number", Integer, ForeignKey("agency.number"), nullable=False),
    Column("episode_number", Integer, ForeignKey("episode.number"), nullable=False),
    Column("weight", Integer, nullable=False),
    Column("rule", String, nullable=False),
    Column("told", Text, nullable=False),
    Column("acceptance", Integer, nullable=False, default=0, server_default="0"),
    Column("beside", Integer, nullable=False, default=0, server_default="0"),
    Index("ix_finding_agency", "agency_number", "weight", "rule", "number"),
    Index("ix_finding_episode", "episode_number"),
)
"""What a rule had to say of an episode when it was last checked.

`acceptance` is that of a warning, 0 for none; `beside` is 1 for what only shows beside other episodes."""

BESIDE_CHECKS = Table(
    "beside_check",
    METADATA,
    Column("agency_number", Integer, ForeignKey("agency.number"), primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    Column("checked_for", String, nullable=False),
)
"""When an agency's episodes were last compared with each other: the saved version, and what else it holds for."""

PRESENCES = Table(
    "presence",
    METADATA,
    Column("session", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("record_id", String, nullable=False),
    Column("since", String, nullable=False),
    Column("seen", String, nullable=False),
    Index("ix_presence_record", "kind", "record_id"),
)
"""Which record a session has open."""

MERGES = Table(
    "merge",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("keep_number", Integer, ForeignKey("client.number"), nullable=False),
    Column("other_number", Integer, ForeignKey("client.number"), nullable=False),
    Column("moved", Text, nullable=False),
    Column("merged_at", String, nullable=False),
    Column("merged_by", String, nullable=False),
    Column("split_at", String),
    Column("split_by", String),
    Index("ix_merge_keep", "keep_number"),
    Index("ix_merge_other", "other_number"),
)
"""Two clients who turned out to be one; `moved` are the ids of the episodes that went over, as JSON."""

SAVED = Table(
    "saved",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)
"""How often something was saved (1) and lines were written (2); no row before the lines were first made."""
