"""The second keying of events blind: a list of each episode's events, and who has which of them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns, empty for what was drawn before: its events are keyed again one by one, as they were drawn."""
    for name in ("section", "presence"):
        op.add_column("second_keyed", sa.Column(name, sa.String(), nullable=False, server_default=""))
