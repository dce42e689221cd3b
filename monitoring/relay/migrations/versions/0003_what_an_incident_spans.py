"""What an incident spans: when it was last known to fire, and of which versions it is.

Alerts of a version that overlap belong to one incident.
"""

import sqlalchemy as sql
from alembic import op

revision = "0003"
down_revision = "0002"
automatic = True


def upgrade() -> None:
    """Add the columns; earlier incidents have neither."""
    op.add_column("relay_incidents", sql.Column("last_fired_at", sql.DateTime))
    op.add_column("relay_incidents", sql.Column("versions", sql.Text))
