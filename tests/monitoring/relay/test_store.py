"""What the relay remembers, on SQLite and on a real PostgreSQL."""

import threading
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from monitoring.relay.store import Store
from monitoring.relay.tables import engine
from tests.monitoring.relay.fakes import START, FakePipelines, alert, webhook
from tests.monitoring.relay.parts import Bench


@pytest.fixture
def relay(url: str) -> Iterator[Bench]:
    """Return a relay over that database."""
    made = Bench(url, FakePipelines("refused", "made"))
    yield made
    made.store.close()


def test_an_incident_goes_all_the_way(relay: Bench) -> None:
    """Accepted, refused once, made unseen, adopted, followed: each is a row in order."""
    relay.intake.receive(webhook())
    relay.intake.receive(webhook())
    relay.run(120)
    assert relay.decisions() == ["accepted", "duplicate", "attempt", "retry", "retry", "adopted"]
    assert relay.latest().status == "running"


def test_a_new_process_knows_everything(relay: Bench) -> None:
    """Closing and opening the database loses nothing."""
    relay.intake.receive(webhook())
    relay.worker.step()
    before = relay.incident(), relay.latest()
    relay.store.close()
    relay.restart()
    assert (relay.incident(), relay.latest()) == before


def test_times_come_back_in_utc(relay: Bench) -> None:
    """A start given in another zone is the same moment."""
    local = START.astimezone(timezone(timedelta(hours=5)))
    relay.intake.receive(webhook(alert(started=local)))
    assert relay.incident()["started_at"] == START
    assert relay.incident()["started_at"].utcoffset() == timedelta(0)


def test_an_update_needs_what_was_read(relay: Bench) -> None:
    """Of two who read the same attempt, the second to write is told that it came late."""
    relay.intake.receive(webhook())
    relay.worker.step()
    read = relay.latest()
    with relay.store.transaction() as ledger:
        assert ledger.attempts.update(read, tries=2)
    with relay.store.transaction() as ledger:
        assert not ledger.attempts.update(read, tries=2)


def test_an_error_leaves_nothing(relay: Bench) -> None:
    """A transaction that does not end well writes nothing."""
    with pytest.raises(RuntimeError), relay.store.transaction() as ledger:
        ledger.add_webhook("group", b"{}", now=START)
        raise RuntimeError("the process is in trouble")
    with relay.store.transaction() as ledger:
        assert ledger.audit(10) == ([], [])


def test_alerts_that_come_at_once_make_one_incident(relay: Bench) -> None:
    """Decisions are taken one after the other, whoever sends."""
    bodies = [webhook(alert(started=START + timedelta(seconds=n // 2))) for n in range(8)]
    threads = [threading.Thread(target=relay.intake.receive, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(relay.decisions()) == 8
    assert relay.decisions().count("accepted") == 1


def test_sqlite_waits_for_the_disk(tmp_path: Path) -> None:
    """A commit is a write-ahead log that was flushed."""
    made = engine(f"sqlite:///{tmp_path}/relay.db")
    with made.begin() as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous")
        ]
    made.dispose()
    assert found == ["wal", 2]


def test_what_old_alerts_said_is_not_kept(relay: Bench, url: str) -> None:
    """The next webhook empties those of more than 30 days ago; decisions still name them."""
    now = relay.clock()
    with relay.store.transaction() as ledger:
        for days in (40, 20, 0):
            ledger.add_webhook("group", b"{}", now=now - timedelta(days=days))
    made = engine(url)
    with made.connect() as connection:
        found = connection.execute(text("SELECT body FROM relay_webhooks ORDER BY id")).scalars()
        assert found.all() == ["", "{}", "{}"]
    made.dispose()


def test_without_that_month_it_is_kept_for_ever(url: str) -> None:
    """So that it is the setting that empties it."""
    made = engine(url)
    store = Store(made, keep=timedelta(days=36_500))
    with store.transaction() as ledger:
        for days in (40, 0):
            ledger.add_webhook("group", b"{}", now=START - timedelta(days=days))
    with made.connect() as connection:
        found = connection.execute(text("SELECT body FROM relay_webhooks")).scalars()
        assert found.all() == ["{}", "{}"]
    store.close()
