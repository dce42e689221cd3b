"""An estimate without labels, held against labels: when these contradict it, it is withdrawn.

Of rows that have a label, what was estimated when they were predicted is compared with what came.
So labels may be late, and may be of a few rows only. The recording rules compute the same in
PromQL.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from perennial.statistics.errors import InvalidCounts, InvalidLevel, InvalidReference


def share_gap_deviation(estimated: float, realised: float) -> float:
    """Return the standard deviation of one row around an estimated accuracy.

    estimated, realised: shares of right rows. The greater of both deviations counts, since an
    estimate of 1 leaves none.

    >>> share_gap_deviation(0.8, 0.9), share_gap_deviation(1.0, 0.5)
    (0.4, 0.5)
    """
    for name, share in (("estimated", estimated), ("realised", realised)):
        if not 0 <= share <= 1:
            raise InvalidCounts(name, share, "a share from 0 to 1")
    spread = max(share * (1 - share) for share in (estimated, realised))
    return round(math.sqrt(spread), 12)


def loss_gap_deviation(gap: float, squares: float, rows: float, *, reference: float) -> float:
    """Return the standard deviation of one row's loss around the one that was expected of it.

    gap: the mean difference.  squares: the sum of its squares.  rows: with both.
    reference: the same deviation on held-out rows; the greater of both counts, since a few live
    rows may lack a huge loss.

    >>> loss_gap_deviation(1.0, 50.0, 10, reference=1.5), loss_gap_deviation(1, 50, 10, reference=3)
    (2.0, 3)
    """
    if not rows > 0:
        raise InvalidCounts("rows", rows, "more than 0 rows")
    if not 0 <= reference < math.inf:
        raise InvalidReference("reference", reference, "a finite number of 0 or more")
    return max(math.sqrt(max(0.0, squares / rows - gap**2)), reference)


def gap_design_effect(gaps: ArrayLike, *, most: float) -> float:
    """Return how many labels count as one, from 1 to `most`.

    gaps: of short windows one after the other, each in standard errors of independent rows; their
    variance is 1 where rows are independent, and more where neighbours are alike. NaN where there
    were no labels. A gap that lasts moves their mean and not their variance.
    Source: Kish, Survey Sampling, 1965, 8.2: the design effect is a ratio of variances, here that
    of cluster means.

    >>> gap_design_effect([3.0, -3.0, np.nan], most=50), gap_design_effect([4.0, 4.0], most=50)
    (9.0, 1.0)
    """
    if not most >= 1:
        raise InvalidLevel("most", most, "at least 1")
    found = np.asarray(gaps, dtype=np.float64)
    seen = found[~np.isnan(found)]
    return float(np.clip(seen.var(), 1, most)) if len(seen) else 1.0


def contradicts(
    gap: float,
    deviation: float,
    rows: float,
    *,
    least: float,
    design_effect: float = 1.0,
    z: float = 3.0,
    least_rows: float = 100,
) -> bool:
    """Return whether labels contradict an estimate: by more than chance, and by enough to matter.

    gap: estimated less realised.  deviation: of one row, by the functions above.
    rows: labels; fewer than `least_rows` say nothing.  least: the gap that matters.
    design_effect: labels that count as one.  z: standard errors; usually 3.
    The error of the reference is not added: an estimate that is off since the reference is small is
    off all the same.
    Source: the two-sided p-chart; Montgomery, Introduction to Statistical Quality Control, 7.2.

    >>> contradicts(0.1, 0.4, 400, least=0.04)
    True
    >>> contradicts(0.1, 0.4, 400, least=0.04, design_effect=4)  # as 100 independent labels
    False
    >>> contradicts(0.03, 0.4, 100_000, least=0.04), contradicts(0.5, 0.4, 20, least=0.04)
    (False, False)
    """
    if not rows >= least_rows:
        return False
    return abs(gap) > max(z * deviation * math.sqrt(design_effect / rows), least)


def withdrawn(before: bool, *, contradicted: bool, enough: bool) -> bool:
    """Return whether an estimate is unknown now.

    before: whether it was.  contradicted: by the labels of any window.  enough: whether the longest
    window has enough labels to say so, or no window has any; else it stays as it was.

    >>> withdrawn(False, contradicted=True, enough=True)
    True
    >>> [withdrawn(True, contradicted=False, enough=enough) for enough in (True, False)]
    [False, True]
    """
    return contradicted or (before and not enough)
