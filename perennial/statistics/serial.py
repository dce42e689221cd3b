"""How much less rows tell that follow each other in time than independent ones."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from perennial.statistics.counts import Floats
from perennial.statistics.errors import InvalidLevel

# The sum ends at so many times itself: later correlations are noise.
WINDOW = 5
# A p-value under it is inexact, or 0.
LEAST = float(np.finfo(np.float64).tiny)
# How many changes between hours tell. With so few, chance alone makes independent rows look like
# CHANCE now and then.
FEW, CHANCE = 20, 1.5


class Spread(NamedTuple):
    """A quantile of squares of changes, and what it is where rows are independent.

    That of chi-square with one degree of freedom.  least: of so many changes.
    """

    quantile: float
    expected: float
    least: int


# Of a day's changes, an hour's slump makes four, which move a high quantile. Of more it shows rows
# that follow each other in some hours of the day only.
MANY, SOME = Spread(0.9, 2.7055, 60), Spread(0.75, 1.3233, FEW)


def design_effect(losses: Floats) -> float:
    """Return how many rows in time order tell as much of their mean as an independent one.

    It is 1 for independent rows, and usually 1 to 40 for real series. An interval of a mean that
    takes rows for independent is too narrow by the square root of it.
    losses: in time order, shape (rows,).
    Source: the integrated autocorrelation time with its automatic window, Sokal, Monte Carlo
    methods in statistical mechanics, 1997; a design effect is Kish, Survey Sampling, 1965.

    >>> random = np.random.default_rng(1)
    >>> rows = random.normal(size=4000)
    >>> round(design_effect(rows), 1), round(design_effect(np.repeat(rows, 9)), 0)
    (1.0, 9.0)
    >>> design_effect(np.ones(9)), design_effect(np.ones(1))
    (1.0, 1.0)
    """
    rows = len(losses)
    if rows < 3 or np.ptp(losses) <= 1e-12 * np.abs(losses).max():
        return 1.0
    size = 1 << (2 * rows - 1).bit_length()
    spectrum = np.fft.rfft(losses - losses.mean(), size)
    covariances = np.fft.irfft(spectrum * spectrum.conj(), size)[: rows - 1]
    effects = 2 * np.cumsum(covariances / covariances[0]) - 1
    lags = np.arange(len(effects))
    ended = np.flatnonzero(lags >= WINDOW * effects)
    return max(1.0, float(effects[ended[0]] if len(ended) else effects.max()))


def changing_effect(means: ArrayLike, variances: ArrayLike, *, most: float) -> float:
    """Return how many rows count as one, from 1 to `most`, as the means of hours change.

    means: of the hours one after the other.  variances: of each mean, if its rows were independent:
    that of a row over their number. NaN where there were no rows. The square of a change over the
    sum of both variances is then as chi-square. A quantile of these squares, MANY or else SOME, is
    hardly moved by a few jumps, as of a slump, nor by what a slump is like while it lasts. With
    fewer than FEW changes, and up to CHANCE, it is 1.
    Source: the ratio of a quantile to its expectation is how a median absolute deviation measures a
    spread; Huber, Robust Statistics, 1981, ch. 5; of changes, von Neumann, Distribution of the
    ratio of the mean square successive difference to the variance, Annals of Mathematical
    Statistics 12, 1941.

    >>> random = np.random.default_rng(1)
    >>> hours, one = random.normal(size=600), np.ones(600)
    >>> round(changing_effect(hours, one, most=50), 1)
    1.0
    >>> round(changing_effect(3 * hours, one, most=50), 1)
    7.8
    >>> changing_effect(hours + 99 * (np.arange(600) > 300), one, most=50) < 1.1
    True
    """
    if not most >= 1:
        raise InvalidLevel("most", most, "at least 1")
    seen = changes(np.asarray(means, np.float64), np.asarray(variances, np.float64))
    seen = seen[~np.isnan(seen)]
    if len(seen) < FEW:
        return 1.0
    by = MANY if len(seen) >= MANY.least else SOME
    found = float(np.quantile(seen, by.quantile) / by.expected)
    return min(found, most) if found > CHANCE else 1.0


def changes(means: Floats, variances: Floats) -> Floats:
    """Return the squares of changes over their variances; NaN where one is unknown, or nothing is.

    means, variances: as of `changing_effect`, shape (hours,). The shape is (hours - 1,).
    """
    both = variances[1:] + variances[:-1]
    found: Floats = np.diff(means) ** 2 / np.where(both > 0, both, np.nan)
    return found


def usual_change(losses: Floats) -> float:
    """Return how far the mean of a quarter of the rows is from that of the quarter before them.

    It is the root mean square over all such pairs. Where losses only scatter, longer stretches
    change less; where they wander, as with seasons, longer stretches change as much or more. So it
    says what to expect of longer ones too, with some reserve.
    losses: in time order, shape (rows,); 0 of fewer than 8.
    Source: the square is twice the overlapping variance of Allan, Statistics of atomic frequency
    standards, Proceedings of the IEEE 54, 1966.

    >>> round(usual_change(np.repeat([0.0, 1.0], 50)), 2)
    0.57
    """
    size = len(losses) // 4
    if size < 2:
        return 0.0
    sums = np.concatenate([[0.0], np.cumsum(losses)])
    means = (sums[size:] - sums[:-size]) / size
    return float(np.sqrt(np.mean((means[size:] - means[:-size]) ** 2)))


def deflated(p: float, effect: float, *, differences: Floats) -> float:
    """Return the two-sided p-value of a test that took rows for independent, if they are not.

    Its statistic, which is about normal, is divided by the square root of the design effect. From
    38 standard errors on, which rows that follow each other reach by chance, p is no more than 0:
    then the statistic is that of the mean difference, and at least so many.
    effect: that of the rows' differences, by `design_effect`.  differences: shape (rows,).
    Source: Rao and Scott, On chi-squared tests for multiway contingency tables, Annals of
    Statistics 12, 1984 (the first-order correction).

    >>> rows = np.tile([0.0, 2.0], 800)
    >>> [round(deflated(p, 4.0, differences=rows), 3) for p in (0.04, 0.0001, 1.0)]
    [0.304, 0.052, 1.0]
    >>> deflated(0.04, 1.0, differences=rows), round(deflated(0.0, 400.0, differences=rows), 3)
    (0.04, 0.046)
    """
    if effect == 1:
        return p
    from scipy.stats import norm

    statistic = norm.isf(max(p, LEAST) / 2)
    if p < LEAST:
        error = differences.std() / np.sqrt(len(differences))
        statistic = max(statistic, abs(differences.mean()) / error)
    return float(2 * norm.sf(statistic / np.sqrt(effect)))


def widened(
    score: float, bounds: tuple[float, float], factor: float, *, highest: float
) -> tuple[float, float]:
    """Return an interval whose ends are so many times as far from the score, within 0 and highest.

    >>> [round(end, 2) for end in widened(0.9, (0.88, 0.91), 2, highest=1)]
    [0.86, 0.92]
    """
    low, high = bounds
    return max(0.0, score - factor * (score - low)), min(highest, score + factor * (high - score))
