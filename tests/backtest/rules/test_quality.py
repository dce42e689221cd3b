"""The rules on estimated accuracy and loss in arrays decide what the specification decides."""

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
from perennial.statistics.control_limit import control_limit, loss_limit

THRESHOLDS = Thresholds()
FIRST = minutes(THRESHOLDS.long_window)
LOOKS = 400


def _sums(column: np.ndarray, window: str) -> list[float]:
    """Return the sums over a window at every look."""
    ends = range(FIRST, len(column) + 1)
    return [column[end - minutes(window) : end].sum() for end in ends]


@pytest.mark.parametrize(
    ("rate", "as_one", "share"), [(2, 1, 0.9), (30, 1, 0.9), (30, 9, 0.9), (30, 1, 1.0)]
)
def test_a_share_falls_where_the_specification_says(
    rate: float, as_one: float, share: float
) -> None:
    """It alerts at the looks at which a window is below its limit, far enough, on enough rows.

    Where nine rows count as one, the limit is that of a ninth of them.
    """
    random = np.random.default_rng(1)
    rows = random.poisson(rate, FIRST + LOOKS).astype(float)
    usual = np.where(np.arange(len(rows)) < FIRST + 60, share, share - 0.3)
    right = random.binomial(rows.astype(int), usual).astype(float)
    expected = np.zeros(LOOKS + 1, bool)
    for window in THRESHOLDS.windows:
        for look, (good, seen) in enumerate(zip(_sums(right, window), _sums(rows, window))):
            limit = control_limit(share, size=700, rows=seen / as_one, z=THRESHOLDS.accuracy_z)
            fell = share - good / seen > THRESHOLDS.least_drop(window) and good / seen < limit
            expected[look] |= fell and seen >= THRESHOLDS.least_rows
    effects = dict.fromkeys(THRESHOLDS.windows, np.full(LOOKS + 1, float(as_one)))
    found = share_drop(right, rows, ShareReference(share, 700), THRESHOLDS, rows_as_one=effects)
    assert found.tolist() == expected.tolist()
    assert not found[0] and found.any()


@pytest.mark.parametrize("as_one", [1, 9])
def test_a_loss_rises_where_the_specification_says(as_one: float) -> None:
    """It alerts at the looks at which a mean is above its limit, far enough, on enough rows."""
    random = np.random.default_rng(2)
    rows = random.poisson(5, FIRST + LOOKS).astype(float)
    total = rows * np.where(np.arange(len(rows)) < FIRST + 60, 2, 5)
    expected = np.zeros(LOOKS + 1, bool)
    for window in THRESHOLDS.windows:
        for look, (lost, seen) in enumerate(zip(_sums(total, window), _sums(rows, window))):
            limit = loss_limit(
                2,
                deviation=1,
                size=700,
                live_deviation=0,
                rows=seen / as_one,
                z=THRESHOLDS.accuracy_z,
            )
            rose = lost / seen > (1 + THRESHOLDS.least_rise(window)) * 2 and lost / seen > limit
            expected[look] |= rose and seen >= THRESHOLDS.least_rows
    effects = dict.fromkeys(THRESHOLDS.windows, np.full(LOOKS + 1, float(as_one)))
    reference = LossReference(2.0, 1.0, 700)
    found = loss_rise(total, rows, reference, THRESHOLDS, rows_as_one=effects)
    assert found.tolist() == expected.tolist()
    assert not found[0] and found.any()
    assert not loss_rise(0 * total, 0 * rows, reference, THRESHOLDS).any()


def test_the_estimate_is_the_specifications() -> None:
    """Confidence that fell by a tenth lets a tenth fewer rows be right."""
    expected = estimated_accuracy(7.5, 10, accuracy=0.8, confidence=0.85)
    found = estimated(np.array([7.5]), np.array([10.0]), accuracy=0.8, mean=0.85)
    assert expected is not None
    assert found == pytest.approx([10 * expected])
