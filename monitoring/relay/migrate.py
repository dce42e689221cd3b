"""`python -m monitoring.relay.migrate` brings the tables to this version of the relay."""

import sys
from collections.abc import Sequence

from monitoring.relay import tables
from monitoring.relay.settings import LedgerSettings
from perennial.database import command


def main(arguments: Sequence[str] | None = None) -> int:
    """Migrate the database of the environment's settings and return the exit code."""
    return command.main(tables.SCHEMA, LedgerSettings, tables.connect, arguments)


if __name__ == "__main__":
    sys.exit(main())
