"""The tables of month end: what was decided, done and sent. Everything here was said by a person and is kept for good.

What is taken back keeps its row, with who took it back and when. They are plain tables, as those in `list_tables`.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint
from sqlmodel import SQLModel

METADATA = SQLModel.metadata

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
    UniqueConstraint("agency_number", "month", "attempt"),
    sqlite_autoincrement=True,
)
"""One return of one month: the first, or a correction (`attempt` 2 and on). `month` is the month reported."""

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
