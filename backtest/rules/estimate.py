"""The rules on estimates that labels contradict, over arrays of sums per look, for simulations.

The formulas equal those of `perennial/statistics/estimate.py`, which computes one window at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backtest.rules.drift import MINUTE, Bools, Floats
from backtest.rules.quality import one, windows
from monitoring.recording.estimate import FOUR
from monitoring.thresholds import Thresholds, seconds


@dataclass(frozen=True)
class Gaps:
    """What labels say of an estimate in a window, by look: how many, gap, a row's deviation."""

    rows: Floats
    gap: Floats
    deviation: Floats


def withdrawn(
    checks: Floats,
    thresholds: Thresholds,
    *,
    least: float,
    deviation: float | None = None,
    pace: int = MINUTE,
) -> Bools:
    """Return the looks at which an estimate is unknown, since labels contradict it.

    checks: sums over labels by look, shape (looks, 4): their number, what was estimated, what came,
    and the squares of the difference.  least: the gap that matters.  deviation: of one row of the
    reference; None where shares are estimated.  pace: seconds between looks. The first look is when
    the longest window of alerts is full.
    """
    columns = tuple(checks.T)
    found = [_gaps(sums, deviation) for _, sums in windows(columns, thresholds, pace)]
    span = max(1, seconds(thresholds.short_window) // pace)
    rhythm = max(seconds(thresholds.rhythm), seconds(thresholds.long_window)) // pace // span
    lag = seconds(thresholds.long_window) // pace
    effect = _design_effect(found[0], span, rhythm, lag, thresholds)
    if seconds(thresholds.rhythm) > seconds(thresholds.long_window):
        found.append(_added(found[0], span, rhythm))
    few = found[-1].rows < thresholds.estimate_labels
    month = _added(found[0], span, FOUR * rhythm)
    against = [_contradicted(each, effect, least, thresholds) for each in (*found, month)]
    contradicted = np.any([*against[:-1], against[-1] & few], axis=0)
    unlabelled = np.all([each.rows == 0 for each in (*found, month)], axis=0)
    enough = (month.rows >= thresholds.least_rows) | unlabelled
    return _last(contradicted, contradicted | enough)


def _contradicted(gaps: Gaps, effect: Floats, least: float, thresholds: Thresholds) -> Bools:
    limit = thresholds.estimate_z * gaps.deviation * np.sqrt(effect / one(gaps.rows))
    found: Bools = (np.abs(gaps.gap) > np.maximum(limit, least)) & (
        gaps.rows >= thresholds.least_rows
    )
    return found


def refuted(checks: Floats, thresholds: Thresholds, sign: int, *, pace: int = MINUTE) -> Bools:
    """Return the looks at which labels of the long window say that it was better than estimated.

    checks, pace: as of `withdrawn`.  sign: 1 where more is better, as accuracy, and -1 otherwise.
    """
    *_, (_, (rows, estimated, realised, _)) = windows(tuple(checks.T), thresholds, pace)
    found: Bools = (sign * (realised - estimated) > 0) & (rows >= thresholds.least_rows)
    return found


def lasting(judged: Bools, unknown: Bools, refuted: Bools) -> Bools:
    """Return what an estimate says; while it is unknown, what it said last, unless it is refuted.

    >>> judged, unknown = np.array([1, 0, 1, 0], bool), np.array([0, 1, 0, 1], bool)
    >>> lasting(judged, unknown, np.array([0, 0, 0, 1], bool)).tolist()
    [True, True, True, False]
    """
    return _last(judged & ~unknown, ~unknown | refuted)


def _last(said: Bools, known: Bools) -> Bools:
    """Return what was said at the last look at which something was known; before, nothing."""
    places = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
    found: Bools = said[places] & (places >= 0)
    return found


def _gaps(sums: Sequence[Floats], deviation: float | None) -> Gaps:
    rows, estimated, realised, squares = sums
    gap = (estimated - realised) / one(rows)
    if deviation is not None:
        live = np.sqrt(np.maximum(squares / one(rows) - gap**2, 0))
        return Gaps(rows, gap, np.maximum(live, deviation))
    shares = [np.clip(each / one(rows), 0, 1) for each in (estimated, realised)]
    spread = np.maximum(*(share * (1 - share) for share in shares))
    return Gaps(rows, gap, np.sqrt(spread))


def _added(short: Gaps, span: int, many: int) -> Gaps:
    """Return what so many short windows say together, one after the other."""
    parts = (short.rows, short.rows * short.gap, short.rows * short.deviation**2)
    rows, total, spread = _of_last(parts, span, many, lag=1)
    return Gaps(rows, total / one(rows), np.sqrt(spread / one(rows)))


def _design_effect(short: Gaps, span: int, many: int, lag: int, thresholds: Thresholds) -> Floats:
    error = short.deviation / np.sqrt(one(short.rows))
    seen = (short.rows > 0) & (error > 0)
    standardised = np.where(seen, short.gap, 0) / np.where(seen, error, 1)
    windows_seen, total, squares = _of_last(
        (seen.astype(float), standardised, standardised**2), span, many, lag=lag
    )
    variance = squares / one(windows_seen) - (total / one(windows_seen)) ** 2
    found: Floats = np.clip(variance, 1, thresholds.most_design_effect)
    return found


def _of_last(columns: tuple[Floats, ...], span: int, many: int, *, lag: int) -> Iterator[Floats]:
    """Yield, at each look, each column's sum over the short windows that were over before.

    lag: so many looks before. One ends every `span` looks.
    """
    ended = np.maximum(np.arange(len(columns[0])) - lag + span, 0) // span
    for column in columns:
        totals = np.concatenate([[0.0], np.cumsum(column[::span])])
        yield totals[ended] - totals[np.maximum(ended - many, 0)]
