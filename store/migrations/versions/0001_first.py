"""The first schema: agencies, clients, episodes, events, drafts, audit, extracts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def text(name: str, *, null: bool = False) -> sa.Column[str]:
    """A column of short text."""
    return sa.Column(name, sa.String(), nullable=null)


def number(name: str, foreign: str = "", *, primary: bool = False) -> sa.Column[int]:
    """A column of whole numbers."""
    links = [sa.ForeignKey(foreign)] if foreign else []
    return sa.Column(name, sa.Integer(), *links, primary_key=primary, nullable=False, autoincrement=False)


def counted() -> sa.Column[int]:
    """The number a record gets when it is entered."""
    return sa.Column("number", sa.Integer(), primary_key=True, nullable=False)


def kept() -> list[sa.Column[str] | sa.Column[int]]:
    """The columns clients, episodes and events have in common."""
    return [
        text("id"),
        sa.Column("typed", sa.Text(), nullable=False),
        number("version"),
        text("created_at"),
        text("created_by"),
        text("changed_at"),
        text("changed_by"),
        text("deleted_at", null=True),
        text("external_id", null=True),
        counted(),
    ]


def make_drafts_and_audit() -> None:
    """Drafts, the audit's chain with its values, and its end."""
    op.create_table(
        "draft",
        counted(),
        *(text(name) for name in ("person", "kind", "record_id", "parent_id", "section")),
        sa.Column("typed", sa.Text(), nullable=False),
        number("base_version"),
        text("saved_at"),
        sa.UniqueConstraint("person", "record_id"),
    )
    op.create_table(
        "audit",
        number("number", primary=True),
        *(text(name) for name in ("at", "person", "act", "kind", "record_id", "field")),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_audit_record_id", "audit", ["record_id"])
    op.create_table(
        "audit_value",
        number("audit_number", "audit.number", primary=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
    )
    op.create_table(
        "audit_head",
        number("number", primary=True),
        number("last"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
    )


def make_extracts() -> None:
    """Extracts, and their texts in pieces."""
    op.create_table(
        "extract",
        counted(),
        text("id"),
        number("agency_number", "agency.number"),
        *(text(name) for name in ("standard", "submission", "file_name", "sha256")),
        number("rows"),
        sa.Column("receipt", sa.Text(), nullable=False),
        text("made_at"),
        text("made_by"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_extract_agency", "extract", ["agency_number", "number"])
    op.create_table(
        "extract_chunk",
        number("extract_number", "extract.number", primary=True),
        number("part", primary=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "agency",
        counted(),
        *(text(name) for name in ("id", "code", "standard", "name", "region")),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("code", "standard"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "client",
        *kept(),
        number("agency_number", "agency.number"),
        *(text(name, null=True) for name in ("reference", "given_initial", "family_initial", "birth_date", "sex")),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_client_agency_external", "client", ["agency_number", "external_id"])
    op.create_index("ix_client_agency_number", "client", ["agency_number", "number"])
    op.create_index("ix_client_reference", "client", ["agency_number", "reference"])
    op.create_table(
        "episode",
        *kept(),
        number("agency_number", "agency.number"),
        number("client_number", "client.number"),
        *(text(name, null=True) for name in ("opened", "begun", "closed", "assessed", "consent", "postcode_part")),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_episode_agency_external", "episode", ["agency_number", "external_id"])
    op.create_index("ix_episode_agency_number", "episode", ["agency_number", "number"])
    op.create_index("ix_episode_client", "episode", ["client_number", "number"])
    op.create_table(
        "event",
        *kept(),
        number("episode_number", "episode.number"),
        text("section"),
        text("date", null=True),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_episode", "event", ["episode_number", "number"])
    op.create_index("ix_event_external", "event", ["external_id"])
    make_drafts_and_audit()
    make_extracts()
