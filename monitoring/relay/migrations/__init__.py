"""The history of the relay's tables, for Alembic."""
