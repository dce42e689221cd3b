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

    The ranks do not see how far a few rows are off, which the mean does.
    Source: Wilcoxon, Individual comparisons by ranking methods, Biometrics Bulletin 1, 1945.

    >>> champion = np.arange(1.0, 9.0)
    >>> signed_rank(champion, champion / 2), signed_rank(champion, champion)
    (0.0078125, 1.0)
    """
    gains = _gains(champion, challenger)
    gains = gains[gains != 0]
    if not len(gains):
        return 1.0
    from scipy.stats import wilcoxon

    return float(wilcoxon(gains).pvalue)


def paired_t(champion: Floats, challenger: Floats) -> float:
    """Return the two-sided p-value of "the mean losses are the same on the same rows".

    It is 1 where the rows do not say how far differences are spread: one row, or all differ alike.
    Source: Student, The probable error of a mean, Biometrika 6, 1908.

    >>> champion = np.arange(1.0, 9.0)
    >>> round(paired_t(champion, champion / 2), 4), paired_t(champion, champion - 1)
    (0.0013, 1.0)
    """
    gains = _gains(champion, challenger)
    error = _standard_error(gains)
    if not 0 < error < math.inf:
        return 1.0
    from scipy.stats import t

    return float(2 * t.sf(abs(gains.mean()) / error, len(gains) - 1))


def t_interval(values: Floats, *, level: float) -> tuple[float, float]:
    """Return Student's interval of the mean of values, infinite for one value.

    Of few values it is wide enough, where the bootstrap's is too narrow: of 5 from a normal
    distribution, 96 in 100 intervals of 95 % have the mean, and 85 of the bootstrap's; of 5 from an
    exponential one 88 and 77. From 100 values on both are about the same.
    level: confidence, usually 0.95.
    Source: Student, The probable error of a mean, Biometrika 6, 1908.

    >>> [round(bound, 2) for bound in t_interval(np.arange(5.0), level=0.95)]
    [0.04, 3.96]
    >>> t_interval(np.ones(1), level=0.95)
    (-inf, inf)
    """
    error = _standard_error(values)
    if error == math.inf:
        return -math.inf, math.inf
    from scipy.stats import t

    mean, reach = float(values.mean()), float(t.ppf((1 + level) / 2, len(values) - 1)) * error
    return mean - reach, mean + reach


def _gains(champion: Floats, challenger: Floats) -> Floats:
    if champion.shape != challenger.shape or champion.ndim != 1 or not len(champion):
        shapes = (champion.shape, challenger.shape)
        raise ShapeMismatch("champion, challenger: shapes", shapes, "the same shape, not empty")
    return champion - challenger


def _standard_error(values: Floats) -> float:
    """Return the standard error of a mean, which one value does not tell.

    Where all values are the same, rounding may make it slightly more than 0.
    """
    if len(values) == 1:
        return math.inf
    same = np.ptp(values) <= 1e-12 * np.abs(values).max()
    return 0.0 if same else float(values.std(ddof=1)) / math.sqrt(len(values))


def bootstrap_mean(
    values: Floats, *, samples: int = SAMPLES, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Return the bootstrap interval of the mean of values; of few it is too narrow.

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

    name = "Wilcoxon's signed-rank test and, where the mean is worse, Student's t test"
    names = "Wilcoxon's signed-rank tests and, where the mean is worse, Student's t tests"
    intervals = "by Student's t"
    highest = math.inf
    factor = 1.0
    step = ""

    def score(self, losses: Floats) -> float:
        """Return the mean."""
        return float(losses.mean())

    def worst(self, losses: Floats) -> float:
        """Return the largest, since an infinite one would make every mean infinite."""
        return float(losses.max())

    def bounds(self, losses: Floats, *, level: float) -> tuple[float, float]:
        """Return Student's interval, as far as it is not below 0."""
        low, high = t_interval(losses, level=level)
        return max(0.0, low), high

    def bounds_of(self, score: float, rows: int) -> tuple[float, float] | None:
        """Return None: a mean and a number of rows do not say how far the losses are spread."""
        return None

    def p_value(self, champion: Floats, challenger: Floats) -> float:
        """Return that of the signed ranks, or of the mean if that is what shows a loss.

        A better mean is a gain only if the ranks say so too: a few rows that are far better are no
        reason to promote what is worse on most. A worse mean is a loss if either test shows it: a
        few rows that are far worse are a reason to block what is better on most. So models that
        are the same seem to differ in up to 7.5 of 100 comparisons at a level of 5 %, not in 5, and
        the excess blocks.

        >>> champion = np.ones(1000)
        >>> challenger = np.where(np.arange(1000) < 20, 1000, 0.9)
        >>> MeanLoss().p_value(champion, challenger) < 0.0001  # the mean is 21 times as high
        True
        >>> MeanLoss().p_value(challenger, champion)  # worse on 980 rows of 1,000
        1.0
        """
        gains = _gains(champion, challenger)
        from scipy.stats import rankdata

        total = float(gains.sum())
        ranks = float((rankdata(np.abs(gains)) * np.sign(gains)).sum())
        p = signed_rank(champion, challenger) if ranks * total > 0 else 1.0
        return min(p, paired_t(champion, challenger)) if total < 0 else p

    def difference_bounds(
        self, champion: Floats, challenger: Floats, *, samples: int, level: float, seed: int
    ) -> tuple[float, float]:
        """Return the bootstrap interval of the rows' differences."""
        return bootstrap_mean(challenger - champion, samples=samples, level=level, seed=seed)

    def few_bounds(
        self, champion: Floats, challenger: Floats, *, level: float
    ) -> tuple[float, float]:
        """Return Student's interval of the rows' differences."""
        return t_interval(challenger - champion, level=level)


TEST: LossTest = MeanLoss()
