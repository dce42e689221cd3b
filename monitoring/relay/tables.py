"""The relay's tables, and how it opens their database; `migrations/` has their history."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

from perennial import database
from perennial.database import Schema
from perennial.database.schema import SINCE
from perennial.errors import SchemaRefused

# Any number, the same in every relay on one PostgreSQL: it lets one transaction at a time decide.
LOCK = 0x72656C6179
BUSY_SECONDS = 30.0
# PostgreSQL refuses a larger number in a column of integers.
MOST = 2**31 - 1
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
    # Of the model, as the alerts named them: a JSON list, or null where they are not known.
    Column("versions", Text, nullable=False, info={SINCE: "0003"}),
    Column("started_at", Utc, nullable=False),
    Column("accepted_at", Utc, nullable=False),
    Column("last_fired_at", Utc, nullable=False, info={SINCE: "0003"}),
    # NULL while it lives.
    Column("ended_at", Utc, info={SINCE: "0004"}),
    # The alerts that fire, each with its signal, a JSON object; and since when they are away.
    Column("firing", Text, nullable=False, info={SINCE: "0004"}),
    Column("quiet_since", Utc, info={SINCE: "0004"}),
    # What it does, why, since when, and when that may change; see policy.py.
    Column("action", String(10), nullable=False, info={SINCE: "0004"}),
    Column("reason", Text, nullable=False, info={SINCE: "0004"}),
    Column("action_since", Utc, nullable=False, info={SINCE: "0004"}),
    Column("missing_labels", Integer, nullable=False, info={SINCE: "0004"}),
    Column("expected_at", Utc, info={SINCE: "0004"}),
    Column("next_look_at", Utc, nullable=False, info={SINCE: "0004"}),
    # Labelled rows that `collect` would read; NULL where nobody counts.
    Column("rows", Float, info={SINCE: "0004"}),
    # The names of the alerts that have fired in it, and of the signals that have drifted, JSON
    # lists; NULL of incidents from before they were kept.
    Column("alerts", Text, info={SINCE: "0005"}),
    Column("drifted", Text, info={SINCE: "0005"}),
    # Of the fall that labels show in it: since when rows are the fall's own, how many have a label,
    # and when it was last measured; NULL before the first.
    Column("fall_since", Utc, info={SINCE: "0006"}),
    Column("fall_rows", Float, info={SINCE: "0006"}),
    Column("fall_seen_at", Utc, info={SINCE: "0006"}),
    Index("relay_incidents_by_model", "model", "accepted_at"),
)

attempts = Table(
    "relay_attempts",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("incident", String(12), nullable=False),
    Column("number", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("started_at", Utc, nullable=False),  # since when rows are of the incident
    Column("accepted_at", Utc, nullable=False),
    Column("signal", String(10), nullable=False),
    Column("rows", Float),
    Column("arrived", Float),  # labels of the model, as relay_labels had them then
    Column("result", String(10)),  # NULL until the pipeline has ended
    # Times the rows that the gate takes to see the gain that it saw; NULL where it saw none.
    Column("growth", Float, info={SINCE: "0006"}),
    Column("state", String(10), nullable=False),  # waiting, triggered, failed
    Column("tries", Integer, nullable=False, default=0),
    Column("next_attempt_at", Utc, nullable=False),
    Column("triggered_at", Utc),
    # SQLite's own integer has 64 bits.
    Column("pipeline_id", BigInteger().with_variant(Integer, "sqlite")),
    Column("pipeline_url", Text),
    Column("pipeline_status", String(40)),
    Column("next_poll_at", Utc),
    Column("silent_since", Utc),  # since when GitLab does not say how the pipeline goes
    Index("relay_attempts_by_model", "model", "accepted_at"),
    info={SINCE: "0004"},
)

# How many labels of each model have come since the relay began to count them.
labels = Table(
    "relay_labels",
    metadata,
    Column("model", Text, primary_key=True),
    Column("since", Utc, nullable=False),
    Column("counted_at", Utc, nullable=False),
    Column("arrived", Float, nullable=False),
    Column("a_second", Float, nullable=False),  # over the last day
    # The service's counters as they were read last, a JSON object; see arrivals.py.
    Column("counters", Text, nullable=False),
    info={SINCE: "0004"},
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


SCHEMA = Schema(
    name="relay",
    metadata=metadata,
    folder=Path(__file__).with_name("migrations"),
    lock=LOCK,
    command="python -m monitoring.relay.migrate",
)


def connect(address: str) -> Engine:
    """Return an engine whose commits are on the disk, and whose transactions come one by one."""
    return database.connect(
        address, busy_seconds=BUSY_SECONDS, connect_seconds=CONNECT_SECONDS, immediate=True
    )


def engine(address: str) -> Engine:
    """Return the engine of a database with the tables made or migrated. Raises SchemaRefused."""
    made = connect(address)
    try:
        SCHEMA.prepare(made)
    except SchemaRefused:
        made.dispose()
        raise
    return made
