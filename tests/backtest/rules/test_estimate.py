"""Estimates in arrays are withdrawn where the specification withdraws them."""

from dataclasses import replace

import numpy as np
import pytest

from backtest.rules.drift import minutes
from backtest.rules.estimate import lasting, refuted, withdrawn
from monitoring.thresholds import Thresholds
from perennial.statistics import estimate
from perennial.statistics.counts import Bools, Floats

THRESHOLDS = Thresholds()
DAY, HOUR = minutes(THRESHOLDS.long_window), minutes(THRESHOLDS.short_window)
WEEK = 7 * DAY
# Labels, gap and deviation.
Said = tuple[float, float, float]


def _checks(gaps: list[float], rate: float, *, seed: int = 1, of: float = 0.8) -> Floats:
    """Return the sums by minute of labels whose accuracy is so far below the estimate for a day."""
    random = np.random.default_rng(seed)
    rows = random.poisson(rate, DAY * len(gaps)).astype(float)
    right = random.binomial(rows.astype(int), np.repeat(of - np.array(gaps), DAY))
    return np.column_stack([rows, of * rows, right, np.zeros(len(rows))])


def _of_shares(checks: Floats, thresholds: Thresholds = THRESHOLDS) -> Bools:
    checks = np.vstack([np.zeros((DAY, 4)), checks])
    return withdrawn(checks, thresholds, least=thresholds.estimate_gap)[1:]


def _specified(checks: Floats, deviation: float | None, least: float) -> list[bool]:
    """Return the same by the specification, one look after another."""
    state, found = False, []
    ends = range(0, len(checks) + 1, HOUR)
    hours = [_said(checks[max(0, end - HOUR) : end], deviation) for end in ends]
    for look in range(1, len(checks) + 1):
        errors = [
            gap / (spread / rows**0.5) if rows and spread else np.nan
            for rows, gap, spread in _until(hours, look - DAY)
        ]
        week, month = (_together(_until(hours, look - 1, weeks)) for weeks in (1, 4))
        effect = estimate.gap_design_effect(errors, most=THRESHOLDS.most_design_effect)
        parts = [_said(checks[max(0, look - span) : look], deviation) for span in (HOUR, DAY)]
        if week[0] < THRESHOLDS.estimate_labels:
            parts.append(month)
        against = any(
            estimate.contradicts(gap, spread, rows, least=least, design_effect=effect)
            for rows, gap, spread in [*parts, week]
        )
        enough = month[0] >= THRESHOLDS.least_rows
        state = estimate.withdrawn(state, contradicted=against, enough=enough)
        found.append(state)
    return found


def _until(hours: list[Said], look: int, weeks: int = 1) -> list[Said]:
    """Return those of the last weeks that were over at a look."""
    return hours[: max(0, look + HOUR) // HOUR][-weeks * WEEK // HOUR :]


def _together(hours: list[Said]) -> Said:
    rows, gaps, spreads = (np.array(each) for each in zip((0.0, 0.0, 0.0), *hours, strict=True))
    many = max(rows.sum(), 1)
    return rows.sum(), (rows * gaps).sum() / many, ((rows * spreads**2).sum() / many) ** 0.5


def _said(checks: Floats, deviation: float | None) -> Said:
    rows, estimated, realised, squares = checks.sum(axis=0)
    if not rows:
        return 0.0, 0.0, 0.0
    gap = (estimated - realised) / rows
    if deviation is None:
        return rows, gap, estimate.share_gap_deviation(estimated / rows, realised / rows)
    return rows, gap, estimate.loss_gap_deviation(gap, squares, rows, reference=deviation)


@pytest.mark.parametrize("kind", ["shares", "losses"])
def test_an_estimate_is_withdrawn_where_the_specification_says(kind: str) -> None:
    """At every look of two days in which labels come to contradict it, for both kinds."""
    random, looks = np.random.default_rng(4), 2 * DAY
    rows = random.poisson(2, looks).astype(float)
    wrong = np.arange(looks) >= DAY + 6 * HOUR
    if kind == "shares":
        moods = np.repeat(random.normal(0, 0.15, looks // 10), 10)
        usual = np.where(wrong, 0.5, np.clip(0.8 + moods, 0, 1))
        right = random.binomial(rows.astype(int), usual)
        checks = np.column_stack([rows, 0.8 * rows, right, np.zeros(looks)])
        deviation, least = None, 0.04
    else:
        losses = [random.exponential(2 + each, int(n)) for n, each in zip(rows, wrong, strict=True)]
        total = [each.sum() for each in losses]
        squares = [((2 - each) ** 2).sum() for each in losses]
        checks = np.column_stack([rows, 2 * rows, total, squares])
        deviation, least = 1.5, 0.08
    before = np.vstack([np.zeros((DAY, 4)), checks])
    found = withdrawn(before, THRESHOLDS, least=least, deviation=deviation)[1:]
    assert found.tolist() == _specified(checks, deviation, least)
    assert found[-1] and not found[: DAY + 6 * HOUR].all()


def test_misleading_labels_withdraw_it_and_agreement_brings_it_back() -> None:
    """Within hours where labels are many; it is back when the week's labels agree again."""
    found = _of_shares(_checks([0, 0.3, *[0.0] * 9], 2))
    assert not found[:DAY].any()
    assert found[DAY + 6 * HOUR : 2 * DAY].all()
    assert not found[-1]


def test_where_labels_are_rare_a_month_of_them_counts() -> None:
    """A gap of 8 points may be chance in a week of 24 labels a day, and is none in four weeks."""
    checks = _checks([0.08] * 35, 24 / DAY, seed=4)
    assert _of_shares(checks)[3 * WEEK :].mean() > 0.8
    assert _of_shares(checks, replace(THRESHOLDS, estimate_labels=1))[3 * WEEK :].mean() < 0.5


def test_few_labels_say_nothing() -> None:
    """Of 50 labels a week all may be wrong."""
    assert not _of_shares(_checks([0.8] * 7, 50 / WEEK)).any()


def test_it_stays_withdrawn_where_no_more_labels_come() -> None:
    """Nothing has shown that it can be trusted again."""
    silent = _checks([0.0] * 9, 0)
    assert _of_shares(np.vstack([_checks([0.3], 2), silent]))[-1]


def test_a_small_gap_is_not_worth_it() -> None:
    """A gap of a point on a million labels leaves the estimate within 0.05."""
    assert not _of_shares(_checks([0.01] * 3, 300)).any()


def test_an_alert_neither_begins_nor_ends_by_an_unknown_estimate() -> None:
    """What was said last stays until the estimate is known again; before, nothing is said."""
    judged, never = np.array([1, 0, 1, 0, 0], bool), np.zeros(5, bool)
    assert lasting(judged, np.array([1, 0, 1, 1, 0], bool), never).tolist() == [False] * 5
    assert lasting(judged, np.array([0, 1, 0, 1, 0], bool), never).tolist() == [1, 1, 1, 1, 0]


def test_labels_that_say_better_end_its_alert() -> None:
    """An estimate that fell by 0.2 is refuted by labels of a day that are as right as ever."""
    better, worse = (_checks([0.0, gap], 2) for gap in (-0.2, 0.2))
    assert refuted(better, THRESHOLDS, 1)[-1] and not refuted(worse, THRESHOLDS, 1)[-1]
    assert refuted(worse, THRESHOLDS, -1)[-1] and not refuted(better, THRESHOLDS, -1)[-1]
    said = np.array([1, 0, 0], bool)
    unknown, is_refuted = np.array([0, 1, 1], bool), np.array([0, 0, 1], bool)
    assert lasting(said, unknown, is_refuted).tolist() == [1, 1, 0]
