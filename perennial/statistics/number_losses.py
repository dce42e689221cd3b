"""What an error of a number costs: the losses that a task may name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.statistics.counts import Floats
from perennial.statistics.metrics import Metric
from perennial.statistics.regression import (
    ANSWER,
    interval_scores,
    pinball,
    weighted_mae,
    weighted_mean,
    weighted_mse,
    weighted_r2,
    weighted_rmse,
)


@dataclass(frozen=True)
class NumberLoss:
    """A loss of errors, truth minus answer.

    metric: the name of its mean.  power: 1 where it grows with the error, 2 with its square.
    centre: what the best answer is, for people.
    of: returns the loss of errors at a quantile, which only `pinball` heeds.
    best: returns the answer with the least loss if all truths get the same.
    """

    metric: str
    power: float
    centre: str
    of: Callable[[Floats, float], Floats]
    best: Callable[[Floats, float], float]


def _squares(errors: Floats, quantile: float) -> Floats:
    return errors**2


def _sizes(errors: Floats, quantile: float) -> Floats:
    return np.abs(errors)


def _mean(truths: Floats, quantile: float) -> float:
    return float(truths.mean())


def _median(truths: Floats, quantile: float) -> float:
    return float(np.median(truths))


def _quantile(truths: Floats, quantile: float) -> float:
    # One of the truths: between two of them the loss may be larger by rounding only.
    return float(np.quantile(truths, quantile, method="inverted_cdf"))


LOSSES = {
    "absolute": NumberLoss("mae", 1.0, "median", _sizes, _median),
    "squared": NumberLoss("mse", 2.0, "mean", _squares, _mean),
    "pinball": NumberLoss("pinball_loss", 1.0, "quantile", pinball, _quantile),
}


def number_metrics(unit: str, *, quantile: float, coverage: float) -> dict[str, Metric]:
    """Return every metric of numbers, by name; quantile: of `pinball_loss`.

    unit: of the numbers.  coverage: of their intervals.
    """

    def pinball_loss(values: Floats, truths: NDArray[Any], weights: Floats) -> Floats:
        return weighted_mean(pinball(truths - values[:, ANSWER], quantile), weights)

    def interval_score(values: Floats, truths: NDArray[Any], weights: Floats) -> Floats:
        return weighted_mean(interval_scores(values, truths, coverage), weights)

    scored = f"Mean width of the {coverage:.0%} interval"
    return {
        "mae": Metric("mean absolute error", weighted_mae, unit, False, "Mean size of the error."),
        "rmse": Metric(
            "root mean squared error",
            weighted_rmse,
            unit,
            False,
            "Root of the mean square of the error, in which large errors count more.",
        ),
        "r2": Metric(
            "R²", weighted_r2, "at most 1", True, "Share of the labels' variance that is explained."
        ),
        "mse": Metric(
            "mean squared error",
            weighted_mse,
            f"{unit}²",
            False,
            "Mean square of the error.",
            brief=False,
        ),
        "pinball_loss": Metric(
            f"pinball loss at {quantile:g}",
            pinball_loss,
            unit,
            False,
            f"Mean loss whose best answer is the quantile {quantile:g}.",
            brief=False,
        ),
        "interval_score": Metric(
            "interval score",
            interval_score,
            unit,
            False,
            f"{scored}, and how far labels lie outside times {2 / (1 - coverage):.3g}.",
        ),
    }
