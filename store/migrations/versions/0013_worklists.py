"""Worklists, notes on fields, saved views of the list of clients, and the second keying of a sample."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What lists count by stands in their lines, which are made anew at the next opening; new tables for the rest."""
    for name in ("quiet", "since", "reviewed"):
        op.add_column("client_line", sa.Column(name, sa.String(), nullable=False, server_default=""))
        columns = ["agency_number", name, "client_number", "flags", "worker", "changer"]
        op.create_index(f"ix_client_line_{name}", "client_line", columns, sqlite_where=sa.text(f"{name} <> ''"))
    op.execute("DELETE FROM client_line")
    op.create_table(
        "field_note",
        sa.Column("record_id", sa.String(), primary_key=True, nullable=False),
        sa.Column("field", sa.String(), primary_key=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("client_number", sa.Integer(), sa.ForeignKey("client.number"), nullable=True),
        sa.Column("episode_number", sa.Integer(), sa.ForeignKey("episode.number"), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.String(), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
    )
    op.create_index("ix_field_note_client", "field_note", ["client_number"])
    op.create_index("ix_field_note_episode", "field_note", ["episode_number"])
    agency = sa.Column("agency_number", sa.Integer(), sa.ForeignKey("agency.number"), primary_key=True, nullable=False)
    op.create_table(
        "saved_view",
        agency,
        sa.Column("person", sa.String(), primary_key=True, nullable=False),
        sa.Column("name", sa.String(), primary_key=True, nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.String(), nullable=False),
    )
