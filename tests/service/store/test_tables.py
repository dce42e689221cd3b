"""What both databases promise to processes that share them."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Engine

from perennial.errors import InvalidInput
from service.store import tables, writes
from service.store.writes import FeedbackResult, Label
from tests.service.databases import NOW, observed, output, rows


def test_two_replicas_agree_on_the_first_label(engine: Engine, url: str) -> None:
    """Of labels that two processes write at once, one is created and the other sees it."""
    tables.create(engine)
    ids = [f"r{index}" for index in range(40)]
    writes.insert_predictions(engine, [observed(*ids)])
    other = tables.connect(url)
    start = threading.Barrier(2)

    def replica(mine: Engine) -> list[FeedbackResult | InvalidInput]:
        start.wait()
        items = [Label(name, "dog") for name in ids]
        return [
            outcome
            for item in items
            for outcome in writes.insert_feedback(mine, [item], outputs=output, now=NOW)
        ]

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(replica, (engine, other)))
    other.dispose()
    for pair in zip(*results, strict=True):
        assert sorted(o.created for o in pair if isinstance(o, FeedbackResult)) == [False, True]


def test_many_replicas_may_create_the_tables_at_once(url: str) -> None:
    """Replicas that start together do not fail on each other's tables."""
    engines = [tables.connect(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tables.create, engines))
    assert rows(engines[0], "labelled_predictions") == []
    for each in engines:
        each.dispose()


def test_a_replica_waits_for_another_that_writes_a_new_sqlite_file(tmp_path: Path) -> None:
    """SQLite refuses the change to WAL at once while another writes; the replica asks again."""
    path = tmp_path / "store.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    end = threading.Timer(0.2, lambda: other.execute("COMMIT"))
    end.start()
    engine = tables.connect(f"sqlite:///{path}")
    tables.create(engine)
    end.join()
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    engine.dispose()
    other.close()


class Recorder:
    """Notes what `PRAGMA synchronous` was when a statement ran."""

    def __init__(self, engine: Engine) -> None:
        self.seen: dict[str, set[int]] = {}
        sql.event.listen(engine, "before_cursor_execute", self.note)

    def note(self, _: object, cursor: Any, statement: str, *rest: object) -> None:
        """Remember the level in force for each INSERT."""
        if statement.startswith("INSERT"):
            level = cursor.connection.execute("PRAGMA synchronous").fetchone()[0]
            self.seen.setdefault(statement.split()[2], set()).add(level)


def test_sqlite_syncs_the_disk_for_feedback_only(tmp_path: Path) -> None:
    """In WAL mode a label's commit reaches the disk (FULL); a prediction's need not (NORMAL)."""
    engine = tables.connect(f"sqlite:///{tmp_path / 'store.db'}")
    tables.create(engine)
    recorder = Recorder(engine)
    writes.insert_predictions(engine, [observed("a")])
    writes.insert_feedback(engine, [Label("a", "cat")], outputs=output, now=NOW)
    with engine.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    engine.dispose()
    assert mode == "wal"
    assert recorder.seen == {"predictions": {1}, "feedback": {2}}
