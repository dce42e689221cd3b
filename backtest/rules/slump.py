"""The rules of a slump over arrays of labels per look, for simulations of Prometheus' decisions.

A slump lasts from when accuracy, or the loss, is no longer what it was until it is again. The sums
are those of `perennial/statistics/cumulative_sum.py`, which computes one look at a time.
"""

from dataclasses import dataclass

import numpy as np

from backtest.rules.drift import MINUTE, Bools, Floats
from backtest.rules.labels_as_one import labels_as_one
from backtest.rules.quality import LossReference, ShareReference, first_look, one, windows
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
    least_as_one = min(reference.rows_as_one, thresholds.most_design_effect)
    size = reference.size / least_as_one
    as_one = labels_as_one(
        (rows - good, rows), (usual, deviation), least_as_one, thresholds, pace=pace
    )
    now = as_one[first_look(thresholds, pace) - 1 :]

    def limit(window: str) -> Limit:
        least = thresholds.least_drop(window)
        up_to = _tolerated(usual, least, deviation, size, thresholds)
        found = share_sum_limit(usual, tolerated=up_to, exponent=thresholds.slump_evidence)
        return Limit(up_to, found)

    least, share = thresholds.least_drop(thresholds.long_window), reference.share
    drops, known = [], np.zeros(0, np.bool_)
    for _, (right, seen) in windows((good, rows), thresholds, pace):
        drops.append(np.where(seen > 0, share - right / one(seen), 0))
        error = np.sqrt(share * (1 - share) * (now / one(seen) + 1 / size))
        known = (drops[-1] > thresholds.accuracy_z * error) & (seen >= thresholds.least_rows)
    short, long = drops
    for_long, lately = (short > least) & (long > least) & known, short > AGREEING * least
    limits = limit(thresholds.short_window), limit(thresholds.long_window)
    return _slump(rows - good, rows, as_one, limits, for_long, lately, thresholds, pace)


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
    least_as_one = min(reference.rows_as_one, thresholds.most_design_effect)
    size = reference.size / least_as_one
    as_one = labels_as_one((total, rows), (usual, deviation), least_as_one, thresholds, pace=pace)
    now = as_one[first_look(thresholds, pace) - 1 :]

    def limit(window: str) -> Limit:
        least = thresholds.least_rise(window) * usual
        up_to = _tolerated(usual, least, deviation, size, thresholds)
        exponent = thresholds.slump_evidence
        found = mean_sum_limit(usual, tolerated=up_to, deviation=deviation, exponent=exponent)
        return Limit(up_to, found)

    least = thresholds.least_rise(thresholds.long_window) * usual
    rises, known = [], np.zeros(0, np.bool_)
    for _, (lost, square, seen) in windows((total, squares, rows), thresholds, pace):
        mean = lost / one(seen)
        live = np.sqrt(np.maximum(square / one(seen) - mean**2, 0))
        error = np.maximum(live, deviation) * np.sqrt(now / one(seen) + 1 / size)
        # What is no more than a few errors is no rise at all.
        rises.append(np.where(mean - usual > AGREES * error, mean - usual, 0))
        known = (mean > usual + thresholds.accuracy_z * error) & (seen >= thresholds.least_rows)
    short, long = rises
    for_long, lately = (short > least) & (long > least) & known, short > AGREEING * least
    limits = limit(thresholds.short_window), limit(thresholds.long_window)
    return _slump(total, rows, as_one, limits, for_long, lately, thresholds, pace)


def _tolerated(
    usual: float, least: float, deviation: float, size: float, thresholds: Thresholds
) -> float:
    return tolerated_cost(
        usual, least=least, deviation=deviation, size=size, z=thresholds.accuracy_z
    )


def _slump(
    cost: Floats,
    rows: Floats,
    as_one: Floats,
    limits: tuple[Limit, Limit],
    for_long: Bools,
    lately: Bools,
    thresholds: Thresholds,
    pace: int,
) -> Bools:
    """Return the looks of a slump; for_long, lately: what the windows say at each of them.

    as_one: how many labels count as one at each look.
    """
    looks = max(1.0, thresholds.slump_looks * seconds(thresholds.count_interval) / pace)
    large, small = ((cost - each.tolerated * rows) / (as_one * each.sum) for each in limits)
    large = np.clip(large, -1 / looks, 1 / looks)
    before = len(rows) - len(lately)
    sums, inside, found = [0.0, 0.0], False, np.zeros(len(rows), np.bool_)
    starts, stays = (np.concatenate([np.zeros(before, bool), each]) for each in (for_long, lately))
    for look, steps in enumerate(zip(large.tolist(), small.tolist(), starts, stays, strict=True)):
        sums = [min(max(last + step, 0.0), 1.0) for last, step in zip(sums, steps, strict=False)]
        starts_now = (sums[0] >= 1 and steps[3]) or (sums[1] >= 0.5 and steps[2])
        inside = bool(starts_now or (inside and (sums[1] > 0 or steps[3])))
        found[look] = inside
    return found[before:]
