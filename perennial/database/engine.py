"""The engine of a database: SQLite with a write-ahead log, or PostgreSQL with psycopg."""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import OperationalError

from perennial.database.url import SQLITE, parse

BUSY_SECONDS = 5.0
CONNECT_SECONDS = 5
RETRY_SECONDS = 0.01
# How long a change of tables waits for those who read them: less than a client waits for a label.
LOCK_SECONDS = 2


def connect(
    address: str,
    *,
    busy_seconds: float = BUSY_SECONDS,
    connect_seconds: int = CONNECT_SECONDS,
    immediate: bool = False,
) -> Engine:
    """Return the engine of a program that writes; it connects at first use.

    busy_seconds: how long a statement waits for another process's lock on SQLite's file.
    connect_seconds: how long to wait for a new connection to PostgreSQL.
    immediate: on SQLite, each transaction takes the write lock when it begins, so that what it read
    is still true when it writes, and its commit waits for the disk.
    Raises InvalidField for any other kind of address.
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
            # `_begin_immediate` begins transactions instead of Python's sqlite3.
            connection.isolation_level = None
        cursor.close()

    return _sqlite(url, prepare, immediate=immediate)


def reader(address: str, *, connect_seconds: int = CONNECT_SECONDS) -> Engine:
    """Return the engine of a program that only reads; it sets nothing on the file.

    On SQLite, the last program to close the file moves the write-ahead log into it, also this one.
    """
    url = parse(address)
    if url.get_backend_name() != SQLITE:
        return _postgresql(url, connect_seconds)
    return sql.create_engine(url)


def _postgresql(url: URL, connect_seconds: int) -> Engine:
    arguments = {"connect_timeout": connect_seconds}
    # Positional parameters, as for SQLite: the service passes tuples to the driver.
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
    """Let readers and a writer work at the same time; the file keeps this setting.

    SQLite's busy timeout does not cover the change itself: a replica that opens a new file while
    another changes it fails at once. So retry for as long as the timeout.
    """
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(RETRY_SECONDS)


def unreachable(error: Exception) -> bool:
    """Return whether an error will pass: no answer from the server, or SQLite's file was locked."""
    if not isinstance(error, OperationalError):
        return False
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    # PostgreSQL's: none (no connection), 08 (connection), 53 (resources), 57P (shutting down),
    # 55P03 (a lock was not to be had in time).
    state = getattr(cause, "sqlstate", None)
    return state is None or state.startswith(("08", "53", "57P", "55P03"))


def lock(connection: Connection, number: int) -> None:
    """Wait for this lock and hold it until the transaction commits.

    number: any that no other program of a PostgreSQL database uses; SQLite has one lock per file.
    """
    if connection.dialect.name == SQLITE:
        if not connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
            _begin_immediate(connection)
    else:
        connection.execute(sql.select(sql.func.pg_advisory_xact_lock(number)))


def limit_lock_wait(connection: Connection) -> None:
    """Let this transaction fail soon where it waits for a table that others read.

    PostgreSQL lets every later statement on that table wait behind it, so that a migration beside a
    long report would stop the service for as long as the report takes.
    """
    if connection.dialect.name != SQLITE:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")


def set_durable(connection: Connection, durable: bool) -> None:
    """Choose whether the next commit survives a power loss; call it before the first statement.

    Both survive a crash of the process. Only what is confirmed to a client is worth waiting for the
    disk.
    """
    if connection.dialect.name == SQLITE:
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    elif not durable:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
