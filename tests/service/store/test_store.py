"""The store, on SQLite and on a real PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import LogCapture

from perennial import database
from perennial.errors import InvalidInput, PerennialError
from service.errors import FeedbackConflict, StoreUnavailable, UnknownPrediction
from service.store import tables, writes
from service.store.queue import Store
from service.store.writes import FeedbackResult
from tests.service import fakes
from tests.service.databases import NOW, amounts, observed, rows
from tests.service.store.stores import give, make


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    """A running store."""
    made, _ = make(engine)
    made.start()
    yield made
    made.close()


def test_predictions_are_written_soon(store: Store, engine: Engine) -> None:
    """What is offered is in the table a moment later, inputs as the JSON they were."""
    store.offer(observed("a", "b"))
    fakes.wait_until(lambda: store.queued == 0)
    assert rows(engine, "predictions")[0] == {
        "prediction_id": "a",
        "model": "pets",
        "version": "1.0.0",
        "observed_at": "2026-01-01T00:00:00.250000+00:00",
        "input": "[[1.5,2],[3,4]]",
        "predicted": "cat",
        "confidence": 0.75,
        "subject": None,
        "low": None,
        "high": None,
    }
    assert (len(rows(engine, "predictions")), store.dropped) == (2, 0)


def test_feedback_joins_its_prediction_in_the_view(store: Store, engine: Engine) -> None:
    """Training reads labelled predictions, and those only, from one view."""
    store.offer(observed("a", "b"))
    (outcome,) = give(store, ("a", "dog"))
    assert outcome == FeedbackResult("pets", "1.0.0", "cat", 0.75, "dog", created=True, delay=0.0)
    (row,) = rows(engine, "labelled_predictions")
    assert list(row) == [
        "prediction_id",
        "model",
        "version",
        "observed_at",
        "input",
        "predicted",
        "confidence",
        "label",
        "labelled_at",
        "source",
        "trusted",
        "subject",
    ]
    assert (row["prediction_id"], row["predicted"], row["label"]) == ("a", "cat", "dog")
    assert row["labelled_at"] == "2026-01-01T00:00:00.250000+00:00"


@pytest.mark.parametrize("later, delay", [(90.0, 90.0), (-2.0, 0.0)])
def test_a_label_says_how_late_it_came(engine: Engine, later: float, delay: float) -> None:
    """The delay is counted from the prediction, and a clock that is behind makes it 0."""
    store, _ = make(engine, clock=lambda: NOW + later)
    store.start()
    try:
        store.offer(observed("a"))
        (outcome,) = give(store, ("a", "cat"))
        assert isinstance(outcome, FeedbackResult) and outcome.delay == pytest.approx(delay)
    finally:
        store.close()


def test_feedback_for_a_prediction_in_the_queue_works(engine: Engine) -> None:
    """Feedback that comes before its prediction is written waits for it, and for no timer."""
    store, _ = make(engine, write_seconds=60.0)
    store.start()
    try:
        store.offer(observed("early"))
        (outcome,) = give(store, ("early", "cat"))
        assert isinstance(outcome, FeedbackResult) and outcome.created
    finally:
        store.close()


def test_the_same_label_again_changes_nothing(store: Store, engine: Engine) -> None:
    """A repeated label is fine and is not new; within one batch as across two."""
    store.offer(observed("a"))
    first = give(store, ("a", "cat"), ("a", "cat"))
    again = give(store, ("a", "cat"))
    assert [
        outcome.created for outcome in (*first, *again) if isinstance(outcome, FeedbackResult)
    ] == [
        True,
        False,
        False,
    ]
    assert len(rows(engine, "feedback")) == 1


def test_a_contradicting_label_is_refused(store: Store, engine: Engine) -> None:
    """The first label stands; a second one that differs is named, in one batch as across two."""
    store.offer(observed("a"))
    _, beside = give(store, ("a", "cat"), ("a", "dog"))
    (later,) = give(store, ("a", "dog"))
    for error in (beside, later):
        assert isinstance(error, FeedbackConflict)
        assert str(error) == "label: got 'dog', expected 'cat', the label already stored"
    assert rows(engine, "feedback")[0]["label"] == "cat"


def test_an_unknown_prediction_is_refused(store: Store) -> None:
    """Feedback for an id that was never answered names the id."""
    (error,) = give(store, ("nobody", "cat"))
    assert isinstance(error, UnknownPrediction)
    assert "'nobody'" in str(error)


def test_a_label_outside_the_set_is_refused(store: Store, engine: Engine) -> None:
    """A label that the model cannot give is refused; its neighbours in the batch are stored."""
    store.offer(observed("a", "b"))
    error, fine = give(store, ("a", "bird"), ("b", "dog"))
    assert isinstance(error, InvalidInput) and error.status == 422
    assert str(error) == "label: got 'bird', expected one of ['cat', 'dog']"
    assert isinstance(fine, FeedbackResult)
    assert [row["prediction_id"] for row in rows(engine, "feedback")] == ["b"]


def test_answers_and_labels_without_a_fixed_set_are_stored_as_text(
    store: Store, engine: Engine
) -> None:
    """A label that is a number has one text however it is written, and there is no confidence."""
    store.offer(amounts("a", "b"))
    first, again, other, bad = give(store, ("a", 7), ("a", "7.0"), ("a", 8), ("b", "seven"))
    assert first == FeedbackResult("amounts", "1.0.0", "1.5", None, "7.0", created=True, delay=0.0)
    assert isinstance(again, FeedbackResult) and not again.created
    assert str(other) == "label: got '8.0', expected '7.0', the label already stored"
    assert str(bad) == "label: got 'seven', expected an amount in EUR"
    (row,) = rows(engine, "labelled_predictions")
    assert (row["predicted"], row["confidence"], row["label"]) == ("1.5", None, "7.0")


def test_a_broken_prediction_spoils_no_other(store: Store, engine: Engine) -> None:
    """What is no number is stored without a confidence, beside predictions that are whole."""
    broken = observed("a", "b")
    broken.predictions[0]["confidence"] = float("nan")
    store.offer(broken)
    fakes.wait_until(lambda: store.queued == 0)
    assert [row["confidence"] for row in rows(engine, "predictions")] == [None, 0.75]
    assert store.dropped == 0


@pytest.mark.parametrize("bad", ["x\0y", float("inf")])
def test_a_label_that_cannot_be_stored_is_refused_alone(
    store: Store, engine: Engine, bad: str | float
) -> None:
    """Where the output is unknown any label is allowed, but not one that fails those beside it."""
    store.offer(observed("a", "b", model="unknown"))
    error, fine = give(store, ("a", bad), ("b", 7))
    assert isinstance(error, InvalidInput) and error.status == 422
    assert isinstance(fine, FeedbackResult) and fine.label == "7.0"


def test_without_any_check_an_odd_id_costs_all_labels_of_its_write(postgres_database: str) -> None:
    """PostgreSQL refuses the statement; the store tries each alone, and the route lets none in."""
    engine = tables.connect(postgres_database)
    store, _ = make(engine)
    store.start()
    store.offer(observed("a", "b"))
    odd, *_ = outcomes = give(store, ("a\0", "cat"), ("a", "cat"), ("b", "dog"))
    store.close()
    assert isinstance(odd, StoreUnavailable)
    assert all(isinstance(one, FeedbackResult) for one in outcomes[1:])
    labels = [writes.Label(name, "cat") for name in ("a\0", "a", "b")]
    with pytest.raises(SQLAlchemyError, match="NUL"):
        writes.insert_feedback(engine, labels, outputs=lambda *_: None, now=NOW)
    engine.dispose()


def test_a_database_that_answers_is_reachable(store: Store) -> None:
    """Readiness asks the database itself."""
    assert store.reachable()


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


def test_feedback_gives_up_after_its_time(tmp_path: Path) -> None:
    """While another process holds the database, feedback answers 503 and stores nothing."""
    path = tmp_path / "store.db"
    engine = tables.connect(f"sqlite:///{path}")
    tables.create(engine)
    writes.insert_predictions(engine, [observed("a")])
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    store, _ = make(engine, feedback_seconds=0.1)
    store.start()
    (error,) = give(store, ("a", "cat"))
    blocker.execute("ROLLBACK")
    blocker.close()
    store.close()
    assert isinstance(error, StoreUnavailable)
    assert "did not answer in 0.1 s" in str(error)
