"""The alerts that have fired in an incident, and the signals that have drifted in it.

Relays of the version before leave both empty.
"""

import sqlalchemy as sql
from alembic import op

revision = "0005"
down_revision = "0004"
automatic = True


def upgrade() -> None:
    """Add a column for each."""
    for name in ("alerts", "drifted"):
        op.add_column("relay_incidents", sql.Column(name, sql.Text))
