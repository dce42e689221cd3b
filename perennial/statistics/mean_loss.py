"""Tests losses of any size, such as absolute errors, by their mean and their ranks."""

import math

import numpy as np

from perennial.statistics.counts import Floats
from perennial.statistics.errors import ShapeMismatch
from perennial.statistics.loss_test import LossTest

SAMPLES = 2000
# With more rows a bootstrap takes seconds, and its means are normal but for what samples vary.
MANY = 10_000


def signed_rank(champion: Floats, challenger: Floats) -> float:
    """Return the two-sided p-value of "each row's losses differ as often and as far either way".

    The ranks do not see how far a few rows are off. Where they say the opposite of the mean loss,
    neither model is better by both, and the answer is 1.
    Source: Wilcoxon, Individual comparisons by ranking methods, Biometrics Bulletin 1, 1945.

    >>> champion = np.arange(1.0, 9.0)
    >>> signed_rank(champion, champion / 2), signed_rank(champion, champion)
    (0.0078125, 1.0)
    """
    if champion.shape != challenger.shape or champion.ndim != 1 or not len(champion):
        shapes = (champion.shape, challenger.shape)
        raise ShapeMismatch("champion, challenger: shapes", shapes, "the same shape, not empty")
    gains = champion - challenger
    gains = gains[gains != 0]
    if not len(gains):
        return 1.0
    from scipy.stats import rankdata, wilcoxon

    ranks = float((rankdata(np.abs(gains)) * np.sign(gains)).sum())
    if ranks * float(gains.sum()) <= 0:
        return 1.0
    return float(wilcoxon(gains).pvalue)


def bootstrap_mean(
    values: Floats, *, samples: int = SAMPLES, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Return the bootstrap interval of the mean of values; of very few it is too narrow.

    Of more than 10,000 values it is the normal interval, which is then the same.
    samples: usually 2000.  level: confidence, usually 0.95.  seed: same seed, same interval.
    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13 (percentile).

    >>> [round(bound, 1) for bound in bootstrap_mean(np.arange(101.0))]
    [44.4, 55.6]
    """
    rows, mean = len(values), float(values.mean())
    if rows > MANY:
        from scipy.stats import norm

        reach = float(norm.ppf((1 + level) / 2) * values.std() / math.sqrt(rows))
        return mean - reach, mean + reach
    random = np.random.default_rng(seed)
    means = [values[random.integers(0, rows, rows)].mean() for _ in range(samples)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


class MeanLoss:
    """The score is the mean loss: the lower, the better."""

    name = "Wilcoxon's signed-rank test"
    names = "Wilcoxon's signed-rank tests"
    intervals = "paired bootstraps"
    highest = math.inf
    factor = 1.0
    step = ""

    def score(self, losses: Floats) -> float:
        """Return the mean."""
        return float(losses.mean())

    def bounds(self, losses: Floats, *, level: float) -> tuple[float, float]:
        """Return the bootstrap interval."""
        return bootstrap_mean(losses, level=level)

    def bounds_of(self, score: float, rows: int) -> tuple[float, float] | None:
        """Return None: a mean and a number of rows do not say how far the losses are spread."""
        return None

    def p_value(self, champion: Floats, challenger: Floats) -> float:
        """Return that of the signed ranks."""
        return signed_rank(champion, challenger)

    def difference_bounds(
        self, champion: Floats, challenger: Floats, *, samples: int, level: float, seed: int
    ) -> tuple[float, float]:
        """Return the bootstrap interval of the rows' differences."""
        return bootstrap_mean(challenger - champion, samples=samples, level=level, seed=seed)

    def few_bounds(
        self, champion: Floats, challenger: Floats, *, level: float
    ) -> tuple[float, float]:
        """Return the same interval."""
        return bootstrap_mean(challenger - champion, level=level)


TEST: LossTest = MeanLoss()
