"""What does not fit as an answer about consent is none."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """In the data sets of NDTMS an answer has one character. A word in its place, as an import may have brought one,
    stays in the record; the column and the lines that go by it say that there is none, as after the next save."""
    op.execute(
        "UPDATE episode SET consent = NULL WHERE length(consent) > 1"
        " AND agency_number IN (SELECT number FROM agency WHERE standard LIKE 'ndtms-%')"
    )
    op.execute(
        "UPDATE client_line SET unanswered = found.closure FROM (SELECT client_number, max(CASE WHEN closed LIKE"
        " '____-__-__' THEN closed ELSE '9999-12-31' END) AS closure FROM episode WHERE consent IS NULL AND deleted_at"
        " IS NULL AND agency_number IN (SELECT number FROM agency WHERE standard LIKE 'ndtms-%') GROUP BY"
        " client_number) AS found WHERE found.client_number = client_line.client_number"
    )
