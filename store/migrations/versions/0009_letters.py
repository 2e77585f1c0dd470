"""When an agency went over from one edition to another."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more table beside the agencies; nobody has gone over yet."""
    op.create_table(
        "agency_letter",
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("agency_number", sa.Integer(), sa.ForeignKey("agency.number"), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("before", "after", "first_day")),
        sa.Column("renamed", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("changed_at", "changed_by")),
        *(sa.Column(name, sa.String()) for name in ("undone_at", "undone_by")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_agency_letter_agency", "agency_letter", ["agency_number", "number"])
