"""Where Alembic enters: it runs the migrations of the relay's tables."""

from perennial.database.environment import run

run()
