"""Lists, findings, presence, merges; key worker and note of an episode; the field a draft was left in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FILTERED = ("client_number", "flags", "worker", "changer")


def text(name: str, *, null: bool = False, long: bool = False) -> sa.Column[str]:
    """A column of text."""
    return sa.Column(name, sa.Text() if long else sa.String(), nullable=null)


def number(name: str, foreign: str = "", *, primary: bool = False) -> sa.Column[int]:
    """A column of whole numbers."""
    links = [sa.ForeignKey(foreign)] if foreign else []
    return sa.Column(name, sa.Integer(), *links, primary_key=primary, nullable=False, autoincrement=False)


def counted() -> sa.Column[int]:
    """The number a row gets when it is entered."""
    return sa.Column("number", sa.Integer(), primary_key=True, nullable=False)


def make_findings() -> None:
    """What is known of each episode, and its findings."""
    op.create_table(
        "episode_state",
        number("episode_number", "episode.number", primary=True),
        number("agency_number", "agency.number"),
        number("worker"),
        text("note", long=True),
        number("revision"),
        number("checked_revision"),
        text("checked_for"),
        text("checked_at"),
        *(number(name) for name in ("errors", "warnings", "notices")),
    )
    op.create_index("ix_episode_state_worker", "episode_state", ["agency_number", "worker"])
    op.create_table(
        "finding",
        counted(),
        number("agency_number", "agency.number"),
        number("episode_number", "episode.number"),
        number("weight"),
        text("rule"),
        text("told", long=True),
    )
    op.create_index("ix_finding_agency", "finding", ["agency_number", "weight", "rule", "number"])
    op.create_index("ix_finding_episode", "finding", ["episode_number"])


def make_presence_and_merges() -> None:
    """Who is where, and which clients were made one."""
    op.create_table(
        "presence",
        sa.Column("session", sa.String(), primary_key=True, nullable=False),
        *(text(name) for name in ("person", "kind", "record_id", "since", "seen")),
    )
    op.create_index("ix_presence_record", "presence", ["kind", "record_id"])
    op.create_table(
        "merge",
        counted(),
        text("id"),
        number("keep_number", "client.number"),
        number("other_number", "client.number"),
        text("moved", long=True),
        *(text(name) for name in ("merged_at", "merged_by")),
        *(text(name, null=True) for name in ("split_at", "split_by")),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_merge_keep", "merge", ["keep_number"])
    op.create_index("ix_merge_other", "merge", ["other_number"])
    op.create_table("saved", number("number", primary=True), number("version"))


def upgrade() -> None:
    """Make the tables and indexes; the store fills the lines when it is opened next."""
    op.add_column("draft", sa.Column("at_field", sa.String(), server_default="", nullable=False))
    op.create_index("ix_client_changed", "client", ["agency_number", "changed_by", "changed_at"])
    op.create_index("ix_episode_changed", "episode", ["agency_number", "changed_by", "changed_at"])
    op.create_index("ix_event_changed", "event", ["section", "changed_by", "changed_at"])
    op.create_table("named", counted(), text("name"), sa.UniqueConstraint("name"))
    op.create_table(
        "client_line",
        number("client_number", "client.number", primary=True),
        number("agency_number", "agency.number"),
        *(text(name) for name in ("reference", "initials", "birth", "opened", "changed", "postcode")),
        *(number(name) for name in ("flags", "worker", "changer")),
    )
    op.create_index("ix_client_line_entered", "client_line", ["agency_number", *FILTERED])
    for name in ("reference", "initials", "birth", "opened", "changed", "postcode"):
        op.create_index(f"ix_client_line_{name}", "client_line", ["agency_number", name, *FILTERED])
    op.create_table(
        "reference_part",
        number("agency_number", primary=True),
        sa.Column("part", sa.String(), primary_key=True, nullable=False),
        number("client_number", "client.number", primary=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reference_part_client", "reference_part", ["client_number"])
    make_findings()
    make_presence_and_merges()
