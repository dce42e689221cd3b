"""The rules on accuracy and loss in arrays decide what the specification decides."""

import numpy as np
import pytest

from backtest.rules.drift import minutes
from backtest.rules.quality import (
    LossReference,
    ShareReference,
    estimated,
    loss_rise,
    share_drop,
)
from monitoring.thresholds import Thresholds
from perennial.statistics.accuracy import estimated_accuracy
from perennial.statistics.control_limit import control_limit, loss_deviation, loss_limit

THRESHOLDS = Thresholds()
ACCEPTED = ShareReference(0.9, 700)
LOST = LossReference(2.0, 1.0, 700)
MINUTES = minutes(THRESHOLDS.long_window) + 400


def _sums(column: np.ndarray, window: str) -> np.ndarray:
    """Return the sums over a window at every look."""
    first = minutes(THRESHOLDS.long_window)
    ends = range(first, len(column) + 1)
    return np.array([column[end - minutes(window) : end].sum() for end in ends])


@pytest.mark.parametrize("rate", [2, 30])
def test_a_share_falls_where_the_specification_says(rate: float) -> None:
    """It alerts at the looks at which a window is below its limit, far enough, on enough rows."""
    random = np.random.default_rng(1)
    rows = random.poisson(rate, MINUTES).astype(float)
    right = random.binomial(rows.astype(int), np.where(np.arange(MINUTES) < 1500, 0.9, 0.6))
    expected = np.zeros(401, bool)
    for window in THRESHOLDS.windows:
        for look, (good, seen) in enumerate(zip(_sums(right, window), _sums(rows, window))):
            limit = control_limit(0.9, size=700, rows=seen, z=THRESHOLDS.accuracy_z)
            fell = 0.9 - good / seen > THRESHOLDS.least_drop(window) and good / seen < limit
            expected[look] |= fell and seen >= THRESHOLDS.least_rows
    found = share_drop(right.astype(float), rows, ACCEPTED, THRESHOLDS)
    assert found.tolist() == expected.tolist()
    assert not found[0] and found.any()


def test_a_loss_rises_where_the_specification_says() -> None:
    """It alerts at the looks at which a mean is above its limit, far enough, on enough rows."""
    random = np.random.default_rng(2)
    rows = random.poisson(5, MINUTES).astype(float)
    losses = [random.exponential(2 if at < 1500 else 5, int(many)) for at, many in enumerate(rows)]
    total, squares = (np.array([(one**power).sum() for one in losses]) for power in (1, 2))
    expected = np.zeros(401, bool)
    for window in THRESHOLDS.windows:
        sums = (_sums(column, window) for column in (total, squares, rows))
        for look, (lost, square, seen) in enumerate(zip(*sums)):
            live = loss_deviation(lost, square, seen)
            limit = loss_limit(
                2, deviation=1, size=700, live_deviation=live, rows=seen, z=THRESHOLDS.accuracy_z
            )
            rose = lost / seen > (1 + THRESHOLDS.least_rise(window)) * 2 and lost / seen > limit
            expected[look] |= rose and seen >= THRESHOLDS.least_rows
    found = loss_rise(total, squares, rows, LOST, THRESHOLDS)
    assert found.tolist() == expected.tolist()
    assert not found[0] and found.any()


def test_an_estimated_loss_is_held_against_the_reference_alone() -> None:
    """Without squares the deviation is that of the reference; nothing fires without predictions."""
    rows = np.full(MINUTES, 5.0)
    assert loss_rise(3 * rows, None, rows, LOST, THRESHOLDS).all()
    assert not loss_rise(2 * rows, None, rows, LOST, THRESHOLDS).any()
    assert not loss_rise(0 * rows, None, 0 * rows, LOST, THRESHOLDS).any()


def test_the_estimate_is_the_specifications() -> None:
    """Confidence that fell by a tenth lets a tenth fewer rows be right."""
    expected = estimated_accuracy(7.5, 10, accuracy=0.8, confidence=0.85)
    found = estimated(np.array([7.5]), np.array([10.0]), accuracy=0.8, mean=0.85)
    assert expected is not None
    assert found == pytest.approx([10 * expected])
