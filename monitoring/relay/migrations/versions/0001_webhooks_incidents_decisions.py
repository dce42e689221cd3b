"""The first version: webhooks, incidents and decisions."""

import sqlalchemy as sql
from alembic import op

revision = "0001"
down_revision = None
# Whether relays may run it at their start, beside others of the version before.
automatic = True


def upgrade() -> None:
    """Make everything that is not there: databases from before versions may have a part."""
    op.create_table(
        "relay_webhooks",
        sql.Column("id", sql.Integer, primary_key=True),
        sql.Column("received_at", sql.DateTime, nullable=False),
        sql.Column("group_key", sql.Text, nullable=False),
        sql.Column("body", sql.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "relay_incidents",
        sql.Column("id", sql.String(12), primary_key=True),
        sql.Column("model", sql.Text, nullable=False),
        sql.Column("group_key", sql.Text, nullable=False),
        sql.Column("started_at", sql.DateTime, nullable=False),
        sql.Column("accepted_at", sql.DateTime, nullable=False),
        sql.Column("state", sql.String(10), nullable=False),
        sql.Column("attempts", sql.Integer, nullable=False),
        sql.Column("next_attempt_at", sql.DateTime, nullable=False),
        sql.Column("triggered_at", sql.DateTime),
        sql.Column("pipeline_id", sql.Integer),
        sql.Column("pipeline_url", sql.Text),
        sql.Column("pipeline_status", sql.String(40)),
        sql.Column("next_poll_at", sql.DateTime),
        if_not_exists=True,
    )
    op.create_index(
        "relay_incidents_by_model", "relay_incidents", ["model", "accepted_at"], if_not_exists=True
    )
    op.create_table(
        "relay_decisions",
        sql.Column("id", sql.Integer, primary_key=True),
        sql.Column("decided_at", sql.DateTime, nullable=False),
        sql.Column("webhook_id", sql.Integer, sql.ForeignKey("relay_webhooks.id")),
        sql.Column("model", sql.Text, nullable=False),
        sql.Column("incident", sql.String(12)),
        sql.Column("alerts", sql.Text, nullable=False),
        sql.Column("decision", sql.String(10), nullable=False),
        sql.Column("reason", sql.Text, nullable=False),
        if_not_exists=True,
    )
