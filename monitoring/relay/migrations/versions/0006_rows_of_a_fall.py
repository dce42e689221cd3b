"""The rows of the fall that labels show in an incident, and how many more a kept gain takes.

A fall in a living incident goes on as it was, with all rows since the incident began.
Relays of the version before leave all of it empty.
"""

import sqlalchemy as sql
from alembic import op

revision = "0006"
down_revision = "0005"
automatic = True


def upgrade() -> None:
    """Add a column for each."""
    op.add_column("relay_incidents", sql.Column("fall_since", sql.DateTime))
    op.add_column("relay_incidents", sql.Column("fall_rows", sql.Float))
    op.add_column("relay_incidents", sql.Column("fall_seen_at", sql.DateTime))
    op.add_column("relay_attempts", sql.Column("growth", sql.Float))
    op.execute(
        "UPDATE relay_incidents "
        "SET fall_since = started_at, fall_rows = rows, fall_seen_at = last_fired_at "
        "WHERE firing LIKE '%\"labels\"%'"
    )
