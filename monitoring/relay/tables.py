"""The relay's tables, and the engine that makes a commit mean that it is on the disk."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.types import TypeDecorator

# Any number, the same in every relay on one PostgreSQL: it lets one transaction at a time decide.
LOCK = 0x72656C6179
CONNECT_SECONDS = 5


class Utc(TypeDecorator[datetime]):
    """A time in UTC, aware in Python whatever the database keeps."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC without its zone."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData()

webhooks = Table(
    "relay_webhooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("received_at", Utc, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("body", Text, nullable=False),
)

incidents = Table(
    "relay_incidents",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("model", Text, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("accepted_at", Utc, nullable=False),
    Column("state", String(10), nullable=False),  # waiting, triggered, failed
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Utc, nullable=False),
    Column("triggered_at", Utc),
    Column("pipeline_id", Integer),
    Column("pipeline_url", Text),
    Column("pipeline_status", String(40)),
    Column("next_poll_at", Utc),
    Index("relay_incidents_by_model", "model", "accepted_at"),
)

decisions = Table(
    "relay_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("decided_at", Utc, nullable=False),
    Column("webhook_id", Integer, ForeignKey("relay_webhooks.id")),
    Column("model", Text, nullable=False),
    Column("incident", String(12)),
    Column("alerts", Text, nullable=False, default=""),
    Column("decision", String(10), nullable=False),
    Column("reason", Text, nullable=False),
)


def engine(url: str) -> Engine:
    """Return an engine for SQLite or PostgreSQL, with the tables made.

    SQLite writes ahead and waits for the disk at each commit, and a transaction takes the write
    lock at once, so that what it decides from is still true when it writes.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        if address.database and address.database != ":memory:":
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        made = create_engine(address, connect_args={"timeout": 30})
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(
            made, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE")
        )
    else:
        if address.drivername in ("postgres", "postgresql"):
            address = address.set(drivername="postgresql+psycopg")
        made = create_engine(
            address, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS}
        )
    with made.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        metadata.create_all(connection)
    return made


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" above opens transactions, not sqlite3.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
