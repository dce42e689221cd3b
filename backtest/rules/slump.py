"""The rules of a slump over arrays of labels per look, for simulations of Prometheus' decisions.

A slump lasts from when accuracy, or the loss, is no longer what it was until it is again. The sums
are those of `perennial/statistics/cumulative_sum.py`, which computes one look at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backtest.rules.drift import MINUTE, Bools, Floats
from backtest.rules.labels_as_one import learned
from backtest.rules.quality import LossReference, ShareReference, first_look, one, variance, windows
from backtest.rules.same_hours import Mean, no_news
from monitoring.recording.slump import AGREEING, AGREES
from monitoring.thresholds import Thresholds, seconds
from perennial.statistics.cumulative_sum import (
    mean_sum_limit,
    share_sum_limit,
    tolerated_cost,
    usual_share,
)


@dataclass(frozen=True)
class Limit:
    """tolerated: the cost of a row up to which nothing has changed.  sum: the limit of the sum.

    It is the limit where each label counts; where several count as one, it is so many times that.
    """

    tolerated: float
    sum: float


@dataclass(frozen=True)
class Costs:
    """What labels cost at each look, and how many came, also before the first look.

    as_one: how many labels count as one.  limits: of large and of small changes.
    means: of the short and of the long window.
    least: the least rise that is a slump.  errors: and how many standard errors it must exceed.
    usual: what one label usually costs.
    """

    cost: Floats
    rows: Floats
    as_one: Floats
    limits: tuple[Limit, Limit]
    means: tuple[Mean, Mean]
    least: float
    errors: float
    usual: float


def share_slump(
    good: Floats,
    rows: Floats,
    reference: ShareReference,
    thresholds: Thresholds,
    *,
    pace: int = MINUTE,
) -> Bools:
    """Return the looks within a slump of a share: AccuracyDrop, IntervalCoverageDrop.

    good, rows: labels by look.  pace: seconds between looks. The first look is when the longest
    window is full.
    """
    usual = usual_share(reference.share, size=reference.size)
    deviation = float(np.sqrt(usual * (1 - usual)))
    size = reference.size / min(reference.as_one.of_reference, thresholds.most_design_effect)
    known = share_learned(good, rows, reference, thresholds, pace=pace)
    as_one = reference.as_one.at(known, thresholds)
    now = as_one[first_look(thresholds, pace) - 1 :]

    def limit(window: str) -> Limit:
        least = thresholds.least_drop(window)
        up_to = _tolerated(usual, least, deviation, size, thresholds)
        found = share_sum_limit(usual, tolerated=up_to, exponent=thresholds.slump_evidence)
        return Limit(up_to, found)

    share, means = reference.share, []
    for _, (right, seen) in windows((good, rows), thresholds, pace):
        error = np.sqrt(variance(share, size) * (now / one(seen) + 1 / size))
        means.append(Mean(np.where(seen > 0, share - right / one(seen), 0), error, seen))
    limits = limit(thresholds.short_window), limit(thresholds.long_window)
    least = thresholds.least_drop(thresholds.long_window)
    costs = Costs(rows - good, rows, as_one, limits, (means[0], means[1]), least, 0, usual)
    return _slump(costs, thresholds, pace)


def share_learned(
    good: Floats,
    rows: Floats,
    reference: ShareReference,
    thresholds: Thresholds,
    *,
    pace: int = MINUTE,
) -> Floats:
    """Return how many labels of a share count as one, by what came till then; shape (looks,)."""
    bad, deviation = rows - good, float(np.sqrt(reference.share * (1 - reference.share)))
    return learned((bad, bad, rows), deviation, thresholds, pace=pace)


def loss_slump(
    total: Floats,
    squares: Floats,
    rows: Floats,
    reference: LossReference,
    thresholds: Thresholds,
    *,
    pace: int = MINUTE,
) -> Bools:
    """Return the looks within a slump of the loss: LossRise.

    total, squares: sums of losses by look.  rows, pace: as of `share_slump`.
    """
    usual, deviation = reference.mean, reference.deviation
    if not deviation > 0 or not usual > 0:  # nothing scatters, or costs
        return np.zeros(len(rows) - first_look(thresholds, pace) + 1, np.bool_)
    size = reference.size / min(reference.as_one.of_reference, thresholds.most_design_effect)
    known = learned((total, squares, rows), deviation, thresholds, pace=pace)
    as_one = reference.as_one.at(known, thresholds)
    now = as_one[first_look(thresholds, pace) - 1 :]

    def limit(window: str) -> Limit:
        least = thresholds.least_rise(window) * usual
        up_to = _tolerated(usual, least, deviation, size, thresholds)
        exponent = thresholds.slump_evidence
        found = mean_sum_limit(usual, tolerated=up_to, deviation=deviation, exponent=exponent)
        return Limit(up_to, found)

    means = []
    for _, (lost, square, seen) in windows((total, squares, rows), thresholds, pace):
        mean = lost / one(seen)
        live = np.sqrt(np.maximum(square / one(seen) - mean**2, 0))
        error = np.maximum(live, deviation) * np.sqrt(now / one(seen) + 1 / size)
        means.append(Mean(np.where(seen > 0, mean - usual, 0), error, seen))
    limits = limit(thresholds.short_window), limit(thresholds.long_window)
    least = thresholds.least_rise(thresholds.long_window) * usual
    # What is no more than a few errors is no rise at all.
    costs = Costs(total, rows, as_one, limits, (means[0], means[1]), least, AGREES, usual)
    return _slump(costs, thresholds, pace)


def _tolerated(
    usual: float, least: float, deviation: float, size: float, thresholds: Thresholds
) -> float:
    return tolerated_cost(
        usual, least=least, deviation=deviation, size=size, z=thresholds.reference_z
    )


def _slump(costs: Costs, thresholds: Thresholds, pace: int) -> Bools:
    """Return the looks of a slump, from the first look on."""
    least = costs.limits[1].tolerated - costs.usual
    known = [no_news(each, costs.means[1], least, thresholds, pace=pace) for each in costs.means]
    before = len(costs.rows) - len(known[0])
    usually: Floats = np.pad(known, ((0, 0), (before, 0)))
    means = [each.after(before) for each in costs.means]
    found, sums, inside, look = np.zeros(len(costs.rows), np.bool_), [0.0, 0.0], False, 0
    held = usually[:, :1]
    while look < len(found):
        part = slice(look, look + first_look(thresholds, pace))
        worse = np.where(inside, held, usually[:, part])
        for *steps, lately, for_long in _steps(costs, means, worse, part, thresholds, pace):
            sums = [min(max(last + by, 0.0), 1.0) for last, by in zip(sums, steps, strict=True)]
            starts = (sums[0] >= 1 and lately) or (sums[1] >= 0.5 and for_long)
            changed = inside != (starts or (inside and (sums[1] > 0 or lately)))
            inside ^= changed
            found[look], look = inside, look + 1
            if changed:  # what was no news when a slump began is none while it lasts
                held = usually[:, look - 1 : look]
                break
    return found[before:]


def _steps(
    costs: Costs,
    means: Sequence[Mean],
    usually: Floats,
    part: slice,
    thresholds: Thresholds,
    pace: int,
) -> Iterator[tuple[float, float, bool, bool]]:
    """Yield what decides at some looks.

    The steps of the sums of large and small changes, whether the short window shows a change, and
    whether both windows do.  usually: how much worse is no news, for both windows.
    """
    cost, rows, as_one = costs.cost[part], costs.rows[part], costs.as_one[part]
    large, small = (
        (cost - (each.tolerated + worse) * rows) / (as_one * each.sum)
        for each, worse in zip(costs.limits, usually, strict=True)
    )
    looks = max(1.0, thresholds.slump_looks * seconds(thresholds.count_interval) / pace)
    short, long = (each.beyond(worse, part) for each, worse in zip(means, usually, strict=True))
    lately = short.rise > np.maximum(AGREEING * costs.least, costs.errors * short.error)
    both = [
        each.rise > np.maximum(costs.least, costs.errors * each.error) for each in (short, long)
    ]
    known = (long.rise > thresholds.accuracy_z * long.error) & (long.rows >= thresholds.least_rows)
    for_long = both[0] & both[1] & known
    clipped = np.clip(large, -1 / looks, 1 / looks)
    yield from zip(*(each.tolist() for each in (clipped, small, lately, for_long)), strict=True)
