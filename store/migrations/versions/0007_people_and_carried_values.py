"""People are found by NHS number and by being alike; carried values stay marked until somebody confirms them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A derived column with its index, an index over who is alike, and one more table beside the episodes."""
    op.add_column("client", sa.Column("nhs_number", sa.String(), nullable=True))
    numbered = "json_extract(typed, '$.NHSNO')"
    op.execute(
        f"UPDATE client SET nhs_number = replace(replace({numbered}, ' ', ''), '-', '')"  # noqa: S608 - no input in it
        f" WHERE {numbered} IS NOT NULL"
    )
    op.create_index("ix_client_nhs_number", "client", ["agency_number", "nhs_number"])
    alike = ["agency_number", "birth_date", "given_initial", "family_initial", "sex", "deleted_at"]
    op.create_index("ix_client_alike", "client", alike)
    op.create_table(
        "carried",
        sa.Column("record_id", sa.String(), primary_key=True, nullable=False),
        sa.Column("episode_number", sa.Integer(), sa.ForeignKey("episode.number"), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
    )
    op.create_index("ix_carried_episode_number", "carried", ["episode_number"])
