"""The command that migrates a program's tables, including migrations that must be run by hand."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from perennial import settings
from perennial.database.schema import Schema
from perennial.database.settings import DatabaseSettings
from perennial.database.url import SQLITE, parse, shown
from perennial.errors import SchemaRefused


def main(
    schema: Schema,
    model: type[DatabaseSettings],
    connect: Callable[[str], Engine],
    arguments: Sequence[str] | None = None,
) -> int:
    """Migrate the database that the environment names, and return the exit code."""
    automatic = _options(schema, model, arguments).automatic
    try:
        address = settings.read(model).database_url
        if automatic and _is_missing(address):
            print(f"{schema.name}: no database here yet, nothing to migrate")
            return 0
        engine = connect(address)
        try:
            before = schema.prepare(engine, by_hand=not automatic)
        finally:
            engine.dispose()
    except (settings.InvalidSettings, SchemaRefused, SQLAlchemyError, OSError) as error:
        print(f"{schema.command}: {error}", file=sys.stderr)
        return 2
    was = "empty" if before is None else f"version {before}"
    print(f"{shown(engine.url)}: {schema.name}: was {was}, is version {schema.versions[-1]}")
    return 0


def _options(
    schema: Schema, model: type[DatabaseSettings], arguments: Sequence[str] | None
) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=schema.command,
        description=f"Migrate the {schema.name}'s tables to this version; first stop every "
        f"{schema.name} of an older version. It is safe to repeat.",
        epilog=settings.describe(model),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--automatic",
        action="store_true",
        help=f"only what every {schema.name} does when it starts, and only if a database is there",
    )
    return parser.parse_args(arguments)


def _is_missing(address: str) -> bool:
    url = parse(address)
    return url.get_backend_name() == SQLITE and not Path(str(url.database)).exists()
