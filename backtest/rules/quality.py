"""The rules on estimated accuracy and loss over arrays of counts per minute, for simulations.

Every row of counts is one look, a minute unless `pace` says otherwise. The formulas equal those of
`perennial/statistics/control_limit.py`, which computes one window at a time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from backtest.rules.drift import MINUTE, Bools, Floats
from backtest.rules.labels_as_one import LabelsAsOne
from monitoring.thresholds import Thresholds, seconds
from perennial.statistics.cumulative_sum import usual_share

# How many rows count as one at each look, by window.
RowsAsOne = Mapping[str, Floats]
NO_EFFECT: RowsAsOne = {}


@dataclass(frozen=True)
class ShareReference:
    """The share of rows that a version was accepted with, such as its accuracy; size: its rows."""

    share: float
    size: int
    as_one: LabelsAsOne = LabelsAsOne()


@dataclass(frozen=True)
class LossReference:
    """The loss that a version was accepted with: mean, deviation of one row, and rows."""

    mean: float
    deviation: float
    size: int
    as_one: LabelsAsOne = LabelsAsOne()


def share_drop(
    good: Floats,
    rows: Floats,
    reference: ShareReference,
    thresholds: Thresholds,
    *,
    pace: int = MINUTE,
    rows_as_one: RowsAsOne = NO_EFFECT,
) -> Bools:
    """Return the looks at which an estimated share is far enough below its limit to alert.

    good: rows that are expected to be right, by look (see `estimated`).  rows: by look.
    pace: seconds between looks. The first look is when the longest window is full.
    """
    share, fired = reference.share, _never(len(rows), thresholds, pace)
    for window, (right, seen) in windows((good, rows), thresholds, pace):
        worth = one(seen) / rows_as_one.get(window, 1.0)
        error = np.sqrt(variance(share, reference.size) * (1 / worth + 1 / reference.size))
        drop = share - right / one(seen)
        enough = seen >= thresholds.least_rows
        enough &= drop > thresholds.least_drop(window)
        fired |= enough & (drop > thresholds.accuracy_z * error)
    return fired


def variance(share: float, size: float) -> float:
    """Return the variance of one row of a share; of a reference without a wrong row, as with one.

    >>> round(variance(0.9, 100), 3), round(variance(1.0, 100), 4)
    (0.09, 0.0099)
    """
    wrong = usual_share(share, size=size)
    return wrong * (1 - wrong)


def loss_rise(
    total: Floats,
    rows: Floats,
    reference: LossReference,
    thresholds: Thresholds,
    *,
    pace: int = MINUTE,
    rows_as_one: RowsAsOne = NO_EFFECT,
) -> Bools:
    """Return the looks at which an estimated loss is far enough above its limit to alert.

    total: of the losses to expect by look.  rows, pace, rows_as_one: as of `share_drop`.
    """
    mean, fired = reference.mean, _never(len(rows), thresholds, pace)
    for window, (lost, seen) in windows((total, rows), thresholds, pace):
        found = lost / one(seen)
        worth = one(seen) / rows_as_one.get(window, 1.0)
        error = reference.deviation * np.sqrt(1 / worth + 1 / reference.size)
        enough = seen >= thresholds.least_rows
        enough &= found > (1 + thresholds.least_rise(window)) * mean
        fired |= enough & (found > mean + thresholds.accuracy_z * error)
    return fired


def estimated(confidence: Floats, rows: Floats, *, accuracy: float, mean: float) -> Floats:
    """Return the predictions expected to be right by look, from the sums of their confidence.

    accuracy, mean: of the reference rows, their accuracy and their mean confidence. Unlike the
    recorded estimate, it is not held within 0 and 1.

    >>> estimated(np.array([9.0]), np.array([10.0]), accuracy=0.8, mean=0.85).round(3)
    array([8.5])
    """
    return confidence + (accuracy - mean) * rows


def first_look(thresholds: Thresholds, pace: int = MINUTE) -> int:
    """Return how many rows of counts come before the first look: those that fill every window.

    >>> first_look(Thresholds())
    1440
    """
    return _rows(thresholds.long_window, pace)


def _never(many: int, thresholds: Thresholds, pace: int) -> Bools:
    return np.zeros(many - first_look(thresholds, pace) + 1, np.bool_)


def windows(
    columns: tuple[Floats, ...], thresholds: Thresholds, pace: int
) -> Iterator[tuple[str, list[Floats]]]:
    """Yield each window with the columns' sums over it, at every look."""
    first = first_look(thresholds, pace)
    totals = [np.concatenate([[0.0], np.cumsum(each, dtype=float)]) for each in columns]
    for window in thresholds.windows:
        span = _rows(window, pace)
        yield window, [total[first:] - total[first - span : -span] for total in totals]


def _rows(window: str, pace: int) -> int:
    return max(1, seconds(window) // pace)


def one(rows: Floats) -> Floats:
    """Return the rows, or 1 where there are none, to divide by."""
    return np.maximum(rows, 1)
