"""Labels have a source, predictions may have a subject, and who was erased is remembered.

Columns are added without rewriting a row, on SQLite too.
"""

import sqlalchemy as sql
from alembic import op

revision = "0003"
down_revision = "0002"
# Services of the version before write neither column, and their labels count as `unknown`.
automatic = True

VIEW = """
CREATE VIEW labelled_predictions AS
SELECT p.prediction_id, p.model, p.version, p.observed_at, p.input, p.predicted, p.confidence,
       f.label, f.labelled_at, f.source, f.trusted, p.subject
FROM predictions AS p JOIN feedback AS f ON f.prediction_id = p.prediction_id
"""


def upgrade() -> None:
    """Add the columns, the index and the table, and show the source in the view."""
    op.add_column("predictions", sql.Column("subject", sql.Text))
    op.add_column(
        "feedback", sql.Column("source", sql.Text, nullable=False, server_default="unknown")
    )
    op.add_column(
        "feedback", sql.Column("trusted", sql.Boolean, nullable=False, server_default=sql.false())
    )
    named = sql.column("subject").isnot(None)
    op.create_index(
        "predictions_of_subjects",
        "predictions",
        ["subject"],
        postgresql_where=named,
        sqlite_where=named,
    )
    op.create_table(
        "erased",
        sql.Column("subject", sql.Text, primary_key=True),
        sql.Column("erased_at", sql.Text, nullable=False),
    )
    if op.get_context().dialect.name == "postgresql":
        # Columns at its end: those who may read the view still may.
        op.execute(VIEW.replace("CREATE VIEW", "CREATE OR REPLACE VIEW"))
        return
    op.execute("DROP VIEW labelled_predictions")
    op.execute(VIEW)
