"""What the extract that is due would hold of an episode, where that is not all of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more table beside the records; the next check fills it."""
    counts = ("rows", "error_rows", "warning_rows", "open_warning_rows", "errors", "warnings")
    op.create_table(
        "going_out",
        sa.Column(
            "episode_number",
            sa.Integer(),
            sa.ForeignKey("episode.number"),
            primary_key=True,
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("causes", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
    )
