"""Training reads what the service wrote, whichever database keeps it."""

from datetime import datetime, timezone

from sqlalchemy.engine import Engine

from service.store import tables, writes
from service.store.writes import Label
from tests.service.databases import NOW, observed, output
from training.feedback.labelled import read
from training.feedback.request import parse_time


def test_what_the_service_stored_is_read_back(engine: Engine, url: str) -> None:
    """Labelled predictions of the task come with input, label and time; others do not."""
    tables.create(engine)
    requests = [observed("a", "b", "c"), observed("d", model="other")]
    writes.insert_predictions(engine, requests)
    given = [Label("a", "dog"), Label("c", "cat"), Label("d", "cat")]
    writes.insert_feedback(engine, given, outputs=output, now=NOW + 5)
    rows = list(read(url, "pets", None))
    assert [(row.prediction_id, row.label) for row in rows] == [("a", "dog"), ("c", "cat")]
    assert rows[0].input == "[[1.5,2],[3,4]]"
    assert parse_time(rows[0].observed_at, name="t").timestamp() == NOW


def test_rows_from_a_moment_on_are_read(engine: Engine, url: str) -> None:
    """The time itself belongs to them."""
    tables.create(engine)
    writes.insert_predictions(engine, [observed("a")])
    writes.insert_feedback(engine, [Label("a", "dog")], outputs=output, now=NOW)
    at = datetime.fromtimestamp(NOW, timezone.utc)
    later = datetime.fromtimestamp(NOW + 0.001, timezone.utc)
    assert len(list(read(url, "pets", at))) == 1
    assert list(read(url, "pets", later)) == []
