"""Labelled predictions: read from SQL, checked, freed of repeats and contradictions."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import orjson
import sqlalchemy as sql
from numpy.typing import NDArray
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from perennial import database
from perennial.errors import InvalidField
from training.errors import BadParameter, CollectRefused
from training.tasks.schema import Schema
from training.validation.arrays import fits

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
class Labelled:
    """One row of the view; `input` is JSON text."""

    prediction_id: str
    observed_at: str
    input: str
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row for training; `input` is flat."""

    prediction_id: str
    observed_at: str
    input: NDArray[np.float32]
    label: str


@dataclass(frozen=True)
class Known:
    """What was collected before: prediction ids, and the label of each input."""

    predictions: frozenset[str] = frozenset()
    labels: dict[bytes, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sifted:
    """New rows, one per distinct input, and how many of the rows read were left out, and why."""

    rows: tuple[Row, ...]
    read: int
    collected: int
    repeated: int
    contradicting: int
    contradicting_inputs: int
    outside: int = 0

    def __str__(self) -> str:
        outside = f", {self.outside} with values that the task rules out" if self.outside else ""
        return (
            f"{len(self.rows)} new of {self.read} labelled rows read: {self.collected} collected "
            f"before, {self.repeated} repeats, {self.contradicting} with contradicting labels for "
            f"{self.contradicting_inputs} inputs{outside}"
        )


def parse_time(text: str, *, name: str) -> datetime:
    """Return a moment in UTC; text without an offset is UTC.

    Raises BadParameter.

    >>> parse_time("2026-11-21T10:00:00Z", name="--since").isoformat()
    '2026-11-21T10:00:00+00:00'
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadParameter(name, text, "an ISO 8601 time such as 2026-11-21T10:00:00Z") from error
    zoned = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment
    return zoned.astimezone(timezone.utc)


def read(address: str, task: str, since: datetime | None) -> Iterator[Labelled]:
    """Yield the labelled predictions of a task, oldest first.

    address: the service's database.  since: the earliest observation, None for all.
    Raises CollectRefused where the database is absent or does not answer.
    """
    engine = _open(address)
    found = sql.select(VIEW.c.prediction_id, VIEW.c.observed_at, VIEW.c.input, VIEW.c.label).where(
        VIEW.c.model == task
    )
    if since is not None:
        # The service writes times in UTC with microseconds, so that text sorts as time does.
        found = found.where(VIEW.c.observed_at >= since.isoformat(timespec="microseconds"))
    try:
        with engine.connect() as connection:
            options = connection.execution_options(yield_per=CHUNK)
            for row in options.execute(found.order_by(VIEW.c.observed_at, VIEW.c.prediction_id)):
                yield Labelled(*row)
    except (SQLAlchemyError, sqlite3.Error) as error:
        reason = str(error).splitlines()[0]
        raise CollectRefused(f"database {database.shown(engine.url)}: {reason}") from error
    finally:
        engine.dispose()


def _open(address: str) -> Engine:
    """Return the engine of the service's database, which must be there."""
    try:
        engine = database.reader(address)
    except InvalidField as error:
        raise CollectRefused(f"database: got {error.value}, expected {error.expected}") from error
    file = engine.url.database
    if engine.dialect.name == database.SQLITE and file and not Path(file).exists():
        raise CollectRefused(f"database {file}: not found, expected the service's")
    return engine


def parse(row: Labelled, *, shape: tuple[int, ...], labels: Sequence[str]) -> Row:
    """Return the row for training.

    Raises CollectRefused where its input is not of the shape and finite, or its label not known.
    """
    where = f"prediction {row.prediction_id}"
    try:
        values = np.asarray(orjson.loads(row.input), dtype=np.float32)
    except (ValueError, TypeError) as error:
        raise CollectRefused(f"{where}: input is no array of numbers: {error}") from error
    if values.shape != shape or not np.isfinite(values).all():
        problem = f"input has shape {values.shape}, expected {shape} of finite numbers"
        raise CollectRefused(f"{where}: {problem}")
    if row.label not in labels:
        raise CollectRefused(f"{where}: label is {row.label!r}, expected one of {list(labels)}")
    # Adding 0 turns -0.0 into 0.0: equal inputs have equal bytes from here on.
    return Row(row.prediction_id, row.observed_at, values.ravel() + np.float32(0), row.label)


def sift(rows: Iterable[Row], known: Known, *, schema: Schema) -> Sifted:
    """Keep the first row of each new input, unless its labels contradict each other.

    An input whose label contradicts the one collected before counts as contradicting too.
    Clients may send what the schema rules out, so such rows are left out and counted.
    """
    by_input: defaultdict[bytes, list[Row]] = defaultdict(list)
    read = collected = outside = 0
    for row in rows:
        read += 1
        if row.prediction_id in known.predictions:
            collected += 1
        elif not fits(row.input[np.newaxis], schema)[0]:
            outside += 1
        else:
            by_input[row.input.tobytes()].append(row)
    kept: list[Row] = []
    contradicting = inputs = repeated = 0
    for key, same in by_input.items():
        labels = {row.label for row in same}
        before = known.labels.get(key)
        if len(labels | ({before} if before is not None else set())) > 1:
            contradicting += len(same)
            inputs += 1
        elif before is not None:
            collected += len(same)
        else:
            kept.append(same[0])
            repeated += len(same) - 1
    return Sifted(tuple(kept), read, collected, repeated, contradicting, inputs, outside)
