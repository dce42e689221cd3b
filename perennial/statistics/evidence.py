"""The evidence for drift, specified in numpy; the recording rules compute the same in PromQL.

Each signal has two tests: G over all its bins and, if the bins have an order, a rank test.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from perennial.statistics.counts import Floats, live_and_reference
from perennial.statistics.errors import InvalidCounts, InvalidLevel, InvalidReference

# Independent checks that are equivalent to a window sliding over its own length.
LOOKS = 50
# Minimum variance of ranks: a signal with less has only one value.
LEAST_VARIANCE = 1e-9


def baseline(past: ArrayLike, reference: ArrayLike, *, size: float) -> tuple[Floats, float]:
    """Return what a window is compared with: the reference plus the rows before the window.

    More rows reveal smaller shifts. Drift from before the past began shows in the longest window,
    which is compared with the reference alone.
    past: observations per bin before the window, shape (bins,); zeros for the longest window.
    reference: shares that sum to 1, same shape.  size: M, rows of the reference.
    Returns shares of the same shape, and the number of rows they represent.
    Raises BinMismatch, InvalidCounts, InvalidReference.

    >>> shares, rows = baseline([300, 0], [0.5, 0.5], size=100)
    >>> shares.tolist(), rows
    ([0.875, 0.125], 400.0)
    """
    counts, shares = live_and_reference(past, reference)
    if not size > 0:
        raise InvalidReference("size", size, "more than 0 rows")
    rows = float(size + counts.sum())
    return (size * shares + counts) / rows, rows


def g_statistic(live: ArrayLike, reference: ArrayLike, *, size: float) -> float:
    """Return the evidence against "live traffic has the reference's shares": the G statistic.

    Divided by 1 + N/M because the reference is a sample too; otherwise a busy service would detect
    the reference's sampling error. Without drift it follows chi-square with bins - 1 degrees of
    freedom. Exactly 0 where nothing was counted.
    live, reference: as in `smoothed_shares`, with the same errors.  size: M, rows of the reference.
    Source: Sokal and Rohlf, Biometry, 4th ed., 2012, ch. 17 (G); the division is the variance of a
    difference of two samples' shares over that of one.

    >>> g_statistic([0, 0], [0.5, 0.5], size=100)
    0.0
    >>> round(g_statistic([100, 0], [0.5, 0.5], size=100), 3)
    69.315
    """
    counts, shares = live_and_reference(live, reference)
    if not size > 0:
        raise InvalidReference("size", size, "more than 0 rows")
    rows = counts.sum()
    seen = counts > 0
    terms = counts[seen] * np.log(counts[seen] / rows / shares[seen])
    return float(2 * terms.sum() / (1 + rows / size))


def ranks(reference: ArrayLike, *, ordered: int) -> Floats:
    """Return the rank of each ordered bin: the share of rows below its middle.

    reference: shares of all bins, the ordered ones first.  ordered: how many have an order; a
    numeric signal's last two, `outside` and `missing`, have none.
    Source: ridits; Bross, How to Use Ridit Analysis, Biometrics 14, 1958.

    >>> ranks([0.25, 0.5, 0.25], ordered=2).tolist()
    [0.125, 0.5]
    """
    shares = np.asarray(reference, dtype=np.float64)[:ordered]
    return np.asarray(np.cumsum(shares) - shares / 2)


def rank_statistic(live: ArrayLike, shares: ArrayLike, rank: ArrayLike, *, size: float) -> float:
    """Return the evidence, squared, that a numeric signal moved up or down; 0 is none.

    It has one degree of freedom, so it detects moves in one direction better than G, which has
    almost as many as there are bins and detects all other changes. Divided by 1 + N/M, as G is.
    live: observations per bin, shape (bins,).  shares, size: of the baseline.
    rank: of the ordered bins, which come first, from `ranks`. Other bins do not count.
    Source: the rank-sum test of Wilcoxon, 1945, in the form for grouped data; Bross, 1958.

    >>> rank_statistic([50, 50, 0], [0.5, 0.5, 1e-9], [0.25, 0.75], size=1e9)
    0.0
    >>> round(rank_statistic([70, 30, 0], [0.5, 0.5, 1e-9], [0.25, 0.75], size=1e9), 3)
    16.0
    """
    counts, given = live_and_reference(live, shares)
    scores = np.asarray(rank, dtype=np.float64)
    seen, base, rows = counts[: len(scores)], given[: len(scores)], counts.sum()
    mean = (base * scores).sum() / base.sum()
    variance = (base * (scores - mean) ** 2).sum()
    if rows == 0 or variance <= LEAST_VARIANCE:
        return 0.0
    moved = (seen * (scores - mean)).sum()
    return float(moved**2 / (variance * rows * (1 + rows / size)))


def critical_value(bins: int, *, level: float = 0.01, tests: int = 1) -> float:
    """Return the limit of one check: a chi-square quantile, Bonferroni-corrected.

    bins: of the signal, at least 2; 2 for the rank statistic.  level: probability of a false alarm
    in the whole family, usually 0.01.  tests: how many share that level.
    Needs SciPy, which monitoring and the service lack: they read the value from the bundle.

    >>> round(critical_value(2, level=0.05), 3)
    3.841
    """
    if bins < 2:
        raise InvalidCounts("bins", bins, "at least 2")
    if not 0 < level < 1:
        raise InvalidLevel("level", level, "a share over 0 and under 1")
    if tests < 1:
        raise InvalidLevel("tests", tests, "at least 1")
    from scipy.stats import chi2

    return float(chi2.isf(level / tests, bins - 1))


def evidence_limit(
    critical: float, *, bins: int, rows: float, size: float, windows: float
) -> float:
    """Return the limit of evidence in a sliding window that keeps the level over all checks.

    A window that slides over its own length is equivalent to about 50 independent checks, however
    often it is evaluated. Only the live rows change between checks: the reference's sampling error,
    the part N/M of the variance, is the same at each. So there are 50 `windows` / (1 + N/M) more
    checks than the one of `critical`; the tail of chi-square gives the correction for them.
    critical: for one check, at the family-wise level shared by all tests.  bins: of the signal; 2
    for the rank statistic, which has one degree of freedom.
    rows: N, in the window.  size: M, of the baseline.  windows: the number of consecutive windows
    for which the level must hold, such as 720 hours for a month.
    Raises InvalidReference if `critical` is not in the tail.
    Source: Aldous, Probability Approximations via the Poisson Clumping Heuristic, 1989: a process
    with the correlation 1 - |t| of a sliding window leaves the sphere of radius sqrt(b) at the rate
    2 b f(b) a window, f the density of chi-square; 50 is 2 b f(b) over its tail, for b near 60. The
    tail itself falls as exp(-b/2) b^(k/2-1).

    >>> round(evidence_limit(34.2, bins=12, rows=0, size=1000, windows=720), 1)
    60.5
    >>> round(evidence_limit(34.2, bins=12, rows=1e9, size=1000, windows=720), 1)
    34.3
    """
    if not critical > bins - 3:
        raise InvalidReference("critical", critical, f"more than {bins - 3}, bins - 3")
    if not size > 0:
        raise InvalidReference("size", size, "more than 0 rows")
    looks = math.log(1 + LOOKS * windows / (1 + rows / size))
    return critical + 2 * looks / (1 - (bins - 3) / (critical + looks))


def strength(g: float, g_limit: float, rank: float = 0.0, rank_limit: float = 1.0) -> float:
    """Return the larger ratio of evidence to its limit of both tests; over 1 is sufficient.

    rank, rank_limit: None where the bins have no order.

    >>> strength(30, 60, 40, 32)
    1.25
    """
    if not min(g_limit, rank_limit) > 0:
        raise InvalidLevel("limit", min(g_limit, rank_limit), "more than 0")
    return max(g / g_limit, rank / rank_limit)
