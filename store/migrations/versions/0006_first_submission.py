"""The first submission an agency makes from here, and attempts of a submission that were begun by mistake."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of the agencies there are nothing is known: empty, and all stays as it was."""
    op.add_column("agency", sa.Column("reports_since", sa.String(), nullable=False, server_default=""))
    for name in ("dropped_at", "dropped_by", "dropped_because"):
        op.add_column("submission", sa.Column(name, sa.String(), nullable=True))
