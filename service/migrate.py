"""`python -m service.migrate` migrates the tables to this version of the service."""

import sys
from collections.abc import Sequence

from perennial.database import command
from service.settings import StoreSettings
from service.store import tables


def main(arguments: Sequence[str] | None = None) -> int:
    """Migrate the database that the environment names, and return the exit code."""
    return command.main(tables.SCHEMA, StoreSettings, tables.connect, arguments)


if __name__ == "__main__":
    sys.exit(main())
