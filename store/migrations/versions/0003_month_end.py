"""Month end: acceptances, calendar overrides, submissions, ticks, mismatches, what was sent; where drafts began."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def text(name: str, *, null: bool = False, long: bool = False, primary: bool = False) -> sa.Column[str]:
    """A column of text."""
    return sa.Column(name, sa.Text() if long else sa.String(), nullable=null, primary_key=primary)


def number(name: str, foreign: str = "", *, primary: bool = False) -> sa.Column[int]:
    """A column of whole numbers."""
    links = [sa.ForeignKey(foreign)] if foreign else []
    return sa.Column(name, sa.Integer(), *links, primary_key=primary, nullable=False, autoincrement=False)


def counted() -> sa.Column[int]:
    """The number a row gets when it is entered."""
    return sa.Column("number", sa.Integer(), primary_key=True, nullable=False)


def withdrawable() -> list[sa.Column[str]]:
    """Who took something back, and when."""
    return [text("withdrawn_at", null=True), text("withdrawn_by", null=True)]


def make_drafts_anew() -> None:
    """Drafts learn what they began with and whose window they are; one person may have one in each window."""
    op.rename_table("draft", "draft_before")
    names = ("person", "kind", "record_id", "parent_id", "section")
    op.create_table(
        "draft",
        counted(),
        *(text(name) for name in names),
        text("typed", long=True),
        number("base_version"),
        text("saved_at"),
        sa.Column("at_field", sa.String(), server_default="", nullable=False),
        sa.Column("began_with", sa.Text(), server_default="{}", nullable=False),
        sa.Column("unconfirmed", sa.Text(), server_default="[]", nullable=False),
        sa.Column("session", sa.String(), server_default="", nullable=False),
        sa.UniqueConstraint("person", "record_id", "session"),
    )
    kept = ("number", *names, "typed", "base_version", "saved_at", "at_field")
    before, after = (sa.table(name, *map(sa.column, kept)) for name in ("draft_before", "draft"))
    op.execute(sa.insert(after).from_select(kept, sa.select(before)))
    op.drop_table("draft_before")


def add_orders() -> None:
    """The orders of the list of clients by state, by findings and by key worker."""
    for name in ("state", "findings"):
        op.add_column("client_line", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("client_line", sa.Column("worker_name", sa.String(), server_default="", nullable=False))
    op.execute(
        "UPDATE client_line SET state = CASE WHEN flags & 1 THEN 0 WHEN flags & 2 THEN 1 ELSE 2 END,"
        " worker_name = coalesce((SELECT name FROM named WHERE named.number = worker), ''),"
        " findings = coalesce((SELECT sum(errors * 10000 + warnings) FROM episode_state JOIN episode"
        " ON episode.number = episode_number WHERE episode.client_number = client_line.client_number"
        " AND episode.deleted_at IS NULL), 0)"
    )
    for name in ("state", "findings", "worker_name"):
        columns = ["agency_number", name, "client_number", "flags", "worker", "changer"]
        op.create_index(f"ix_client_line_{name}", "client_line", columns)


def make_decisions() -> None:
    """What persons accept, and state of the calendar."""
    op.create_table(
        "acceptance",
        counted(),
        text("id"),
        number("agency_number", "agency.number"),
        number("episode_number", "episode.number"),
        *(text(name) for name in ("event_id", "rule")),
        *(text(name, long=True) for name in ("told", "reason")),
        *(text(name) for name in ("accepted_at", "accepted_by")),
        text("lapsed_at", null=True),
        *withdrawable(),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_acceptance_agency_number", "acceptance", ["agency_number"])
    op.create_index("ix_acceptance_episode", "acceptance", ["episode_number"])
    op.create_table(
        "calendar_override",
        counted(),
        *(text(name) for name in ("id", "calendar", "region", "submission", "title")),
        *(text(name) for name in ("period_start", "period_end", "opens", "closes", "deadline")),
        text("source", long=True),
        *(text(name) for name in ("stated_on", "entered_at", "entered_by")),
        *withdrawable(),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_calendar_override_submission", "calendar_override", ["calendar", "region", "submission"])
    op.create_table(
        "closed_day",
        counted(),
        *(text(name) for name in ("id", "calendar", "day", "name")),
        text("source", long=True),
        *(text(name) for name in ("entered_at", "entered_by")),
        *withdrawable(),
        sa.UniqueConstraint("id"),
    )


def make_submissions() -> None:
    """Submissions, ticks and confirmations."""
    op.create_table(
        "submission",
        counted(),
        text("id"),
        number("agency_number", "agency.number"),
        text("month"),
        *(number(name) for name in ("attempt", "is_nil")),
        text("reason", long=True),
        *(text(name) for name in ("opened_at", "opened_by")),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("agency_number", "month", "attempt"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tick",
        counted(),
        number("submission_number", "submission.number"),
        text("item"),
        text("told", long=True),
        *(text(name) for name in ("ticked_at", "ticked_by")),
        *(text(name, null=True) for name in ("reopened_at", "reopened_by")),
        text("reason", long=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tick_submission", "tick", ["submission_number", "item"])
    op.create_table(
        "confirmation",
        counted(),
        text("id"),
        number("extract_number", "extract.number"),
        *(text(name) for name in ("kind", "subject")),
        *(text(name, long=True) for name in ("told", "reason")),
        *(text(name) for name in ("confirmed_at", "confirmed_by")),
        *withdrawable(),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )


def make_figures() -> None:
    """Day figures, what was sent, what an agency says of itself."""
    op.create_index("ix_confirmation_extract", "confirmation", ["extract_number"])
    op.create_table(
        "day_figure",
        number("agency_number", "agency.number", primary=True),
        text("month", primary=True),
        text("day", primary=True),
        text("told", long=True),
    )
    op.create_table(
        "sent_record",
        number("extract_number", "extract.number", primary=True),
        text("record_id", primary=True),
        text("digest"),
    )
    op.create_index("ix_sent_record_record", "sent_record", ["record_id"])
    op.create_table(
        "agency_setting",
        number("agency_number", "agency.number", primary=True),
        text("name", primary=True),
        text("told", long=True),
        *(text(name) for name in ("set_at", "set_by")),
    )


def upgrade() -> None:
    """Make the tables and columns."""
    make_drafts_anew()
    op.add_column("extract", sa.Column("kind", sa.String(), server_default="", nullable=False))
    op.add_column("extract", sa.Column("submission_number", sa.Integer(), server_default="0", nullable=False))
    for name in ("sent_at", "sent_by", "taken_back_at", "taken_back_by"):
        op.add_column("extract", text(name, null=True))
    for name in ("rows", "error_rows", "warning_rows", "open_warning_rows"):
        op.add_column("episode_state", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    for name in ("annotated_at", "annotated_by"):
        op.add_column("episode_state", sa.Column(name, sa.String(), server_default="", nullable=False))
    add_orders()
    for name in ("acceptance", "beside"):
        op.add_column("finding", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    # Checked before rows were counted: they are all due for a check.
    op.execute("UPDATE episode_state SET checked_revision = 0")
    op.create_table(
        "beside_check",
        number("agency_number", "agency.number", primary=True),
        number("revision"),
        text("checked_for"),
    )
    make_decisions()
    make_submissions()
    make_figures()
