"""What is usual of a signal, learned from its past windows: specified in numpy.

Traffic has days and nights, weekends and nightly jobs, and rows follow each other. So what a window
did within the last rhythm (a week) is no news in the next one. The recording rules compute the same
in PromQL.
"""

import numpy as np
from numpy.typing import ArrayLike

from perennial.statistics.errors import InvalidCounts, InvalidLevel


def psi_limit(
    least: float,
    usual: float | None,
    *,
    news: float,
    gross: float,
    gross_news: float,
    known: bool,
    early: bool,
) -> float:
    """Return the PSI over which a signal drifts in a window.

    least: the PSI that is worth a look; 0.1 in an hour.  usual: the largest PSI that such windows
    had within a rhythm, before the drift that lasts now; None if there was none.  news: so many
    times the usual one is news, 3 as shipped: nearly twice as far from the reference, as PSI grows
    with the square.  gross: what is gross, 2 as shipped, and news if it is over `gross_news` times
    the usual one, 1.2 as shipped.  known: whether a whole rhythm was seen; before, only what is
    gross drifts.  early: whether the window tells sudden drift before that too.

    >>> at = {"news": 3.0, "gross": 2.0, "gross_news": 1.2}
    >>> psi_limit(0.1, 0.02, known=True, early=False, **at)
    0.1
    >>> [round(psi_limit(0.1, usual, known=True, early=False, **at), 6) for usual in (0.4, 1, 3)]
    [1.2, 2.0, 3.6]
    >>> psi_limit(0.1, 0.02, known=False, early=False, **at)
    2.0
    >>> psi_limit(0.25, 0.02, known=False, early=True, **at)
    0.25
    """
    gross = max(gross, least)
    if usual is None or not (known or early):
        return gross
    most = max(gross, gross_news * usual) if known else gross
    return min(max(least, news * usual), most)


def design_effect(dispersion: ArrayLike, *, most: float) -> float:
    """Return how many rows count as one: the mean dispersion of past windows, from 1 to `most`.

    dispersion: of windows of one length, a statistic over its mean for independent rows: G over
    bins - 1, or the rank statistic. Windows without rows have 0 and do not count.
    Source: Kish, Survey Sampling, 1965, 8.2 (the design effect, a ratio of variances); Rao and
    Scott, On Chi-Squared Tests for Multiway Tables, Annals of Statistics 12, 1984: chi-square over
    the mean design effect is the usual correction.

    >>> design_effect([0, 6, 10, 0], most=50), design_effect([0.5, 0.9], most=50)
    (8.0, 1.0)
    """
    found = np.asarray(dispersion, dtype=np.float64)
    if not most >= 1:
        raise InvalidLevel("most", most, "at least 1")
    if not (found > 0).any():
        raise InvalidCounts("dispersion", found.tolist(), "a window with rows")
    return float(np.clip(found[found > 0].mean(), 1, most))


def worth(rows: float, size: float, design_effect: float, *, least: float) -> float:
    """Return what evidence on so many rows is worth if several of them count as one; at most 1.

    A statistic is divided by D + N/M in place of 1 + N/M: rows that follow each other make the
    live sample smaller, and the reference's no larger. It counts for less still where N/D is under
    `least`: there one client's burst is much of the window, and no statistic is as chi-square.
    rows: N, in the window.  size: M, of the baseline.  design_effect: D.
    least: independent rows; 35 as shipped.
    Source: Cochran, The chi-square test of goodness of fit, Annals of Mathematical Statistics 23,
    1952, on the least rows for which its limits hold.

    >>> worth(500, 1000, 1, least=35), worth(500, 1000, 2.5, least=35)
    (1.0, 0.5)
    >>> round(worth(70, 1e9, 20, least=35) / worth(700, 1e9, 20, least=35), 3)
    0.1
    """
    if not least > 0:
        raise InvalidLevel("least", least, "more than 0 rows")
    few = min(rows / design_effect / least, 1.0)
    return few * (1 + rows / size) / (design_effect + rows / size)
