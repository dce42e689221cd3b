"""Old rows go after the days for which they may be kept, and only then."""

from typing import Any

import pytest
import sqlalchemy as sql
from sqlalchemy.engine import Connection, Engine

from service.store import tables, writes
from service.store.erasure import BATCH
from service.store.retention import DAY, LOOK, PAUSE, Retention
from service.store.writes import Label, Observed
from tests.service.databases import NOW, observed, output, rows


def aged(days: float, *names: str) -> Observed:
    """Return predictions of so many days ago, with ids that begin with their time."""
    at = NOW - days * DAY
    ids = [f"{int(at * 1000):012x}{name}" for name in names]
    return observed(*ids)._replace(time=at)


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """A database with predictions of 5, 15 and 25 days ago, each with and without a label."""
    tables.create(engine)
    for days in (5, 15, 25):
        request = aged(days, "a", "b")
        writes.insert_predictions(engine, [request])
        label = Label(request.predictions[0]["prediction_id"], "dog")
        writes.insert_feedback(engine, [label], outputs=output, now=NOW)
    return engine


@pytest.mark.parametrize(
    ("days", "predictions", "labels"),
    [((10, 20), 3, 2), ((10, None), 4, 3), ((None, 10), 4, 1)],
)
def test_rows_are_kept_for_their_days(
    stored: Engine, days: tuple[float | None, float | None], predictions: int, labels: int
) -> None:
    """A labelled prediction has its own time, and goes with its label."""
    retention = Retention(*days)
    assert retention.due(NOW)
    assert retention.remove(stored, NOW) == 6 - predictions
    assert len(rows(stored, "predictions")) == predictions
    assert len(rows(stored, "feedback")) == labels
    assert not retention.due(NOW + LOOK - 1) and retention.due(NOW + LOOK)


def test_without_days_everything_stays() -> None:
    """Nothing is removed until somebody says so."""
    assert not Retention().due(NOW)


def test_many_rows_go_in_batches(engine: Engine) -> None:
    """The writer is never busy with more than one at a time."""
    tables.create(engine)
    names = [f"{number:05}" for number in range(BATCH + 3)]
    writes.insert_predictions(engine, [aged(30, *names)])
    retention = Retention(10)
    assert retention.remove(engine, NOW) == BATCH
    assert not retention.due(NOW) and retention.due(NOW + PAUSE)
    assert retention.remove(engine, NOW + PAUSE) == 3


def test_a_sweep_goes_on_where_it_stopped(engine: Engine) -> None:
    """What turns up behind it goes in the next one."""
    tables.create(engine)
    names = [f"{number:05}" for number in range(BATCH + 3)]
    writes.insert_predictions(engine, [aged(30, *names)])
    retention = Retention(10)
    retention.remove(engine, NOW)
    writes.insert_predictions(engine, [aged(40, "late")])
    assert retention.remove(engine, NOW + PAUSE) == 3
    assert retention.remove(engine, NOW + LOOK) == 1 and not rows(engine, "predictions")


def test_a_label_that_comes_in_the_meantime_keeps_its_prediction(engine: Engine) -> None:
    """It is asked again when rows go, so that no label is lost."""
    tables.create(engine)
    request = aged(30, "a", "b")
    writes.insert_predictions(engine, [request])
    label = {"prediction_id": request.predictions[0]["prediction_id"], "label": "dog"}

    @sql.event.listens_for(engine, "before_cursor_execute")
    def _label_comes(connection: Connection, _: object, statement: str, *__: Any) -> None:
        if statement.startswith("DELETE") and not rows_of(connection):
            connection.execute(
                tables.feedback.insert(), {**label, "labelled_at": "", "source": "x"}
            )

    def rows_of(connection: Connection) -> int:
        return len(connection.execute(tables.feedback.select()).all())

    assert Retention(10).remove(engine, NOW) == 1
    assert [row["prediction_id"] for row in rows(engine, "predictions")] == list(label.values())[:1]
    assert len(rows(engine, "feedback")) == 1
