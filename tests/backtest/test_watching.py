"""Rows are counted by the step in which they arrive, as the service's counters are read."""

import numpy as np

from backtest.watching import counts, sums
from perennial.signals import Signal, numeric_bins

EDGES = (1.0, 2.0)
SIGNAL = Signal(
    name="load",
    kind="numeric",
    bins=numeric_bins(EDGES),
    edges=EDGES,
    low=0.0,
    high=3.0,
    shares=(0.3, 0.3, 0.3, 0.05, 0.05),
    size=100,
    critical_value=20.0,
    rank_critical_value=10.0,
)


def test_each_row_counts_in_its_bin_at_its_step() -> None:
    """Values out of range and missing ones have bins of their own."""
    values = np.array([0.5, 1.5, 9.0, np.nan], np.float32)
    (found,) = counts([SIGNAL], {"load": values}, np.array([0, 0, 2, 2]), 3)
    assert found.tolist() == [[1, 1, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 1, 1]]


def test_a_label_that_comes_after_the_end_is_not_counted() -> None:
    """All others are, at the step in which they come."""
    columns = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert sums(columns, np.array([1, 1, 3]), 3).tolist() == [[0, 0], [4, 6], [0, 0]]
