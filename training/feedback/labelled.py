"""Labelled predictions, read from the service's database."""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from perennial import database
from perennial.errors import Described, InvalidField, InvalidValue
from perennial.label_sources import UNKNOWN
from training.errors import CollectRefused

VIEW = sql.table(
    "labelled_predictions",
    sql.column("prediction_id", sql.Text),
    sql.column("model", sql.Text),
    sql.column("observed_at", sql.Text),
    sql.column("input", sql.Text),
    sql.column("label", sql.Text),
    sql.column("source", sql.Text),
    sql.column("trusted", sql.Boolean),
    sql.column("subject", sql.Text),
)
ERASED = sql.table("erased", sql.column("subject", sql.Text), sql.column("erased_at", sql.Text))
CHUNK = 10_000
# PostgreSQL's code for a right that a role lacks.
FORBIDDEN = "42501"


@dataclass(frozen=True, slots=True)
class LabelledPrediction:
    """One row of the view; `input` is JSON text.

    source: the key that the label came with.  trusted: whether that key's labels are.
    subject: the pseudonym of the person whom the row is about, None if the request named nobody.
    """

    prediction_id: str
    observed_at: str
    input: str
    label: str
    source: str = UNKNOWN
    trusted: bool = False
    subject: str | None = None


def read(address: str, task: str, since: datetime | None) -> Iterator[LabelledPrediction]:
    """Yield the labelled predictions of a task, oldest first.

    address: the service's database.  since: the earliest observation, None for all.
    Raises CollectRefused if the database is absent or does not answer.
    """
    found = _labelled(task).order_by(VIEW.c.observed_at, VIEW.c.prediction_id)
    if since is not None:
        found = found.where(VIEW.c.observed_at >= _text(since))
    yield from _read(address, found)


def read_before(
    address: str, task: str, until: datetime
) -> Generator[LabelledPrediction, None, None]:
    """Yield the labelled predictions of a task from before a time, newest first.

    address, failures: as of `read`.
    """
    found = _labelled(task).where(VIEW.c.observed_at < _text(until))
    return _read(address, found.order_by(VIEW.c.observed_at.desc(), VIEW.c.prediction_id.desc()))


def _labelled(task: str) -> "sql.Select[Any]":
    columns = [VIEW.c[name] for name in LabelledPrediction.__dataclass_fields__]
    return sql.select(*columns).where(VIEW.c.model == task)


def _text(time: datetime) -> str:
    """Return a time as the service writes it: in UTC with microseconds, so that texts sort."""
    return time.isoformat(timespec="microseconds")


def _read(address: str, chosen: "sql.Select[Any]") -> Generator[LabelledPrediction, None, None]:
    with _connected(address) as connection:
        options = connection.execution_options(yield_per=CHUNK)
        for row in options.execute(chosen):
            yield LabelledPrediction(*row)


def erased_subjects(address: str) -> dict[str, str]:
    """Return when each subject's rows were erased, by its pseudonym. Raises CollectRefused."""
    with _connected(address) as connection:
        rows = connection.execute(sql.select(ERASED.c.subject, ERASED.c.erased_at))
        return {row.subject: row.erased_at for row in rows}


@contextmanager
def _connected(address: str) -> Iterator[Connection]:
    engine = _open(address)
    try:
        with engine.connect() as connection:
            yield connection
    except (SQLAlchemyError, sqlite3.Error) as error:
        reason = str(error).splitlines()[0]
        if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") == FORBIDDEN:
            names = f"{VIEW.name} and {ERASED.name}"
            reason = f"its role may not read {names}, expected SELECT on both"
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
