"""A store whose database is away, locked or of another version loses nothing that it need not."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sql
from sqlalchemy.engine import Engine
from structlog.testing import LogCapture

from perennial import database
from perennial.errors import PerennialError
from service.errors import StoreUnavailable
from service.store import tables, writes
from service.store.queue import Store
from service.store.writes import FeedbackResult
from tests.service import fakes
from tests.service.databases import observed, rows
from tests.service.store.stores import give, make

UNREACHABLE = "postgresql://nobody@127.0.0.1:1/nothing"


def unreachable(url: str) -> tuple[Store, LogCapture]:
    """Return a running store whose database cannot be reached."""
    store, capture = make(tables.connect(url))
    store.start()
    return store, capture


@pytest.mark.parametrize(
    ("url", "event"),
    [
        (UNREACHABLE, "database_unreachable"),
        ("sqlite:////proc/none/store.db", "database_failed"),
    ],
    ids=["pg", "lite"],
)
def test_without_a_database_feedback_says_so_and_predictions_wait(url: str, event: str) -> None:
    """Nothing is acknowledged, the writer lives on, and what is lost at the end is counted."""
    store, capture = unreachable(url)
    try:
        errors = give(store, ("a", "cat"))
        store.offer(observed(count=2))
        errors += give(store, ("a", "cat"))
        for error in errors:
            assert isinstance(error, StoreUnavailable) and error.status == 503
            assert "try again" in str(error.body())
        assert (store.queued, store.dropped) == (2, 0)
        assert not store.reachable()
    finally:
        store.close()
    assert (store.queued, store.dropped) == (2, 2)
    assert {entry["event"] for entry in capture.entries} == {
        "predictions_wait",
        "predictions_dropped",
        "feedback_failed",
        event,
    }


def test_a_refused_database_is_not_called_unreachable(engine: Engine) -> None:
    """The log has the sentence itself, which says what to do."""
    tables.create(engine)
    with engine.begin() as connection:
        connection.execute(tables.SCHEMA.version.update().values(version_num="0999"))
    store, capture = make(engine)
    assert not store.reachable()
    (entry,) = capture.entries
    assert entry["event"] == "database_refused"
    assert ": the service's tables have version 0999, expected at most" in entry["error"]
    assert "SchemaRefused" not in entry["error"]


def test_the_database_may_come_up_later(tmp_path: Path) -> None:
    """A store that failed works as soon as its database does."""
    folder = tmp_path / "folder"
    folder.write_text("in the way")
    store, _ = unreachable(f"sqlite:///{folder / 'store.db'}")
    try:
        assert isinstance(give(store, ("a", "cat"))[0], PerennialError)
        folder.unlink()
        store.offer(observed("a"))
        assert isinstance(give(store, ("a", "cat"))[0], FeedbackResult)
    finally:
        store.close()


def test_predictions_wait_while_the_database_is_locked(tmp_path: Path) -> None:
    """They are stored when it answers again; until then no label of theirs is called unknown."""
    path = tmp_path / "store.db"
    engine = database.connect(f"sqlite:///{path}", busy_seconds=0.1)
    tables.create(engine)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    store, capture = make(engine, queue_size=3)
    store.start()
    try:
        store.offer(observed("a", "b"))
        fakes.wait_until(lambda: bool(capture.entries))
        store.offer(observed("c"))
        store.offer(observed("d"))  # the queue is full
        assert isinstance(give(store, ("a", "cat"))[0], StoreUnavailable)
        assert (store.queued, store.dropped) == (3, 1)
        blocker.execute("ROLLBACK")
        fakes.wait_until(lambda: store.queued == 0)
        assert isinstance(give(store, ("a", "cat"))[0], FeedbackResult)
        assert len(rows(engine, "predictions")) == 3 and store.dropped == 1
    finally:
        store.close()
        blocker.close()
    events = [entry["event"] for entry in capture.entries]
    assert events == ["predictions_wait", "predictions_no_longer_wait"]


def test_predictions_wait_while_the_database_only_reads(postgres_database: str) -> None:
    """As after a failover to a replica that is not promoted yet."""
    engine = tables.connect(postgres_database)
    tables.create(engine)
    reads_only = [True]

    @sql.event.listens_for(engine, "begin")
    def begin(connection: sql.Connection) -> None:
        if reads_only:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    store, capture = make(engine)
    store.start()
    try:
        store.offer(observed("a", "b"))
        fakes.wait_until(lambda: bool(capture.entries))
        assert (store.queued, store.dropped) == (2, 0)
        reads_only.clear()
        fakes.wait_until(lambda: store.queued == 0)
        assert len(rows(engine, "predictions")) == 2
    finally:
        store.close()


def _blocked(path: Path) -> tuple[Engine, sqlite3.Connection]:
    """Return a database with a prediction, and another process's connection that holds it."""
    engine = tables.connect(f"sqlite:///{path}")
    tables.create(engine)
    writes.insert_predictions(engine, [observed("a")])
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    return engine, blocker


def test_feedback_gives_up_after_its_time(tmp_path: Path) -> None:
    """While another process holds the database, feedback answers 503."""
    engine, blocker = _blocked(tmp_path / "store.db")
    store, _ = make(engine, feedback_seconds=0.1)
    store.start()
    (error,) = give(store, ("a", "cat"))
    blocker.execute("ROLLBACK")
    blocker.close()
    store.close()
    assert isinstance(error, StoreUnavailable)
    assert "did not answer in 0.1 s" in str(error)


def test_a_label_stored_after_its_time_is_counted_once(tmp_path: Path) -> None:
    """A label whose write outlasts its client's patience is reported as new all the same, once."""
    engine, blocker = _blocked(tmp_path / "store.db")
    store, _ = make(engine, feedback_seconds=0.1)
    created: list[FeedbackResult] = []

    async def give_up_and_try_again() -> None:
        with pytest.raises(StoreUnavailable):
            await store.feedback("a", "cat", created=created.append)
        blocker.execute("ROLLBACK")
        while not created:
            await asyncio.sleep(0.01)
        again = await store.feedback("a", "cat", created=created.append)
        assert not again.created

    store.start()
    asyncio.run(asyncio.wait_for(give_up_and_try_again(), fakes.TIMEOUT))
    store.close()
    blocker.close()
    assert [one.label for one in created] == ["cat"]
