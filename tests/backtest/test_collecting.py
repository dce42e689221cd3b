"""A history's rows are collected as the pipeline collects those of the service."""

from pathlib import Path

import numpy as np

from backtest.collecting import Feedback, collect
from backtest.history import History
from tests.bundles import images
from tests.toy.numbers import NUMBERS
from tests.toy.task import TASK
from training.artifacts.feedback import read_feedback

INCIDENT = "0123456789ab"


def _history(*parts: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> History:
    rows = np.concatenate(parts).astype(np.float32)
    seconds = np.arange(len(rows), dtype=np.float64)
    return History(TASK.input.arrow_of(rows), ["1"] * len(rows), seconds, seconds)


def test_rows_from_before_an_incident_are_none_of_its_own(tmp_path: Path) -> None:
    """An image that comes again counts for the incident; the others are named after it."""
    own = images(120, seed=2)
    history = _history(images(50, seed=1), own[:5], own)
    feedback, many = collect(
        history,
        np.arange(55, 175),
        Feedback.nothing(),
        incident=INCIDENT,
        task=TASK,
        numbers=NUMBERS,
        cache=tmp_path,
        earlier=np.arange(55),
    )
    assert feedback is not None and feedback.file is not None and many == 120
    assert sorted(feedback.places) == [*range(50), *range(55, 175)]
    found = read_feedback(TASK, feedback.file)
    names, counts = np.unique(found.split.source, return_counts=True)
    expected = {INCIDENT: 120, f"{INCIDENT}-before": 50}
    assert dict(zip(names.tolist(), counts.tolist(), strict=True)) == expected
    assert found.newest == INCIDENT
