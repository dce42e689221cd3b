"""An answer may have an interval, whose ends are kept until its label comes.

Columns are added without rewriting a row, on SQLite too.
"""

import sqlalchemy as sql
from alembic import op

revision = "0004"
down_revision = "0003"
# Services of the version before write neither column: their answers have no interval.
automatic = True


def upgrade() -> None:
    """Add the columns."""
    op.add_column("predictions", sql.Column("low", sql.Float))
    op.add_column("predictions", sql.Column("high", sql.Float))
