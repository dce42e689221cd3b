"""Control limits: accuracy below its limit, or a loss above it, contradicts the reference.

The recording rules compute the same in PromQL.
"""

import math

from perennial.statistics.cumulative_sum import usual_share
from perennial.statistics.errors import InvalidCounts, InvalidReference


def control_limit(reference: float, *, size: float, rows: float, z: float = 3.0) -> float:
    """Return the accuracy below which live rows contradict the reference's accuracy.

    reference: that accuracy.  size: rows it was measured on; its sampling error is included. Where
    all of them are right, one is taken for wrong, since a few rows that are say little.
    rows: live rows, more than 0. Of both, so many independent ones as they are worth.
    z: standard errors; 3 is the classical chart, 5 suits a sliding window, checked all day.
    Source: the p-chart; Montgomery, Introduction to Statistical Quality Control, 7.2, with the
    standard error of a difference of two proportions.

    >>> [round(control_limit(right, size=100, rows=100), 3) for right in (0.9, 1.0)]
    [0.773, 0.958]
    """
    if not 0 <= reference <= 1:
        raise InvalidReference("reference", reference, "an accuracy from 0 to 1")
    _check_rows(size=size, rows=rows)
    wrong = usual_share(reference, size=size)
    return reference - z * math.sqrt(wrong * (1 - wrong) * (1 / rows + 1 / size))


def loss_limit(
    reference: float,
    *,
    deviation: float,
    size: float,
    live_deviation: float,
    rows: float,
    z: float = 3.0,
) -> float:
    """Return the mean loss above which live rows contradict the reference's mean loss.

    reference: that mean.  deviation: the standard deviation of one row's loss in the reference.
    size: rows it was measured on.  live_deviation: of the live rows; the greater of the two counts.
    Where losses have a long tail, a reference without a huge loss makes the deviation too small,
    and one huge live loss raises the limit as it raises the mean: alone it is no evidence.
    rows, z: as in `control_limit`.
    Source: the chart of means; Montgomery, Introduction to Statistical Quality Control, 6.2, with
    the standard error of a difference of two means.

    >>> round(loss_limit(2.0, deviation=1.0, size=400, live_deviation=1.0, rows=100), 3)
    2.335
    """
    for name, value in (("reference", reference), ("deviation", deviation)):
        if not 0 <= value < math.inf:
            raise InvalidReference(name, value, "a finite number of 0 or more")
    if not 0 <= live_deviation < math.inf:
        raise InvalidCounts("live_deviation", live_deviation, "a finite number of 0 or more")
    _check_rows(size=size, rows=rows)
    return reference + z * max(live_deviation, deviation) * math.sqrt(1 / rows + 1 / size)


def loss_deviation(total: float, squares: float, rows: float) -> float:
    """Return the standard deviation of losses from their sum and the sum of their squares.

    Counters are extrapolated and rounded, so that the variance may come out slightly negative; it
    is 0 then.

    >>> loss_deviation(4.0, 10.0, 2.0)
    1.0
    """
    if not rows > 0:
        raise InvalidCounts("rows", rows, "more than 0 rows")
    return math.sqrt(max(0.0, squares / rows - (total / rows) ** 2))


def _check_rows(*, size: float, rows: float) -> None:
    if not size > 0:
        raise InvalidReference("size", size, "more than 0 rows")
    if not rows > 0:
        raise InvalidCounts("rows", rows, "more than 0 rows")
