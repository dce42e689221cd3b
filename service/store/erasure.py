"""The statements that remove a subject's predictions and their labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Engine

from perennial.database import set_durable
from service.store.tables import erased, feedback, predictions

# Predictions per transaction, so that the service never waits long for one.
BATCH = 1000


@dataclass(frozen=True)
class Erased:
    """How many rows were removed."""

    predictions: int
    labels: int


def erase(engine: Engine, subject: str, *, now: str) -> Erased:
    """Remove a subject's rows and remember that they are gone; it is safe to repeat.

    subject: its pseudonym.  now: as `writes.utc` returns it.
    First it is remembered: should this be interrupted, training drops the rows all the same.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.begin() as connection:
        set_durable(connection, True)
        if sqlite:  # overwrite what is deleted; Debian's does so anyway
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        connection.execute(sql.delete(erased).where(erased.c.subject == subject))
        connection.execute(sql.insert(erased).values(subject=subject, erased_at=now))
    total = Erased(0, 0)
    while True:
        batch = _erase_batch(engine, subject)
        total = Erased(total.predictions + batch.predictions, total.labels + batch.labels)
        if batch.predictions < BATCH:
            break
    if sqlite:  # the write-ahead log still has the old pages
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return total


def _erase_batch(engine: Engine, subject: str) -> Erased:
    chosen = predictions.c.subject == subject
    with engine.begin() as connection:
        set_durable(connection, True)
        found = sql.select(predictions.c.prediction_id).where(chosen).limit(BATCH)
        # Locked, so that no label of them can come meanwhile.
        ids = connection.execute(found.with_for_update()).scalars().all()
        return Erased(
            labels=delete(connection, feedback, ids),
            predictions=delete(connection, predictions, ids),
        )


def delete(connection: Connection, table: sql.Table, ids: Sequence[str]) -> int:
    """Delete the rows of these predictions from a table and return how many there were."""
    return connection.execute(sql.delete(table).where(table.c.prediction_id.in_(ids))).rowcount
