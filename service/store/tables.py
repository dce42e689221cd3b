"""The service's database: three tables and the view that training reads; see `migrations/`."""

from pathlib import Path

import sqlalchemy as sql
from sqlalchemy.engine import Engine

from perennial import database
from perennial.database import Schema
from perennial.errors import SchemaRefused
from perennial.database.schema import SINCE
from perennial.label_sources import UNKNOWN

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
    sql.Column("confidence", sql.Float),
    # A pseudonym of the person whom the row is about; see `pseudonyms.py`.
    sql.Column("subject", sql.Text, info={SINCE: "0003"}),
    # The ends of the interval of an answer that has one.
    sql.Column("low", sql.Float, info={SINCE: "0004"}),
    sql.Column("high", sql.Float, info={SINCE: "0004"}),
)
# Without a subject, as most rows are, a row costs the index nothing.
_named = predictions.c.subject.isnot(None)
sql.Index(
    "predictions_of_subjects", predictions.c.subject, postgresql_where=_named, sqlite_where=_named
)

feedback = sql.Table(
    "feedback",
    metadata,
    sql.Column(
        "prediction_id", sql.Text, sql.ForeignKey(predictions.c.prediction_id), primary_key=True
    ),
    sql.Column("label", sql.Text, nullable=False),
    sql.Column("labelled_at", sql.Text, nullable=False),
    # The name of the key that the label came with, and whether the key's labels are trusted.
    sql.Column("source", sql.Text, nullable=False, server_default=UNKNOWN, info={SINCE: "0003"}),
    sql.Column(
        "trusted", sql.Boolean, nullable=False, server_default=sql.false(), info={SINCE: "0003"}
    ),
)

# Whose rows were erased, and when: training drops the earlier rows that it collected of them.
erased = sql.Table(
    "erased",
    metadata,
    sql.Column("subject", sql.Text, primary_key=True),
    sql.Column("erased_at", sql.Text, nullable=False),
    info={SINCE: "0003"},
)

# Times are UTC in ISO 8601 with microseconds, all of one width, so that they sort as text.
VIEW = """
CREATE VIEW labelled_predictions AS
SELECT p.prediction_id, p.model, p.version, p.observed_at, p.input, p.predicted, p.confidence,
       f.label, f.labelled_at, f.source, f.trusted, p.subject
FROM predictions AS p JOIN feedback AS f ON f.prediction_id = p.prediction_id
"""
sql.event.listen(metadata, "after_create", sql.DDL(VIEW))  # type: ignore[no-untyped-call]
CONNECT_SECONDS = 3
# Any number that no other program of the database uses; only one replica at a time creates tables.
CREATION_LOCK = 7_036_874_417
SCHEMA = Schema(
    name="service",
    metadata=metadata,
    folder=Path(__file__).with_name("migrations"),
    lock=CREATION_LOCK,
    command="python -m service.migrate",
)


def connect(address: str) -> Engine:
    """Return the engine of a database URL; it connects at first use."""
    return database.connect(address, connect_seconds=CONNECT_SECONDS)


def create(engine: Engine) -> None:
    """Create the tables and the view in a database without any, or migrate them.

    A database of before there were versions may have a part of them; the rest is created. What is
    missing from a database with a version is not. Raises SchemaRefused.
    """
    SCHEMA.prepare(engine)


def find(engine: Engine) -> None:
    """Return if the service has written to this database. Raises SchemaRefused, and makes nothing.

    SQLite would make a missing file, and a mistyped address would look like an empty database.
    """
    place = engine.url.database
    missing = engine.dialect.name == "sqlite" and place is not None and not Path(place).exists()
    if missing or not sql.inspect(engine).has_table(predictions.name):
        raise SchemaRefused(f"{database.shown(engine.url)}: has no table of the service")
