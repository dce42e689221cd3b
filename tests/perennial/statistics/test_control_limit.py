"""The control limit of accuracy: few alarms for a model that stays as it was."""

import numpy as np
import pytest
from numpy.typing import NDArray

from monitoring.thresholds import Thresholds
from perennial.statistics.control_limit import control_limit
from perennial.statistics.errors import InvalidCounts, InvalidReference


def test_the_control_limit_knows_that_the_reference_is_a_sample() -> None:
    """A reference of few rows forgives more than one of many."""
    few = control_limit(0.9, size=50, rows=1000)
    many = control_limit(0.9, size=50_000, rows=1000)
    assert few < many < 0.9


@pytest.mark.parametrize("hourly", [10, 110, 1000])
def test_a_model_that_stays_as_it_was_hardly_ever_drops(hourly: int) -> None:
    """Over a simulated year of sliding windows, the accuracy alerts speak up once at most."""
    random, limits = np.random.default_rng(hourly), Thresholds()
    labels = random.poisson(hourly / 12, 365 * 24 * 12)
    wrong = random.binomial(labels, 0.05)
    reference, size = 0.95, 719
    alarmed = np.zeros(len(labels) - 288 + 1, dtype=bool)
    for window, steps in zip(limits.windows, (12, 288), strict=True):
        rows, errors = (_sliding(counts, steps)[288 - steps :] for counts in (labels, wrong))
        accuracy = 1 - errors / np.maximum(rows, 1)
        limit = [
            control_limit(reference, size=size, rows=max(n, 1), z=limits.accuracy_z)
            for n in range(int(rows.max()) + 1)
        ]
        low = (accuracy < np.array(limit)[rows]) & (rows >= limits.least_rows)
        alarmed |= low & (reference - accuracy > limits.least_drop(window))
    assert np.count_nonzero(np.diff(alarmed.astype(int)) == 1) <= 1


def _sliding(counts: NDArray[np.int64], steps: int) -> NDArray[np.int64]:
    total = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    sums: NDArray[np.int64] = total[steps:] - total[:-steps]
    return sums


def test_an_impossible_reference_is_refused() -> None:
    """An accuracy over 1, a reference of no rows, and no live rows are named."""
    with pytest.raises(InvalidReference, match="reference: got 1.1"):
        control_limit(1.1, size=10, rows=10)
    with pytest.raises(InvalidReference, match="size: got 0"):
        control_limit(0.9, size=0, rows=10)
    with pytest.raises(InvalidCounts, match="rows: got 0"):
        control_limit(0.9, size=10, rows=0)
