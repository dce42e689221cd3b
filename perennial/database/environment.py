"""Alembic's environment: the `env.py` of every migrations folder runs this."""

from typing import Any

from alembic import context

from perennial.database.schema import Schema


def options(schema: Schema) -> dict[str, Any]:
    """Return Alembic's options for a program's tables; other tables of the database are ignored."""

    def ours(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or name in schema.tables

    def ours_too(_: object, name: str | None, kind: str, *rest: object) -> bool:
        return ours(name, kind, rest)

    return {
        "target_metadata": schema.metadata,
        "version_table": schema.version.name,
        "include_name": ours,
        "include_object": ours_too,
        "compare_type": True,
    }


def run() -> None:
    """Run the migrations in the caller's transaction."""
    given = context.config.attributes
    context.configure(connection=given["connection"], **options(given["schema"]))
    with context.begin_transaction():
        context.run_migrations()
