"""The tables of month end: what was decided, done and sent. Everything here was said by a person and is kept for good.

What is taken back keeps its row, with who took it back and when.
"""

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class Acceptance(SQLModel, table=True):
    """A warning that somebody accepted, with the values it was about; it lapses when the warning is another one.

    `event_id` is empty for a warning about client or episode columns. `told` is a JSON mapping of header to value.
    """

    __table_args__ = (Index("ix_acceptance_episode", "episode_number"), {"sqlite_autoincrement": True})

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    agency_number: int = Field(foreign_key="agency.number", index=True)
    episode_number: int = Field(foreign_key="episode.number")
    event_id: str
    rule: str
    told: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    accepted_at: str
    accepted_by: str
    lapsed_at: str | None = None
    withdrawn_at: str | None = None
    withdrawn_by: str | None = None


class CalendarOverride(SQLModel, table=True):
    """Dates of one submission as a region states them. An empty date is not overridden; `region` may be empty: all."""

    __tablename__ = "calendar_override"
    __table_args__ = (Index("ix_calendar_override_submission", "calendar", "region", "submission"),)

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    calendar: str
    region: str
    submission: str
    title: str = ""
    period_start: str = ""
    period_end: str = ""
    opens: str = ""
    closes: str = ""
    deadline: str = ""
    source: str = Field(sa_type=Text)
    stated_on: str
    entered_at: str
    entered_by: str
    withdrawn_at: str | None = None
    withdrawn_by: str | None = None


class ClosedDay(SQLModel, table=True):
    """A day without work that the shipped list of bank holidays does not know."""

    __tablename__ = "closed_day"

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    calendar: str
    day: str
    name: str
    source: str = Field(sa_type=Text)
    entered_at: str
    entered_by: str
    withdrawn_at: str | None = None
    withdrawn_by: str | None = None


class Submission(SQLModel, table=True):
    """One return of one month: the first, or a correction (`attempt` 2 and on). `month` is the month reported."""

    __table_args__ = (UniqueConstraint("agency_number", "month", "attempt"), {"sqlite_autoincrement": True})

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    agency_number: int = Field(foreign_key="agency.number")
    month: str
    attempt: int
    is_nil: int = 0
    reason: str = Field(default="", sa_type=Text)
    opened_at: str
    opened_by: str


class Tick(SQLModel, table=True):
    """What a person said of one item of a checklist; `told` holds what was entered with it, as JSON."""

    __table_args__ = (Index("ix_tick_submission", "submission_number", "item"), {"sqlite_autoincrement": True})

    number: int | None = Field(default=None, primary_key=True)
    submission_number: int = Field(foreign_key="submission.number")
    item: str
    told: str = Field(sa_type=Text)
    ticked_at: str
    ticked_by: str
    reopened_at: str | None = None
    reopened_by: str | None = None
    reason: str = Field(default="", sa_type=Text)


class Confirmation(SQLModel, table=True):
    """A mismatch against a sent extract that somebody confirmed to be right; `told` is the mismatch as JSON."""

    __table_args__ = (Index("ix_confirmation_extract", "extract_number"), {"sqlite_autoincrement": True})

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    extract_number: int = Field(foreign_key="extract.number")
    kind: str
    subject: str
    told: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    confirmed_at: str
    confirmed_by: str
    withdrawn_at: str | None = None
    withdrawn_by: str | None = None


class DayFigure(SQLModel, table=True):
    """How a submission stood at the last look on a day; `told` holds the figures and causes as JSON."""

    __tablename__ = "day_figure"

    agency_number: int = Field(primary_key=True, foreign_key="agency.number", sa_column_kwargs={"autoincrement": False})
    month: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    told: str = Field(sa_type=Text)


class SentRecord(SQLModel, table=True):
    """A record that was in an extract, and a digest of what was sent of it."""

    __tablename__ = "sent_record"
    __table_args__ = (Index("ix_sent_record_record", "record_id"),)

    extract_number: int = Field(
        primary_key=True, foreign_key="extract.number", sa_column_kwargs={"autoincrement": False}
    )
    record_id: str = Field(primary_key=True)
    digest: str


class AgencySetting(SQLModel, table=True):
    """What an agency says of itself that a standard asks for, such as the services it is commissioned to run."""

    __tablename__ = "agency_setting"

    agency_number: int = Field(primary_key=True, foreign_key="agency.number", sa_column_kwargs={"autoincrement": False})
    name: str = Field(primary_key=True)
    told: str = Field(sa_type=Text)
    set_at: str
    set_by: str
