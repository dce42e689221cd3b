"""The loss to expect of a row from one of its signals, such as the width of its interval."""

from typing import NamedTuple

import numpy as np

from perennial.statistics.counts import Floats

# Rows of one point of the curve at least, and points at most: fewer rows would be noise.
LEAST_ROWS, MOST_POINTS = 20, 20


class LossCurve(NamedTuple):
    """Points of the curve, at increasing values of the signal with losses that never fall.

    at, loss: shape (points,).
    power: how the loss grows with the value beyond the last point: 1 in proportion, 2 with the
    square.
    """

    at: Floats
    loss: Floats
    power: float

    def __call__(self, values: Floats) -> Floats:
        """Return the expected loss of each row, NaN where the value is.

        >>> LossCurve(np.array([1.0, 3.0]), np.array([2.0, 4.0]), 1.0)(np.array([0, 2, 6])).tolist()
        [2.0, 3.0, 8.0]
        """
        found: Floats = np.interp(values, self.at, self.loss)
        if self.at[-1] > 0:
            found *= np.maximum(values / self.at[-1], 1) ** self.power
        return found


def fit_curve(values: Floats, losses: Floats, *, power: float) -> LossCurve:
    """Return the curve whose mean over these rows is their mean loss.

    Rows are pooled in groups of like values, whose mean losses are then made to rise with the value
    (isotonic regression).
    Source: Barlow et al., Statistical Inference under Order Restrictions, 1972, ch. 1.
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(values, kind="stable")
    groups = np.array_split(order, max(1, min(MOST_POINTS, len(order) // LEAST_ROWS)))
    at = np.array([values[group].mean() for group in groups])
    means = np.array([losses[group].mean() for group in groups])
    rising = isotonic_regression(means, weights=[len(group) for group in groups]).x
    kept = np.append(True, np.diff(at) > 0)
    curve = LossCurve(at[kept], rising[kept], power)
    expected = curve(values).mean()
    return curve._replace(loss=curve.loss * (losses.mean() / expected if expected > 0 else 1))


def held_out(values: Floats, losses: Floats, *, power: float) -> Floats:
    """Return the expected loss of each row, by a curve fitted to the half that it is not in.

    How far it lies from the row's own loss is the error of such an estimate on new rows.
    """
    expected = np.empty(len(values))
    halves = np.arange(len(values)) % 2
    for half in (0, 1):
        others = halves != half
        curve = fit_curve(values[others], losses[others], power=power)
        expected[~others] = curve(values[~others])
    return expected
