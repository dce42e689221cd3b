"""Pipelines' ids of 64 bits: GitLab.com's are over 2**31.

SQLite's INTEGER has 64 bits already.
"""

import sqlalchemy as sql
from alembic import op

revision = "0002"
down_revision = "0001"
automatic = True


def upgrade() -> None:
    """Widen the column on PostgreSQL."""
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("relay_incidents", "pipeline_id", type_=sql.BigInteger)
