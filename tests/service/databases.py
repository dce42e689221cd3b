"""Rows to store, and what is stored, for the tests on both databases."""

import itertools
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from alembic import command
from sqlalchemy.engine import Engine

from perennial.database import SQLITE, Schema
from perennial.kinds.output_kind import OutputKind
from perennial.kinds.outputs.classes import ClassesOutput
from service.store.writes import Observed
from tests.perennial.kinds.toys.amount import AmountOutput

NOW = 1_767_225_600.25
IDS = itertools.count()
PETS = ClassesOutput(labels=("cat", "dog"))
EUROS = AmountOutput.example()


def folder(engine: Engine) -> None:
    """Make the folder of SQLite's file."""
    if engine.dialect.name == SQLITE and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)


def execute(engine: Engine, statements: str) -> None:
    """Run SQL statements that end with a semicolon, in one transaction."""
    with engine.begin() as connection:
        for statement in filter(str.strip, statements.split(";")):
            connection.exec_driver_sql(statement)


def migrate_from_nothing(engine: Engine, schema: Schema) -> None:
    """Run every migration of a program on an empty database, as none does that starts new."""
    folder(engine)
    with engine.begin() as connection:
        command.upgrade(schema.config(connection), "head")


def output(model: str, version: str) -> OutputKind | None:
    """Return the output of a model that is known."""
    known: dict[str, OutputKind] = {"pets": PETS, "amounts": EUROS}
    return known.get(model)


def observed(*names: str, count: int = 1, model: str = "pets") -> Observed:
    """Return the predictions of one request, all of them cats."""
    ids = names or tuple(f"p{next(IDS)}" for _ in range(count))
    return Observed(
        model,
        "1.0.0",
        PETS,
        NOW,
        [b"[[1.5,2],[3,4]]"] * len(ids),
        [
            {"label": "cat", "confidence": 0.75, "prediction_id": name, "model_version": "1.0.0"}
            for name in ids
        ],
    )


def amounts(*names: str) -> Observed:
    """Return the predictions of one request, each of them the amount 1.5."""
    answers = [{"amount": 1.5, "prediction_id": name, "model_version": "1.0.0"} for name in names]
    return Observed("amounts", "1.0.0", EUROS, NOW, [b"[1]"] * len(names), answers)


def rows(engine: Engine, name: str) -> list[dict[str, Any]]:
    """Return all rows of a table or view."""
    with engine.connect() as connection:
        found = connection.execute(sql.text(f"SELECT * FROM {name} ORDER BY prediction_id"))
        return [dict(row) for row in found.mappings()]
