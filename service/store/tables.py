"""The database: two tables, the view that training reads, and what durable means on each engine."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import URL, Connection, Engine, make_url

metadata = sql.MetaData()

predictions = sql.Table(
    "predictions",
    metadata,
    sql.Column("prediction_id", sql.Text, primary_key=True),
    sql.Column("model", sql.Text, nullable=False),
    sql.Column("version", sql.Text, nullable=False),
    sql.Column("observed_at", sql.Text, nullable=False),
    sql.Column("input", sql.Text, nullable=False),
    sql.Column("predicted", sql.Text, nullable=False),
    sql.Column("confidence", sql.Float, nullable=False),
)

feedback = sql.Table(
    "feedback",
    metadata,
    sql.Column(
        "prediction_id", sql.Text, sql.ForeignKey(predictions.c.prediction_id), primary_key=True
    ),
    sql.Column("label", sql.Text, nullable=False),
    sql.Column("labelled_at", sql.Text, nullable=False),
)

# Times are UTC in ISO 8601 with microseconds, of one width, so that text sorts as time does.
VIEW = """
CREATE VIEW labelled_predictions AS
SELECT p.prediction_id, p.model, p.version, p.observed_at, p.input, p.predicted, p.confidence,
       f.label, f.labelled_at
FROM predictions AS p JOIN feedback AS f ON f.prediction_id = p.prediction_id
"""
BUSY_MILLISECONDS = 5000
RETRY_SECONDS = 0.01
CONNECT_SECONDS = 3
# Any number that no other program of the database uses: it lets one replica at a time make tables.
CREATION_LOCK = 7_036_874_417


def connect(address: str) -> Engine:
    """Return the engine of a database URL; nothing is opened until the first use."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    url = url.set(drivername="postgresql+psycopg")
    arguments = {"connect_timeout": CONNECT_SECONDS}
    # Positional parameters, as SQLite's are: `writes` hands tuples to the driver.
    return sql.create_engine(url, connect_args=arguments, pool_pre_ping=True, paramstyle="format")


def _sqlite(url: URL) -> Engine:
    engine = sql.create_engine(url)

    @sql.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        _use_wal(cursor)
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    return engine


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Let readers and a writer work beside each other; the file remembers it.

    SQLite's busy timeout does not cover the change itself: a replica that opens a new file while
    another changes it is refused at once, so it asks again for as long.
    """
    deadline = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(RETRY_SECONDS)


def create(engine: Engine) -> None:
    """Make the folder, the tables and the view where they are missing."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    with engine.begin() as connection:
        # One process at a time looks and creates.
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sql.select(sql.func.pg_advisory_xact_lock(CREATION_LOCK)))
        metadata.create_all(connection)
        if "labelled_predictions" not in sql.inspect(connection).get_view_names():
            connection.execute(sql.text(VIEW))


def set_durable(connection: Connection, durable: bool) -> None:
    """Choose whether the coming commit survives a loss of power, before the first statement.

    Either survives the death of the process. Feedback is acknowledged, so it must be durable;
    predictions alone are not worth a wait for the disk.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    elif not durable:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
