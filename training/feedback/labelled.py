"""Labelled predictions, read from the service's database."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from perennial import database
from perennial.errors import Described, InvalidField, InvalidValue
from training.errors import CollectRefused

VIEW = sql.table(
    "labelled_predictions",
    sql.column("prediction_id", sql.Text),
    sql.column("model", sql.Text),
    sql.column("observed_at", sql.Text),
    sql.column("input", sql.Text),
    sql.column("label", sql.Text),
)
CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class LabelledPrediction:
    """One row of the view; `input` is JSON text."""

    prediction_id: str
    observed_at: str
    input: str
    label: str


def read(address: str, task: str, since: datetime | None) -> Iterator[LabelledPrediction]:
    """Yield the labelled predictions of a task, oldest first.

    address: the service's database.  since: the earliest observation, None for all.
    Raises CollectRefused if the database is absent or does not answer.
    """
    engine = _open(address)
    found = sql.select(VIEW.c.prediction_id, VIEW.c.observed_at, VIEW.c.input, VIEW.c.label).where(
        VIEW.c.model == task
    )
    if since is not None:
        # The service writes times in UTC with microseconds, so they sort correctly as text.
        found = found.where(VIEW.c.observed_at >= since.isoformat(timespec="microseconds"))
    try:
        with engine.connect() as connection:
            options = connection.execution_options(yield_per=CHUNK)
            for row in options.execute(found.order_by(VIEW.c.observed_at, VIEW.c.prediction_id)):
                yield LabelledPrediction(*row)
    except (SQLAlchemyError, sqlite3.Error) as error:
        reason = str(error).splitlines()[0]
        raise CollectRefused(f"database {database.shown(engine.url)}: {reason}") from error
    finally:
        engine.dispose()


def _open(address: str) -> Engine:
    """Return the engine of the service's database, which must exist."""
    try:
        engine = database.reader(address)
    except InvalidField as error:
        named = InvalidValue("database", Described(error.value), error.expected)
        raise CollectRefused(str(named)) from error
    file = engine.url.database
    if engine.dialect.name == database.SQLITE and file and not Path(file).exists():
        raise CollectRefused(f"database {file}: not found, expected the service's database")
    return engine
