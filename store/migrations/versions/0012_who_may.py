"""Who may do what, how people open a locked screen, and the last act that is more than a look at a client."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, empty at first; and the chain's end says which of its links was the last act."""
    op.add_column("audit_head", sa.Column("last_act", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE audit_head SET last_act = last")
    op.create_table(
        "group_role",
        sa.Column("group_name", sa.String(), primary_key=True, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("set_at", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
    )
    op.create_table(
        "passphrase",
        sa.Column("person", sa.String(), primary_key=True, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", sa.String(), nullable=False),
    )
    op.create_table(
        "audit_key",
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False, autoincrement=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
    )
