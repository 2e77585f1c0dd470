"""The second keying of a sample, blind: which episodes, what was keyed, what was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def text(name: str, *, null: bool = False, given: str | None = None) -> sa.Column[str]:
    """A column of text."""
    return sa.Column(name, sa.String(), nullable=null, server_default=given)


def upgrade() -> None:
    """Two tables, empty at first."""
    op.create_table(
        "second_keying",
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        text("id"),
        sa.Column("agency_number", sa.Integer(), sa.ForeignKey("agency.number"), nullable=False),
        *(text(name) for name in ("submission", "since", "until")),
        sa.Column("drawn_from", sa.Integer(), nullable=False),
        *(text(name) for name in ("seed", "keyer", "drawn_at", "drawn_by")),
        *(text(name, null=True) for name in ("closed_at", "closed_by")),
        sa.Column("told", sa.Text(), nullable=False, server_default="{}"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_second_keying_agency_number", "second_keying", ["agency_number"])
    op.create_table(
        "second_keyed",
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        text("id"),
        sa.Column("sample_number", sa.Integer(), sa.ForeignKey("second_keying.number"), nullable=False),
        sa.Column("episode_number", sa.Integer(), sa.ForeignKey("episode.number"), nullable=False),
        sa.Column("first_by", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("second", sa.Text(), nullable=False, server_default="{}"),
        text("begun_by", given=""),
        *(text(name, null=True) for name in ("keyed_at", "keyed_by")),
        sa.Column("seen", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("decided", sa.Text(), nullable=False, server_default="{}"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_second_keyed_sample", "second_keyed", ["sample_number", "number"])
    op.create_index("ix_second_keyed_episode", "second_keyed", ["episode_number"])
