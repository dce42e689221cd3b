"""The first version: predictions, feedback and the view that joins them."""

import sqlalchemy as sql
from alembic import op

revision = "0001"
down_revision = None
# Whether replicas may run it at their start, beside others of the version before.
automatic = True

VIEW = """
CREATE VIEW labelled_predictions AS
SELECT p.prediction_id, p.model, p.version, p.observed_at, p.input, p.predicted, p.confidence,
       f.label, f.labelled_at
FROM predictions AS p JOIN feedback AS f ON f.prediction_id = p.prediction_id
"""


def upgrade() -> None:
    """Make everything that is not there: databases from before versions may have a part."""
    op.create_table(
        "predictions",
        sql.Column("prediction_id", sql.Text, primary_key=True),
        sql.Column("model", sql.Text, nullable=False),
        sql.Column("version", sql.Text, nullable=False),
        sql.Column("observed_at", sql.Text, nullable=False),
        sql.Column("input", sql.Text, nullable=False),
        sql.Column("predicted", sql.Text, nullable=False),
        sql.Column("confidence", sql.Float, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "feedback",
        sql.Column(
            "prediction_id",
            sql.Text,
            sql.ForeignKey("predictions.prediction_id"),
            primary_key=True,
        ),
        sql.Column("label", sql.Text, nullable=False),
        sql.Column("labelled_at", sql.Text, nullable=False),
        if_not_exists=True,
    )
    if "labelled_predictions" not in sql.inspect(op.get_bind()).get_view_names():
        op.execute(VIEW)
