"""What somebody did on a day is asked of the audit by an index."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index over who did something when; the chain's rows stay as they are."""
    op.create_index("ix_audit_person_at", "audit", ["person", "at"])
