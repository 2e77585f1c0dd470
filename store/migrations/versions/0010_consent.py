"""Consent with its history, and an agency's own privacy notice. What stood in the records so far is no entry: of it
only the answer is known."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two more tables; nothing is filled in."""
    op.create_table(
        "consent_entry",
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("id", sa.String(), nullable=False, unique=True),
        sa.Column("episode_number", sa.Integer(), sa.ForeignKey("episode.number"), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("entered_at", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("settled_at", sa.String()),
        sa.Column("settled_by", sa.String()),
        sa.Column("settled_how", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consent_entry_episode", "consent_entry", ["episode_number", "purpose", "number"])
    op.create_table(
        "privacy_notice",
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("agency_number", sa.Integer(), sa.ForeignKey("agency.number"), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.UniqueConstraint("agency_number", "version"),
        sqlite_autoincrement=True,
    )
