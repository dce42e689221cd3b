"""Rows to store, and what is stored, for the tests on both databases."""

import itertools
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Engine

from service.writes import Observed

NOW = 1_767_225_600.25
IDS = itertools.count()


def labels(model: str, version: str) -> list[str] | None:
    """Return the label set of the one model there is."""
    return ["cat", "dog"] if model == "pets" else None


def observed(*names: str, count: int = 1, model: str = "pets") -> Observed:
    """Return the predictions of one request, all of them cats."""
    ids = names or tuple(f"p{next(IDS)}" for _ in range(count))
    return Observed(
        model,
        "1.0.0",
        NOW,
        [b"[[1.5,2],[3,4]]"] * len(ids),
        [
            {"label": "cat", "confidence": 0.75, "prediction_id": name, "model_version": "1.0.0"}
            for name in ids
        ],
    )


def rows(engine: Engine, name: str) -> list[dict[str, Any]]:
    """Return all rows of a table or view."""
    with engine.connect() as connection:
        found = connection.execute(sql.text(f"SELECT * FROM {name} ORDER BY prediction_id"))
        return [dict(row) for row in found.mappings()]
