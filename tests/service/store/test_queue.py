"""The queue in front of the database: what it drops, and what one bad row costs."""

from typing import Any

from sqlalchemy.engine import Engine

from service.errors import StoreUnavailable
from service.store.writes import FeedbackResult
from tests.service import fakes
from tests.service.databases import observed, rows
from tests.service.store.stores import give, make


def test_a_full_queue_drops_and_counts(engine: Engine) -> None:
    """A request that does not fit is dropped whole and counted; offering never blocks."""
    store, _ = make(engine, queue_size=5)
    store.offer(observed(count=3))
    store.offer(observed(count=3))
    store.offer(observed(count=2))
    assert (store.queued, store.dropped) == (5, 3)
    store.start()
    fakes.wait_until(lambda: store.queued == 0)
    store.offer(observed(count=5))
    store.close()
    assert (len(rows(engine, "predictions")), store.dropped) == (10, 3)


def test_a_queue_of_long_instances_is_full_by_its_bytes(engine: Engine) -> None:
    """A few thousand requests of a megabyte would fill the memory long before they are many."""
    bounded, _ = make(engine, queue_bytes=50)
    unbounded, _ = make(engine, queue_bytes=10**9)
    for store in (bounded, unbounded):
        for _ in range(4):
            store.offer(observed("a", "b"))  # 15 bytes each
    assert (bounded.queued, bounded.dropped) == (2, 6)
    assert (unbounded.queued, unbounded.dropped) == (8, 0)


def test_a_prediction_that_cannot_be_written_costs_no_other(engine: Engine) -> None:
    """The others of the same write are stored; it is counted and its error logged."""
    store, log = make(engine, write_seconds=60.0)
    bad = observed("bad")
    bad.predictions[0]["label"] = {"no": "text"}
    for request in (observed("a"), bad, observed("b", "c")):
        store.offer(request)
    store.start()
    store.close()
    assert [row["prediction_id"] for row in rows(engine, "predictions")] == ["a", "b", "c"]
    assert (store.queued, store.dropped) == (0, 1)
    assert [entry["rows"] for entry in log.entries if entry["event"] == "predictions_dropped"] == [
        1
    ]


def test_a_label_that_breaks_its_transaction_costs_no_other(engine: Engine) -> None:
    """Its client is told, the labels sent at the same time are stored."""
    broken: dict[str, Any] = {
        "outputs": lambda model, version: Breaking() if model == "bad" else None
    }
    store, _ = make(engine, write_seconds=60.0, **broken)
    store.start()
    for name in ("a", "b"):
        store.offer(observed(name))
    store.offer(observed("c", model="bad"))
    first, second, third = give(store, ("a", "cat"), ("c", "dog"), ("b", "cat"))
    store.close()
    assert isinstance(first, FeedbackResult) and isinstance(third, FeedbackResult)
    assert isinstance(second, StoreUnavailable)
    assert len(rows(engine, "feedback")) == 2


class Breaking:
    """An output with a fault of its own."""

    def read_label(self, label: object) -> str:
        """Fail."""
        raise LookupError("a fault of a kind")


def test_closing_writes_what_waits(engine: Engine) -> None:
    """An orderly stop loses nothing that was offered."""
    store, _ = make(engine, write_seconds=60.0)
    store.start()
    store.offer(observed(count=7))
    store.close()
    assert len(rows(engine, "predictions")) == 7
