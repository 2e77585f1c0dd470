"""The portal's list of what it refused is kept until it is dealt with."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more table: a list for each agency and submission."""
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
        sa.Column("submission", sa.String(), primary_key=True, nullable=False),
        sa.Column("extract_id", sa.String(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("counts_rows", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.String(), nullable=False),
        sa.Column("kept_by", sa.String(), nullable=False),
    )
