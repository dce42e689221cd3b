"""Cumulative sums: they see a fall of accuracy, or a rise of the loss, soon, and when it is over.

Each row adds what it costs beyond what is tolerated: where a share of 0.2 wrong answers is
tolerated, a wrong one adds 0.8 and a right one takes off 0.2. The sum, divided by a limit, stays
between 0 and 1. It is near 0 while all is well, reaches 1 soon after a change, whenever that began,
and 0 again soon after the change is over. The recording rules compute the same in PromQL.
"""

import math

from perennial.statistics.errors import InvalidCounts, InvalidLevel, InvalidReference

# A wrong answer weighs at most so much, however rare it was in the reference.
HEAVIEST = 4 / 3


def usual_share(accuracy: float, *, size: float) -> float:
    """Return the share of wrong answers that is usual; where the reference has none, one row's.

    accuracy: of the reference.  size: its rows.

    >>> round(usual_share(0.9, size=500), 3), usual_share(1.0, size=500)
    (0.1, 0.002)
    """
    if not 0 <= accuracy <= 1:
        raise InvalidReference("accuracy", accuracy, "an accuracy from 0 to 1")
    _check_size(size)
    return max(1 - accuracy, 1 / size)


def tolerated_cost(
    usual: float, *, least: float, deviation: float, size: float, z: float = 3.0
) -> float:
    """Return the mean cost of a row, a wrong answer or a loss, up to which nothing has changed.

    usual: the mean cost of the reference's rows.  least: the least rise of it that matters.
    deviation: the standard deviation of one of these rows.  size: how many independent rows they
    are worth; where these are few, z standard errors of their mean are tolerated instead.

    >>> tolerated_cost(0.1, least=0.1, deviation=0.3, size=900)
    0.2
    >>> round(tolerated_cost(0.1, least=0.1, deviation=0.3, size=36), 2)
    0.25
    """
    for name, value in (("usual", usual), ("deviation", deviation)):
        if not 0 <= value < math.inf:
            raise InvalidReference(name, value, "a finite number of 0 or more")
    _check_size(size)
    return usual + max(least, z * deviation / math.sqrt(size))


def share_sum_limit(
    usual: float, *, tolerated: float, exponent: float = 20.0, design_effect: float = 1.0
) -> float:
    """Return the sum, in rows, at which a share of wrong answers is no longer the usual one.

    usual: by `usual_share`.  tolerated: by `tolerated_cost`.
    exponent: independent rows like the reference's pass e^20, 500 million, between false alarms.
    design_effect: how many rows tell as much as an independent one; the sum needs so many times as
    many.
    Source: Page, Continuous inspection schemes, Biometrika 41, 1954; the bound is Lorden's,
    Procedures for reacting to a change in distribution, Annals of Mathematical Statistics 42, 1971.
    A wrong answer's weight is that of the likelihood ratio to a share as far beyond the tolerated
    one as the usual one is below it; Hoeffding's, 8 times the distance, where more than half may be
    wrong; and at most HEAVIEST.

    >>> round(share_sum_limit(0.1, tolerated=0.2), 1), share_sum_limit(0.01, tolerated=0.11)
    (15.0, 15.0)
    >>> [round(share_sum_limit(0.3, tolerated=0.4, design_effect=effect), 1) for effect in (1, 3)]
    [23.6, 70.8]
    """
    distance = _distance(usual, tolerated)
    _check_exponent(exponent)
    _check_effect(design_effect)
    weight = 8 * distance
    if tolerated <= 0.5:
        far = usual + 2 * distance
        weight = math.log(far * (1 - usual) / (usual * (1 - far)))
    return design_effect * exponent / min(weight, HEAVIEST)


def mean_sum_limit(
    usual: float,
    *,
    tolerated: float,
    deviation: float,
    exponent: float = 20.0,
    design_effect: float = 1.0,
) -> float:
    """Return the sum, in the unit of the loss, at which a mean loss is no longer the usual one.

    usual, deviation: of the reference's rows.  tolerated: by `tolerated_cost`.
    exponent, design_effect: as in `share_sum_limit`, for losses that are about normal; the steps of
    `cumulative_sum` bound those that have a long tail.
    Source: Siegmund, Sequential Analysis, 1985, ch. 2.

    >>> mean_sum_limit(2.0, tolerated=2.5, deviation=1.0)
    20.0
    """
    _check_exponent(exponent)
    _check_effect(design_effect)
    variance = design_effect * deviation**2
    return exponent * variance / (2 * _distance(usual, tolerated))


def cumulative_sum(
    last: float, cost: float, rows: float, *, tolerated: float, limit: float, steps: float = 1.0
) -> float:
    """Return the sum after a look at more rows, as a share of its limit.

    last: what the look before it returned, 0 at first.  cost: of all rows since then.
    rows: how many they are.  tolerated, limit: by the functions above.
    steps: how many looks the sum takes from 0 to 1 at least, however many rows they have: a burst
    of like rows, or one huge loss, is no change that lasts.

    >>> cumulative_sum(0.5, 2.0, 5, tolerated=0.2, limit=40.0)
    0.525
    >>> cumulative_sum(0.5, 500.0, 500, tolerated=0.2, limit=40.0, steps=4)
    0.75
    >>> cumulative_sum(0.5, 0.0, 500, tolerated=0.2, limit=40.0)
    0.0
    """
    if not rows >= 0:
        raise InvalidCounts("rows", rows, "0 rows or more")
    step = (cost - tolerated * rows) / limit
    return min(max(last + min(max(step, -1 / steps), 1 / steps), 0.0), 1.0)


def _distance(usual: float, tolerated: float) -> float:
    if not usual < tolerated < math.inf:
        raise InvalidReference("tolerated", tolerated, f"a number over {usual}, the usual cost")
    return tolerated - usual


def _check_size(size: float) -> None:
    if not size > 0:
        raise InvalidReference("size", size, "more than 0 rows")


def _check_exponent(exponent: float) -> None:
    if not 0 < exponent < math.inf:
        raise InvalidLevel("exponent", exponent, "a finite number over 0")


def _check_effect(design_effect: float) -> None:
    if not 1 <= design_effect < math.inf:
        raise InvalidLevel("design_effect", design_effect, "a finite number of 1 or more")
