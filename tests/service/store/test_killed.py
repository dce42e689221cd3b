"""The service is killed before each step of storing: what was acknowledged is there, once."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from perennial import database
from service.store import tables
from service.store.queue import Store
from tests.killing import MOST, NEVER, Mark, Steps, killed
from tests.service import fakes
from tests.service.databases import NOW, observed, output, rows

CAT, DOG = "cat", "dog"

# Each life is a process; by day, one engine is enough.
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)]


def _life(steps: Steps, url: str, folder: Path, *, ids: tuple[str, str], told: bool) -> None:
    """Start a service, predict, and label the first prediction unless that was acknowledged."""
    log, _ = fakes.recording_log()
    store = Store(
        database.connect(url),
        outputs=output,
        queue_size=100,
        queue_bytes=10_000,
        write_seconds=0.01,
        feedback_seconds=10.0,
        log=log,
        clock=lambda: NOW,
    )
    store.start()
    if not told:
        store.offer(observed(*ids))
        result = asyncio.run(store.feedback(ids[0], DOG))
        assert result.label == DOG and result.predicted == CAT
        Mark(folder).put()
    again = asyncio.run(store.feedback(ids[0], DOG))
    assert again.created is False
    store.close()


@pytest.mark.parametrize("url", ENGINES, indirect=True)
def test_killed_before_any_step_it_keeps_what_it_acknowledged(tmp_path: Path, url: str) -> None:
    """A label that was acknowledged is stored once; one that was not may be sent again."""
    engine = tables.connect(url)
    tables.create(engine)
    for step in range(1, MOST):
        ids = (f"labelled {step}", f"other {step}")
        if not killed(partial(_life, url=url, folder=tmp_path, ids=ids, told=False), step):
            break
        told = Mark(tmp_path).take()
        if not told:  # a client that got no answer asks for new predictions
            ids = (f"labelled again {step}", f"other again {step}")
        assert not killed(partial(_life, url=url, folder=tmp_path, ids=ids, told=told), NEVER)
        labels = [row for row in rows(engine, "feedback") if row["prediction_id"] == ids[0]]
        assert [row["label"] for row in labels] == [DOG]
        Mark(tmp_path).take()
    engine.dispose()
    assert step > 10
