"""Incidents live until their alerts end, and have any number of attempts, one pipeline each.

What was an incident becomes an attempt, and the first of an incident of the same id. Relays of the
version before know no attempts, so every relay has to be stopped.
"""

import json

import sqlalchemy as sql
from alembic import op

revision = "0004"
down_revision = "0003"
automatic = False


LATEST_VERDICT = """
UPDATE relay_attempts SET result = (
    SELECT decision FROM relay_decisions
    WHERE relay_decisions.incident = relay_attempts.id AND decision IN ('promote', 'keep', 'block')
    ORDER BY relay_decisions.id DESC LIMIT 1
)
"""
WITHOUT_VERDICT = """
UPDATE relay_attempts SET result = 'failed'
WHERE result IS NULL AND pipeline_status IN ('success', 'canceled', 'skipped', 'failed')
"""


def upgrade() -> None:
    """Move pipelines to a table of their own, and make incidents of those that had one."""
    op.drop_index("relay_incidents_by_model", "relay_incidents")
    op.rename_table("relay_incidents", "relay_attempts")
    op.create_table(
        "relay_incidents",
        sql.Column("id", sql.String(12), primary_key=True),
        sql.Column("model", sql.Text, nullable=False),
        sql.Column("group_key", sql.Text, nullable=False),
        sql.Column("versions", sql.Text, nullable=False),
        sql.Column("started_at", sql.DateTime, nullable=False),
        sql.Column("accepted_at", sql.DateTime, nullable=False),
        sql.Column("last_fired_at", sql.DateTime, nullable=False),
        sql.Column("ended_at", sql.DateTime),
        sql.Column("firing", sql.Text, nullable=False),
        sql.Column("quiet_since", sql.DateTime),
        sql.Column("action", sql.String(10), nullable=False),
        sql.Column("reason", sql.Text, nullable=False),
        sql.Column("action_since", sql.DateTime, nullable=False),
        sql.Column("missing_labels", sql.Integer, nullable=False),
        sql.Column("expected_at", sql.DateTime),
        sql.Column("next_look_at", sql.DateTime, nullable=False),
        sql.Column("rows", sql.Float),
    )
    op.create_index("relay_incidents_by_model", "relay_incidents", ["model", "accepted_at"])
    op.create_table(
        "relay_labels",
        sql.Column("model", sql.Text, primary_key=True),
        sql.Column("since", sql.DateTime, nullable=False),
        sql.Column("counted_at", sql.DateTime, nullable=False),
        sql.Column("arrived", sql.Float, nullable=False),
        sql.Column("a_second", sql.Float, nullable=False),
        sql.Column("counters", sql.Text, nullable=False),
    )
    _fill(op.get_bind())
    with op.batch_alter_table("relay_attempts") as table:
        table.add_column(sql.Column("incident", sql.String(12), nullable=False, server_default=""))
        table.add_column(sql.Column("number", sql.Integer, nullable=False, server_default="1"))
        table.add_column(
            sql.Column("signal", sql.String(10), nullable=False, server_default="labels")
        )
        table.add_column(sql.Column("rows", sql.Float))
        table.add_column(sql.Column("arrived", sql.Float))
        table.add_column(sql.Column("result", sql.String(10)))
        table.add_column(sql.Column("silent_since", sql.DateTime))
        table.alter_column("attempts", new_column_name="tries", existing_type=sql.Integer)
        for name in ("group_key", "last_fired_at", "versions"):
            table.drop_column(name)
    op.execute("UPDATE relay_attempts SET incident = id")
    op.execute(LATEST_VERDICT)
    op.execute(WITHOUT_VERDICT)
    with op.batch_alter_table("relay_attempts") as table:
        for name in ("incident", "number", "signal"):
            table.alter_column(name, server_default=None)
    op.create_index("relay_attempts_by_model", "relay_attempts", ["model", "accepted_at"])


def _fill(connection: sql.Connection) -> None:
    """Make an incident of each attempt: ended, until an alert that overlaps opens it again."""
    columns = ("id", "model", "group_key", "started_at", "accepted_at", "last_fired_at", "versions")
    attempts = sql.table("relay_attempts", *map(sql.column, columns))
    incidents = sql.table(
        "relay_incidents",
        *map(sql.column, columns),
        *map(sql.column, ("ended_at", "firing", "action", "reason", "action_since")),
        *map(sql.column, ("missing_labels", "next_look_at")),
    )
    for row in connection.execute(sql.select(attempts)).mappings().all():
        fired = row["last_fired_at"] or row["accepted_at"]
        values = {
            **row,
            "last_fired_at": fired,
            # Of incidents from before versions were kept, any.
            "versions": row["versions"] or json.dumps(None),
            "ended_at": fired,
            "firing": "{}",
            "action": "over",
            "reason": "of a version of the relay in which incidents had one pipeline",
            "action_since": fired,
            "missing_labels": 0,
            "next_look_at": fired,
        }
        connection.execute(sql.insert(incidents).values(values))
