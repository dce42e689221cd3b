"""Since when rows are an incident's own, and when a fall was last measured in it.

A living incident goes on as it was: its rows are those since it began, its fall is no new one.
Relays of the version before leave both empty.
"""

import sqlalchemy as sql
from alembic import op

revision = "0006"
down_revision = "0005"
automatic = True


def upgrade() -> None:
    """Add a column for each."""
    for name in ("rows_since", "last_fell_at"):
        op.add_column("relay_incidents", sql.Column(name, sql.DateTime))
    op.execute("UPDATE relay_incidents SET rows_since = started_at")
    op.execute(
        "UPDATE relay_incidents SET last_fell_at = last_fired_at "
        "WHERE firing LIKE '%\"labels\"%'"
    )
