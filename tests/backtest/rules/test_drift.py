"""The drift rule in arrays decides what the specification decides."""

import numpy as np
import pytest

from backtest.rules.drift import Reference, looks, minutes
from monitoring.thresholds import Thresholds, seconds
from perennial.statistics import drift, evidence

THRESHOLDS = Thresholds()
CRITICAL, RANK_CRITICAL, SIZE = 34.2, 12.5, 700


@pytest.mark.parametrize("rate", [0, 0.2, 30])
@pytest.mark.parametrize("ordered", [0, 10])
def test_every_look_is_the_specifications(rate: float, ordered: int) -> None:
    """Effect and evidence are those of the numpy specification, in every window."""
    random = np.random.default_rng(3)
    shares = random.dirichlet(np.ones(12))
    counts = random.poisson(rate * shares[::-1], (1500, 12)).astype(np.float64)
    reference = Reference(shares, SIZE, CRITICAL, RANK_CRITICAL, ordered)
    for seen in looks(counts, reference, THRESHOLDS):
        for look in (0, 17, len(seen.psi) - 1):
            end = minutes(THRESHOLDS.long_window) + look
            live = counts[end - minutes(seen.window) : end].sum(axis=0)
            past = counts[look : end - minutes(seen.window)].sum(axis=0)
            assert seen.psi[look] == pytest.approx(drift.psi(live, shares), abs=1e-12)
            expected = _strength(live, past, shares, ordered, seen.window)
            assert seen.evidence[look] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def _strength(
    live: np.ndarray, past: np.ndarray, shares: np.ndarray, ordered: int, window: str
) -> float:
    base, size = evidence.baseline(past, shares, size=SIZE)
    windows = seconds(THRESHOLDS.quiet_for) / seconds(window)
    g_limit, rank_limit = (
        evidence.evidence_limit(critical, bins=bins, rows=live.sum(), size=size, windows=windows)
        for critical, bins in ((CRITICAL, 12), (RANK_CRITICAL, 2))
    )
    g = evidence.g_statistic(live, base, size=size)
    if not ordered:
        return evidence.strength(g, g_limit)
    ranks = evidence.ranks(shares, ordered=ordered)
    rank = evidence.rank_statistic(live, base, ranks, size=size)
    return evidence.strength(g, g_limit, rank, rank_limit)


def test_a_shift_is_seen_and_steady_traffic_is_not() -> None:
    """Reversed shares drift within the first hour of looks; the reference's own never do."""
    random = np.random.default_rng(5)
    shares = np.linspace(1, 3, 12) / 24
    steady = random.poisson(10 * shares, (1500, 12)).astype(np.float64)
    shifted = np.vstack([steady[:1440], random.poisson(10 * shares[::-1], (60, 12))])
    reference = Reference(shares, 5000, CRITICAL, RANK_CRITICAL, 10)
    drifted = [
        [seen.drifted(THRESHOLDS).any() for seen in looks(counts, reference, THRESHOLDS)]
        for counts in (steady, shifted)
    ]
    assert not any(drifted[0])
    assert any(drifted[1])
