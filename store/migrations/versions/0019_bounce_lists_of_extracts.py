"""What the portal refused is said of one extract: a list for each of them, no more for each submission."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Another key; a list that is there goes with the extract by which it was read."""
    op.rename_table("bounce_list", "bounce_list_before")
    op.create_table(
        "bounce_list",
        sa.Column(
            "agency_number",
            sa.Integer(),
            sa.ForeignKey("agency.number"),
            primary_key=True,
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("extract_id", sa.String(), primary_key=True, nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("counts_rows", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.String(), nullable=False),
        sa.Column("kept_by", sa.String(), nullable=False),
    )
    op.execute(
        "INSERT INTO bounce_list (agency_number, extract_id, submission, told, counts_rows, kept_at, kept_by)"
        " SELECT agency_number, extract_id, submission, told, counts_rows, kept_at, kept_by FROM bounce_list_before"
    )
    op.drop_table("bounce_list_before")
