"""The tables. Only this room knows them; what leaves it are the shapes in `store.facts`.

Every record has a `number`, which gives the order of entry that lists and extracts follow, and an `id` known outside.
`typed` holds its values as they were typed; the columns after it are derived from them by the standard's roles.
"""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel


class Agency(SQLModel, table=True):
    """An agency reporting by one standard; `reports_since` is the first month it reports, empty where nobody said."""

    __table_args__ = (UniqueConstraint("code", "standard"), {"sqlite_autoincrement": True})

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    code: str
    standard: str
    name: str = ""
    region: str = ""
    reports_since: str = Field(default="", sa_column_kwargs={"server_default": ""})


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
        Index("ix_client_nhs_number", "agency_number", "nhs_number"),
        # Whoever else is told by the same; what is deleted is told apart without a look at the table.
        Index("ix_client_alike", "agency_number", "birth_date", "given_initial", "family_initial", "sex", "deleted_at"),
        {"sqlite_autoincrement": True},
    )

    number: int | None = Field(default=None, primary_key=True)
    agency_number: int = Field(foreign_key="agency.number")
    reference: str | None = None
    given_initial: str | None = None
    family_initial: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    nhs_number: str | None = None


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
    Index("ix_audit_person_at", "person", "at"),
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
    Column("last_act", Integer, nullable=False, default=0, server_default="0"),
)
"""The end of the chain, in one row, so that rows cut off at the end are missed.

`last_act` is the last link that tells more than that somebody looked at a client."""

AUDIT_KEYS = Table(
    "audit_key",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("secret", LargeBinary, nullable=False),
)
"""The key of the chain's digests, in one row, once the store's own key was changed: the chain keeps its first."""

GROUP_ROLES = Table(
    "group_role",
    METADATA,
    Column("group_name", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("set_at", String, nullable=False),
    Column("set_by", String, nullable=False),
)
"""What the members of a group of this computer may do in the store; without any row everybody may do everything."""

PASSPHRASES = Table(
    "passphrase",
    METADATA,
    Column("person", String, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("set_at", String, nullable=False),
)
"""What opens a person's locked screen: a slow digest of a passphrase, never the passphrase."""

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
    Column("redacted_at", String),
    Column("redacted_sha256", String),
    Index("ix_extract_agency", "agency_number", "number"),
    sqlite_autoincrement=True,
)
"""An extract that was written, with its receipt; when it was sent, by whom, and when that was taken back.

`redacted_at` says when rows were last struck from it, `redacted_sha256` is the digest of what is left; `sha256` stays
that of the text as it was written.

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


# The tables beside the records: what lists, findings and the people at work need. They can all be made anew.


def _by(name: str, *columns: str, filled: str = "") -> Index:
    """An index in one order, with all that filters ask, so that no list has to look into the table itself.

    One over a column that is `filled` in few lines holds those alone; a question names that condition as it stands.
    """
    only = text(f"{filled} <> ''") if filled else None
    rest = ("client_number", "flags", "worker", "changer")
    return Index(f"ix_client_line_{name}", "agency_number", *columns, *rest, sqlite_where=only)


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
    Column("quiet", String, nullable=False, default="", server_default=""),
    Column("since", String, nullable=False, default="", server_default=""),
    Column("reviewed", String, nullable=False, default="", server_default=""),
    Column("unanswered", String, nullable=False, default="", server_default=""),
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
    _by("quiet", "quiet", filled="quiet"),
    _by("since", "since", filled="since"),
    _by("reviewed", "reviewed", filled="reviewed"),
    _by("unanswered", "unanswered", filled="unanswered"),
)
"""A client as lists sort, filter and search it; written anew in the transaction that saves anything of the client.

`flags` are those of `store.clients.index`; `opened` and `postcode` are the latest episode's, `changed` and `changer`
the last change of anything below the client, key worker and note included. `state` and `findings` are numbers to sort
by: open, closed, neither; errors before warnings. Of the episodes that go on and are told of, `quiet` is the day of the
last event (or the opening) in the one that was longest without any, `since` the first opening, `reviewed` the last
review in the one that waits longest for the next; empty where there is none. `unanswered` is the last closure among the
episodes without an answer about consent, a day past all others where one is open, empty where each has an answer.
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

`acceptance` is that of a warning, 0 for none; `beside` says of what only shows beside other episodes where it shows:
among all that is kept (1), in the return that is due (2), or in both (3). What is found in what goes of an episode in
that return, and not in all of it as it is kept, has 4; what a letter that was left finds in what it keeps out 8. What
a letter that was left finds in its last return before the one that is due has 16, and 32 once that was sent;
64 and 128 where it shows only beside other episodes."""

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

CARRIED = Table(
    "carried",
    METADATA,
    Column("record_id", String, primary_key=True),
    Column("episode_number", Integer, ForeignKey("episode.number"), nullable=False, index=True),
    Column("fields", Text, nullable=False),
)
"""The fields of an episode or an event of it, as JSON, whose values were taken over from another one and that nobody
has confirmed."""

SAVED = Table(
    "saved",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)
"""How often something was saved (1) and lines were written (2); no row before the lines were first made."""

# The tables of month end: what was decided, done and sent. Everything here was said by a person and is kept for good.

ACCEPTANCES = Table(
    "acceptance",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("agency_number", Integer, ForeignKey("agency.number"), nullable=False, index=True),
    Column("episode_number", Integer, ForeignKey("episode.number"), nullable=False),
    Column("event_id", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("told", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("accepted_at", String, nullable=False),
    Column("accepted_by", String, nullable=False),
    Column("lapsed_at", String),
    Column("withdrawn_at", String),
    Column("withdrawn_by", String),
    Index("ix_acceptance_episode", "episode_number"),
    sqlite_autoincrement=True,
)
"""A warning that somebody accepted, with the values it was about; it lapses when the warning is another one.

`event_id` is empty for a warning about client or episode columns. `told` is a JSON mapping of header to value."""

OVERRIDES = Table(
    "calendar_override",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("calendar", String, nullable=False),
    Column("region", String, nullable=False),
    Column("submission", String, nullable=False),
    Column("title", String, nullable=False, default=""),
    Column("period_start", String, nullable=False, default=""),
    Column("period_end", String, nullable=False, default=""),
    Column("opens", String, nullable=False, default=""),
    Column("closes", String, nullable=False, default=""),
    Column("deadline", String, nullable=False, default=""),
    Column("source", Text, nullable=False),
    Column("stated_on", String, nullable=False),
    Column("entered_at", String, nullable=False),
    Column("entered_by", String, nullable=False),
    Column("withdrawn_at", String),
    Column("withdrawn_by", String),
    Index("ix_calendar_override_submission", "calendar", "region", "submission"),
)
"""Dates of one submission as a region states them. An empty date is not overridden; `region` may be empty: all."""

CLOSED_DAYS = Table(
    "closed_day",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("calendar", String, nullable=False),
    Column("day", String, nullable=False),
    Column("name", String, nullable=False),
    Column("source", Text, nullable=False),
    Column("entered_at", String, nullable=False),
    Column("entered_by", String, nullable=False),
    Column("withdrawn_at", String),
    Column("withdrawn_by", String),
)
"""A day without work that the shipped list of bank holidays does not know."""

SUBMISSIONS = Table(
    "submission",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("agency_number", Integer, ForeignKey("agency.number"), nullable=False),
    Column("month", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("is_nil", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("opened_at", String, nullable=False),
    Column("opened_by", String, nullable=False),
    Column("dropped_at", String),
    Column("dropped_by", String),
    Column("dropped_because", String),
    UniqueConstraint("agency_number", "month", "attempt"),
    sqlite_autoincrement=True,
)
"""One return of one month: the first, or a correction (`attempt` 2 and on). `month` is the month reported.

One that was begun by mistake is dropped and stays here, its number in `attempt` used up."""

TICKS = Table(
    "tick",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("submission_number", Integer, ForeignKey("submission.number"), nullable=False),
    Column("item", String, nullable=False),
    Column("told", Text, nullable=False),
    Column("ticked_at", String, nullable=False),
    Column("ticked_by", String, nullable=False),
    Column("reopened_at", String),
    Column("reopened_by", String),
    Column("reason", Text, nullable=False, default=""),
    Index("ix_tick_submission", "submission_number", "item"),
    sqlite_autoincrement=True,
)
"""What a person said of one item of a checklist; `told` holds what was entered with it, as JSON."""

CONFIRMATIONS = Table(
    "confirmation",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("extract_number", Integer, ForeignKey("extract.number"), nullable=False),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("told", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("confirmed_at", String, nullable=False),
    Column("confirmed_by", String, nullable=False),
    Column("withdrawn_at", String),
    Column("withdrawn_by", String),
    Index("ix_confirmation_extract", "extract_number"),
    sqlite_autoincrement=True,
)
"""A mismatch against a sent extract that somebody confirmed to be right; `told` is the mismatch as JSON."""

DAY_FIGURES = Table(
    "day_figure",
    METADATA,
    Column("agency_number", Integer, ForeignKey("agency.number"), primary_key=True, autoincrement=False),
    Column("month", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("told", Text, nullable=False),
)
"""How a submission stood at the last look on a day; `told` holds the figures and causes as JSON."""

SENT_RECORDS = Table(
    "sent_record",
    METADATA,
    Column("extract_number", Integer, ForeignKey("extract.number"), primary_key=True, autoincrement=False),
    Column("record_id", String, primary_key=True),
    Column("digest", String, nullable=False),
    Index("ix_sent_record_record", "record_id"),
)
"""A record that was in an extract, and a digest of what was sent of it."""

SETTINGS = Table(
    "agency_setting",
    METADATA,
    Column("agency_number", Integer, ForeignKey("agency.number"), primary_key=True, autoincrement=False),
    Column("name", String, primary_key=True),
    Column("told", Text, nullable=False),
    Column("set_at", String, nullable=False),
    Column("set_by", String, nullable=False),
)
"""What an agency says of itself that a standard asks for, such as the services it is commissioned to run."""

BOUNCE_LISTS = Table(
    "bounce_list",
    METADATA,
    Column("agency_number", Integer, ForeignKey("agency.number"), primary_key=True, autoincrement=False),
    Column("extract_id", String, primary_key=True),
    Column("submission", String, nullable=False),
    Column("told", Text, nullable=False),
    Column("counts_rows", Integer, nullable=False),
    Column("kept_at", String, nullable=False),
    Column("kept_by", String, nullable=False),
)
"""The portal's list of what it refused of an extract, as it was pasted, with how it counts lines."""

LETTERS = Table(
    "agency_letter",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("agency_number", Integer, ForeignKey("agency.number"), nullable=False),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("first_day", String, nullable=False),
    Column("renamed", Text, nullable=False),
    Column("changed_at", String, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("undone_at", String),
    Column("undone_by", String),
    Index("ix_agency_letter_agency", "agency_number", "number"),
    sqlite_autoincrement=True,
)
"""That an agency went over from one edition to another, by the first day of the new one; what was undone stays.

`renamed` are the headers that hold now what others held before, as JSON: header before → header.
"""

CONSENTS = Table(
    "consent_entry",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("episode_number", Integer, ForeignKey("episode.number"), nullable=False),
    Column("purpose", String, nullable=False),
    Column("state", String, nullable=False),
    Column("before", Text, nullable=False, default=""),
    Column("asked_on", String, nullable=False, default=""),
    Column("asked_by", Text, nullable=False, default=""),
    Column("notice", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("source", String, nullable=False),
    Column("entered_at", String, nullable=False),
    Column("entered_by", String, nullable=False),
    Column("settled_at", String),
    Column("settled_by", String),
    Column("settled_how", Text, nullable=False, default=""),
    Index("ix_consent_entry_episode", "episode_number", "purpose", "number"),
    sqlite_autoincrement=True,
)
"""What a client answered for an episode when asked for consent, kept for good; the latest entry counts.

`before` is the answer that the episode's own field held until then. A withdrawal that no extract can carry is
`settled` once somebody told those who have the data."""

NOTICES = Table(
    "privacy_notice",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("agency_number", Integer, ForeignKey("agency.number"), nullable=False),
    Column("version", String, nullable=False),
    Column("told", Text, nullable=False),
    Column("entered_at", String, nullable=False),
    Column("entered_by", String, nullable=False),
    UniqueConstraint("agency_number", "version"),
    sqlite_autoincrement=True,
)
"""An agency's own privacy notice, in the versions it had; the latest is in use."""

REMOVALS = Table(
    "removal",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("agency_number", Integer, ForeignKey("agency.number"), nullable=False),
    Column("client_id", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("state", String, nullable=False),
    Column("asked_at", String, nullable=False),
    Column("asked_by", String, nullable=False),
    Column("confirmed_at", String),
    Column("confirmed_by", String),
    Column("taken_back_at", String),
    Column("taken_back_by", String),
    Column("told", Text, nullable=False, default="{}", server_default="{}"),
    Index("ix_removal_client", "client_id"),
    sqlite_autoincrement=True,
)
"""That a client is to be removed: who asked, why, who confirmed it. It outlives the client, and holds no value of him.

`state` is a digest of the records as they stood when it was asked: another one was not what the first person looked at.
`told` says, as JSON, how much was removed.
"""

FIELD_NOTES = Table(
    "field_note",
    METADATA,
    Column("record_id", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("client_number", Integer, ForeignKey("client.number")),
    Column("episode_number", Integer, ForeignKey("episode.number")),
    Column("note", Text, nullable=False),
    Column("noted_at", String, nullable=False),
    Column("noted_by", String, nullable=False),
    Index("ix_field_note_client", "client_number"),
    Index("ix_field_note_episode", "episode_number"),
)
"""A line that somebody wrote on a field of a record, such as what he waits for; never sent.

It belongs to a client, or to an episode (its own, or an event's): episodes go over to another client in a merge."""

SECOND_KEYINGS = Table(
    "second_keying",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("agency_number", Integer, ForeignKey("agency.number"), nullable=False, index=True),
    Column("submission", String, nullable=False, default=""),
    Column("since", String, nullable=False),
    Column("until", String, nullable=False),
    Column("drawn_from", Integer, nullable=False),
    Column("seed", String, nullable=False),
    Column("keyer", String, nullable=False, default=""),
    Column("drawn_at", String, nullable=False),
    Column("drawn_by", String, nullable=False),
    Column("closed_at", String),
    Column("closed_by", String),
    Column("told", Text, nullable=False, default="{}", server_default="{}"),
    sqlite_autoincrement=True,
)
"""A sample of episodes that are keyed a second time: those entered from one day to another, the seed that drew them
among how many, and for whom. Once it is closed `told` has its figures as JSON; no value of a client stands here."""

SECOND_KEYED = Table(
    "second_keyed",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("sample_number", Integer, ForeignKey("second_keying.number"), nullable=False),
    Column("episode_number", Integer, ForeignKey("episode.number"), nullable=False),
    Column("first_by", Text, nullable=False),
    Column("first", Text, nullable=False, default="{}", server_default="{}"),
    Column("second", Text, nullable=False, default="{}", server_default="{}"),
    Column("begun_by", String, nullable=False, default="", server_default=""),
    Column("keyed_at", String),
    Column("keyed_by", String),
    Column("seen", Integer, nullable=False, default=0, server_default="0"),
    Column("decided", Text, nullable=False, default="{}", server_default="{}"),
    Column("event_id", String, nullable=False, default="", server_default=""),
    Column("section", String, nullable=False, default="", server_default=""),
    Column("presence", String, nullable=False, default="", server_default=""),
    Index("ix_second_keyed_sample", "sample_number", "number"),
    Index("ix_second_keyed_episode", "episode_number"),
)
"""An episode of such a sample with its client, a list of its events of a `section`, or an event of one (`presence`: who
has it; `event_id`: in which record): who keyed it first (JSON), what stood there and what the second person keyed (JSON
by header, both emptied when the sample is closed), whether the client had been looked at since it was drawn, and what
was decided of each difference (JSON: header, "" for whether the event is there → what is right, who said so, when)."""

SAVED_VIEWS = Table(
    "saved_view",
    METADATA,
    Column("agency_number", Integer, ForeignKey("agency.number"), primary_key=True, autoincrement=False),
    Column("person", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("told", Text, nullable=False),
    Column("kept_at", String, nullable=False),
)
"""A list of clients that a person asks for again: words, filters and order as JSON, under a name."""
