"""When an incident was last known to fire: alerts that overlap belong to one incident."""

import sqlalchemy as sql
from alembic import op

revision = "0003"
down_revision = "0002"
automatic = True


def upgrade() -> None:
    """Add the column; earlier incidents have no such time."""
    op.add_column("relay_incidents", sql.Column("last_fired_at", sql.DateTime))
