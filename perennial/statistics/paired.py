"""Paired comparisons of two models on the same rows: a test and two intervals.

The intervals are our own code: the bootstrap is one multinomial draw, while SciPy's resamples every
row, and SciPy lacks the interval of Agresti and Min.
"""

from typing import Literal

import numpy as np

from perennial.statistics.counts import Bools
from perennial.statistics.errors import ShapeMismatch

Alternative = Literal["two-sided", "greater", "less"]


def mcnemar(champion: Bools, challenger: Bools, alternative: Alternative = "two-sided") -> float:
    """Return the exact p-value of "two models are right equally often on the same rows".

    champion, challenger: whether each row is predicted right, shape (rows,).
    alternative: how the challenger may differ; "greater" and "less" are one-sided.
    Source: McNemar, Psychometrika 12, 1947; exact form: the sign test on the discordant rows.

    >>> champion = np.array([True] * 5 + [False] * 15)
    >>> round(mcnemar(champion, ~champion), 4)
    0.0414
    >>> mcnemar(champion, champion)
    1.0
    """
    _check_pair(champion, challenger)
    from scipy.stats import binomtest

    gained = int((challenger & ~champion).sum())
    lost = int((champion & ~challenger).sum())
    if gained + lost == 0:
        return 1.0
    return float(binomtest(gained, gained + lost, 0.5, alternative=alternative).pvalue)


def paired_interval(
    champion: Bools, challenger: Bools, *, samples: int = 2000, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Return the paired bootstrap interval of challenger's accuracy minus champion's.

    samples: usually 2000.  level: confidence, usually 0.95.  seed: same seed, same interval.
    A row's difference is -1, 0 or 1, so each resample of the rows is one multinomial draw.
    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13 (percentile).

    >>> champion = np.array([True] * 5 + [False] * 15)
    >>> paired_interval(champion, ~champion)
    (0.1, 0.9)
    """
    _check_pair(champion, challenger)
    rows = len(champion)
    lost = int((champion & ~challenger).sum())
    gained = int((challenger & ~champion).sum())
    shares = np.array([lost, rows - lost - gained, gained]) / rows
    draws = np.random.default_rng(seed).multinomial(rows, shares, size=samples)
    differences = (draws[:, 2] - draws[:, 0]) / rows
    low, high = np.quantile(differences, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def small_paired_interval(
    champion: Bools, challenger: Bools, *, level: float = 0.95
) -> tuple[float, float]:
    """Return the same interval as `paired_interval`, by a method that also holds for few rows.

    Half a row is added to each of the four outcomes, so that the width is over 0 even if no row
    differs.  level: confidence, usually 0.95.
    Source: Agresti and Min, Simple improved confidence intervals for comparing matched
    proportions, 2005.

    >>> champion = np.ones(30, dtype=bool)
    >>> [round(bound, 3) for bound in small_paired_interval(champion, champion)]
    [-0.061, 0.061]
    """
    _check_pair(champion, challenger)
    from scipy.stats import norm

    rows = len(champion) + 2
    lost = int((champion & ~challenger).sum()) + 0.5
    gained = int((challenger & ~champion).sum()) + 0.5
    z = float(norm.ppf((1 + level) / 2))
    centre = (gained - lost) / rows
    reach = z * float(np.sqrt(gained + lost - (gained - lost) ** 2 / rows)) / rows
    return max(-1.0, centre - reach), min(1.0, centre + reach)


def _check_pair(champion: Bools, challenger: Bools) -> None:
    if champion.shape != challenger.shape or champion.ndim != 1 or not len(champion):
        shapes = (champion.shape, challenger.shape)
        raise ShapeMismatch("champion, challenger: shapes", shapes, "the same shape, not empty")
