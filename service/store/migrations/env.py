"""Where Alembic enters: it runs the migrations of the service's tables."""

from perennial.database.environment import run

run()
