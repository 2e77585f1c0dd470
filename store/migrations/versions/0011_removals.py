"""Removals that were asked for and confirmed; extracts of which rows were struck."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def text(name: str, *, null: bool = False) -> sa.Column[str]:
    """A column of text."""
    return sa.Column(name, sa.String(), nullable=null)


def upgrade() -> None:
    """One more table, and two columns of extracts."""
    op.create_table(
        "removal",
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        text("id"),
        sa.Column("agency_number", sa.Integer(), sa.ForeignKey("agency.number"), nullable=False),
        *(text(name) for name in ("client_id", "reason", "state", "asked_at", "asked_by")),
        *(text(name, null=True) for name in ("confirmed_at", "confirmed_by", "taken_back_at", "taken_back_by")),
        sa.Column("told", sa.Text(), nullable=False, server_default="{}"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_removal_client", "removal", ["client_id"])
    op.add_column("extract", text("redacted_at", null=True))
    op.add_column("extract", text("redacted_sha256", null=True))
