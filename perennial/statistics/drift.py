"""How far live traffic is from the reference: the drift rules, specified in numpy.

The recording rules compute the same in PromQL.
"""

import numpy as np
from numpy.typing import ArrayLike

from perennial.statistics.counts import Floats, live_and_reference

PRIOR = 50.0  # weight of the reference, in observations
PSI_LIMIT = 0.1  # the PSI that is worth a look, in a window of an hour or more


def smoothed_shares(live: ArrayLike, reference: ArrayLike, *, prior: float = PRIOR) -> Floats:
    """Return the live shares, smoothed towards the reference's, which an idle service has.

    live: observations per bin, shape (bins,).  reference: shares that sum to 1, same shape.
    prior: weight of the reference in observations; 50 is usual here, 0 gives the raw shares.
    Raises BinMismatch, InvalidCounts, InvalidReference.
    Source: the posterior mean under a Dirichlet prior; Gelman et al., Bayesian Data Analysis, 3.4.

    >>> smoothed_shares([50, 0], [0.5, 0.5]).tolist()
    [0.75, 0.25]
    """
    counts, shares = live_and_reference(live, reference)
    smoothed: Floats = (counts + prior * shares) / (counts.sum() + prior)
    return smoothed


def psi(live: ArrayLike, reference: ArrayLike, *, prior: float = PRIOR) -> float:
    """Return the population stability index: how far live traffic is from the reference.

    0 is no change, 0.1 is worth a look, 0.25 is a different population. Because of the smoothing,
    it is exactly 0 for an idle service and finite for an empty bin.
    live, reference, prior: as in `smoothed_shares`, with the same errors.
    Source: Siddiqi, Credit Risk Scorecards, 2006, ch. 6.

    >>> psi([0, 0], [0.5, 0.5])
    0.0
    >>> round(psi([50, 0], [0.5, 0.5]), 3)
    0.275
    """
    counts, shares = live_and_reference(live, reference)
    rows = counts.sum()
    # The same difference as p - q, written so that it is exactly 0 where nothing was counted.
    difference = (counts - rows * shares) / (rows + prior)
    return float(np.sum(difference * np.log(smoothed_shares(counts, shares, prior=prior) / shares)))


def ks(live: ArrayLike, reference: ArrayLike, *, prior: float = PRIOR) -> float:
    """Return the Kolmogorov-Smirnov distance of a numeric signal: max |CDF live - CDF reference|.

    From 0, no change, to 1, no overlap. Unlike PSI it uses the order of the bins, so that shifts in
    one direction add up. The live shares are smoothed as in PSI, so it is exactly 0 when idle. It
    does not see shifts within a bin, so the distance of the raw values may be larger.
    live, reference: as in `smoothed_shares`, with the same errors; bins in order, `outside` and
    `missing` last. Both rank above all other bins, so that their increase counts too.
    prior: as in `smoothed_shares`.
    Source: Conover, Practical Nonparametric Statistics, 3rd ed., 1999, 6.3; on bins: Pettitt and
    Stephens, The Kolmogorov-Smirnov Goodness-of-Fit Statistic with Discrete and Grouped Data, 1977.

    >>> ks([0, 0, 0, 0], [0.25, 0.5, 0.125, 0.125])
    0.0
    >>> ks([0, 50, 0, 0], [0.25, 0.5, 0.125, 0.125]), ks([0, 0, 0, 50], [0.25, 0.5, 0.125, 0.125])
    (0.125, 0.375)
    """
    counts, shares = live_and_reference(live, reference)
    rows = counts.sum()
    distance = np.cumsum(counts) - rows * np.cumsum(shares)
    return float(np.abs(distance[:-2]).max(initial=0.0) / (rows + prior))


def drifts(effect: float, evidence: float, *, limit: float) -> bool:
    """Return whether a signal drifts in a window: large effect and sufficient evidence.

    effect: PSI.  evidence: divided by its limit, from `evidence.strength`.  limit: of PSI, 0.1 for
    a window of an hour.

    >>> [drifts(0.6, evidence, limit=0.1) for evidence in (0.2, 1.5)]
    [False, True]
    """
    return effect > limit and evidence > 1
