"""The list of episodes without an answer about consent has closed ones, too, as long as an extract takes them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What the list goes by is filled in where it stands: making the lines of a large store anew takes minutes.

    Where the data set does not ask for consent the line tells of it, too, until it is next written; no list asks there.
    """
    op.add_column("client_line", sa.Column("unanswered", sa.String(), nullable=False, server_default=""))
    columns = ["agency_number", "unanswered", "client_number", "flags", "worker", "changer"]
    op.execute(
        "UPDATE client_line SET unanswered = found.closure FROM (SELECT client_number, max(CASE WHEN closed LIKE"
        " '____-__-__' THEN closed ELSE '9999-12-31' END) AS closure FROM episode WHERE consent IS NULL AND deleted_at"
        " IS NULL GROUP BY client_number) AS found WHERE found.client_number = client_line.client_number"
    )
    # The flag that said it of open ones alone.
    op.execute("UPDATE client_line SET flags = flags - 128 WHERE flags & 128")
    op.create_index("ix_client_line_unanswered", "client_line", columns, sqlite_where=sa.text("unanswered <> ''"))
