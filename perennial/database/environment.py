"""Alembic's environment: what the `env.py` of every folder of migrations runs."""

from typing import Any

from alembic import context

from perennial.database.schema import Schema


def options(schema: Schema) -> dict[str, Any]:
    """Return what Alembic must know of a program's tables; others in the database are not ours."""

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
    """Run the migrations within the transaction of whoever asked for them."""
    given = context.config.attributes
    context.configure(connection=given["connection"], **options(given["schema"]))
    with context.begin_transaction():
        context.run_migrations()
