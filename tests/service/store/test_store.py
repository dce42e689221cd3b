"""The store, on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from perennial.errors import InvalidInput
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


def test_predictions_of_several_statements_stay_what_they_are(engine: Engine) -> None:
    """Each keeps its own instance, whether it fills a statement with others or is left over."""
    requests = [observed(f"p{number:03}") for number in range(2 * writes.AT_ONCE + 3)]
    sent = [b"[%d]" % number for number in range(len(requests))]
    named = [
        request._replace(texts=[text], subject="ann" if place % 2 else None)
        for place, (request, text) in enumerate(zip(requests, sent, strict=True))
    ]
    tables.create(engine)
    writes.insert_predictions(engine, named)
    found = rows(engine, "predictions")
    assert [row["input"].encode() for row in found] == sent
    assert [row["subject"] for row in found] == [request.subject for request in named]


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
