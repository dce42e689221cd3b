"""Alembic's entry point: it runs the migrations of the service's tables."""

from perennial.database.environment import run

run()
