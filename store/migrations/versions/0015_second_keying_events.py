"""The second keying of events: which event of an episode is meant."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column, empty for the episodes of samples that were drawn before."""
    op.add_column("second_keyed", sa.Column("event_id", sa.String(), nullable=False, server_default=""))
