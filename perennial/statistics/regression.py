"""What a model of numbers is scored by: its errors, and how its intervals hold.

Values have the columns answer, low end and high end; arguments and result are those of `Weighted`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.statistics.counts import Bools, Floats, quotient

ANSWER, LOW, HIGH = range(3)


def pinball(errors: Any, level: float, *, maximum: Callable[[Any, Any], Any] = np.maximum) -> Any:
    """Return the pinball loss of errors, truth minus answer; its minimum is the quantile `level`.

    At 0.5 it is half the absolute error.  maximum: of the arithmetic that the errors are of.
    Source: Koenker and Bassett, Regression quantiles, Econometrica 46, 1978.

    >>> pinball(np.array([1.0, -1.0]), 0.9).round(3).tolist()
    [0.9, 0.1]
    """
    return maximum(level * errors, (level - 1) * errors)


def covered(values: Floats, truths: NDArray[Any]) -> Bools:
    """Return whether each truth lies in its row's interval, ends included, shape (rows,)."""
    inside: Bools = (values[:, LOW] <= truths) & (truths <= values[:, HIGH])
    return inside


def interval_scores(values: Floats, truths: NDArray[Any], coverage: float) -> Floats:
    """Return the score of each row's interval, the lower the better.

    The width, and beside it 2 / (1 - coverage) times how far the truth lies outside. Neither a too
    narrow nor a too wide interval pays.
    Source: Gneiting and Raftery, Strictly proper scoring rules, JASA 102, 2007, section 6.2.

    >>> values = np.array([[5.0, 4.0, 6.0], [5.0, 4.0, 6.0]])
    >>> interval_scores(values, np.array([6.0, 7.0]), 0.9).round(3).tolist()
    [2.0, 22.0]
    """
    low, high = values[:, LOW], values[:, HIGH]
    outside = np.maximum(low - truths, 0) + np.maximum(truths - high, 0)
    found: Floats = high - low + 2 / (1 - coverage) * outside
    return found


def weighted_mean(losses: Floats, weights: Floats) -> Floats:
    """Return the mean loss of each sample, shape (samples,)."""
    return quotient(weights @ losses, weights.sum(axis=1))


def weighted_mae(values: Floats, truths: NDArray[Any], weights: Floats) -> Floats:
    """Return the mean absolute error."""
    return weighted_mean(np.abs(truths - values[:, ANSWER]), weights)


def weighted_mse(values: Floats, truths: NDArray[Any], weights: Floats) -> Floats:
    """Return the mean squared error."""
    return weighted_mean((truths - values[:, ANSWER]) ** 2, weights)


def weighted_rmse(values: Floats, truths: NDArray[Any], weights: Floats) -> Floats:
    """Return the root of the mean squared error."""
    found: Floats = np.sqrt(weighted_mse(values, truths, weights))
    return found


def weighted_r2(values: Floats, truths: NDArray[Any], weights: Floats) -> Floats:
    """Return the share of the variance that is explained; NaN where all truths are equal."""
    spread = weighted_mean(truths**2, weights) - weighted_mean(truths, weights) ** 2
    # Of equal truths the two terms differ by rounding.
    spread = np.where(spread > 1e-12 * weighted_mean(truths**2, weights), spread, 0)
    return 1 - quotient(weighted_mse(values, truths, weights), spread)
