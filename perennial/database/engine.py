"""The engine of a database: SQLite with a write-ahead log, or PostgreSQL with psycopg."""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import URL, Connection, Engine

from perennial.database.url import SQLITE, parse

BUSY_SECONDS = 5.0
CONNECT_SECONDS = 5
RETRY_SECONDS = 0.01


def connect(
    address: str,
    *,
    busy_seconds: float = BUSY_SECONDS,
    connect_seconds: int = CONNECT_SECONDS,
    immediate: bool = False,
) -> Engine:
    """Return the engine of a program that writes; nothing is opened until the first use.

    busy_seconds: how long a statement waits for another process's lock on SQLite's file.
    connect_seconds: how long to wait for PostgreSQL's answer to a new connection.
    immediate: on SQLite each transaction takes the write lock at its begin and its commit waits
    for the disk, so that what it decides from is still true when it writes.
    Raises InvalidField for an address of another kind.
    """
    url = parse(address)
    if url.get_backend_name() != SQLITE:
        return _postgresql(url, connect_seconds)
    milliseconds = int(busy_seconds * 1000)

    def prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
        _use_wal(cursor, deadline=time.monotonic() + busy_seconds)
        cursor.execute("PRAGMA foreign_keys = ON")
        if immediate:
            cursor.execute("PRAGMA synchronous = FULL")
            # `_begin_immediate` opens transactions, not Python's sqlite3.
            connection.isolation_level = None
        cursor.close()

    return _sqlite(url, prepare, immediate=immediate)


def reader(address: str, *, connect_seconds: int = CONNECT_SECONDS) -> Engine:
    """Return the engine of a program that only reads, and changes nothing about the file."""
    url = parse(address)
    if url.get_backend_name() != SQLITE:
        return _postgresql(url, connect_seconds)
    return sql.create_engine(url)


def _postgresql(url: URL, connect_seconds: int) -> Engine:
    arguments = {"connect_timeout": connect_seconds}
    # Positional parameters, as SQLite's are: the service hands tuples to the driver.
    return sql.create_engine(url, connect_args=arguments, pool_pre_ping=True, paramstyle="format")


def _sqlite(url: URL, prepare: Callable[[Any, object], None], *, immediate: bool) -> Engine:
    engine = sql.create_engine(url)
    sql.event.listen(engine, "connect", prepare)
    if immediate:
        sql.event.listen(engine, "begin", _begin_immediate)
    return engine


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _use_wal(cursor: sqlite3.Cursor, *, deadline: float) -> None:
    """Let readers and a writer work beside each other; the file remembers it.

    SQLite's busy timeout does not cover the change itself: a replica that opens a new file while
    another changes it is refused at once, so it asks again for as long.
    """
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(RETRY_SECONDS)


def lock(connection: Connection, number: int) -> None:
    """Wait until no other process's transaction holds this lock; it lasts until the commit.

    number: any that no other program of a PostgreSQL database uses; SQLite has one lock a file.
    """
    if connection.dialect.name == SQLITE:
        if not connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
            _begin_immediate(connection)
    else:
        connection.execute(sql.select(sql.func.pg_advisory_xact_lock(number)))


def set_durable(connection: Connection, durable: bool) -> None:
    """Choose whether the coming commit survives a loss of power, before the first statement.

    Either survives the death of the process. What is acknowledged must be durable; the rest is
    not worth a wait for the disk.
    """
    if connection.dialect.name == SQLITE:
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    elif not durable:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
