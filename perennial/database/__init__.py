"""Database access shared by all programs: the engine, the table versions, the settings."""

from perennial.database.engine import connect, reader, set_durable, unreachable
from perennial.database.schema import Schema
from perennial.database.url import SQLITE, parse, shown

__all__ = ["SQLITE", "Schema", "connect", "parse", "reader", "set_durable", "shown", "unreachable"]
