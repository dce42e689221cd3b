"""The command that migrates a program's tables, including migrations that must be run by hand."""

import argparse
import sys
from collections.abc import Callable, Sequence

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from perennial import settings
from perennial.database.schema import Schema
from perennial.database.settings import DatabaseSettings
from perennial.database.url import shown
from perennial.errors import SchemaRefused


def main(
    schema: Schema,
    model: type[DatabaseSettings],
    connect: Callable[[str], Engine],
    arguments: Sequence[str] | None = None,
) -> int:
    """Migrate the database that the environment names, and return the exit code."""
    argparse.ArgumentParser(
        prog=schema.command,
        description=f"Migrate the {schema.name}'s tables to this version; first stop every "
        f"{schema.name} of an older version. It is safe to repeat.",
        epilog=settings.describe(model),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)
    try:
        engine = connect(settings.read(model).database_url)
        try:
            before = schema.prepare(engine, by_hand=True)
        finally:
            engine.dispose()
    except (settings.InvalidSettings, SchemaRefused, SQLAlchemyError, OSError) as error:
        print(f"{schema.command}: {error}", file=sys.stderr)
        return 2
    was = "empty" if before is None else f"version {before}"
    print(f"{shown(engine.url)}: {schema.name}: was {was}, is version {schema.versions[-1]}")
    return 0
