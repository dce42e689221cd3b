"""The drift rule in arrays decides what the specification decides."""

import numpy as np
import pytest

from benchmarks.rule import Reference, looks, minutes
from monitoring import drift
from monitoring.thresholds import Thresholds, seconds

THRESHOLDS = Thresholds()


@pytest.mark.parametrize("rate", [0, 0.2, 30])
def test_every_look_is_the_specifications(rate: float) -> None:
    """Effect, evidence and its limit are those of the numpy specification, in every window."""
    random = np.random.default_rng(3)
    shares = random.dirichlet(np.ones(12))
    counts = random.poisson(rate * shares[::-1], (1500, 12)).astype(np.float64)
    reference = Reference(shares, 700, 34.2)
    for seen in looks(counts, reference, THRESHOLDS):
        for look in (0, 17, len(seen.psi) - 1):
            end = minutes(THRESHOLDS.long_window) + look
            live = counts[end - minutes(seen.window) : end].sum(axis=0)
            assert seen.psi[look] == pytest.approx(drift.psi(live, shares), abs=1e-12)
            evidence = drift.g_statistic(live, shares, size=700)
            assert seen.g[look] == pytest.approx(evidence, rel=1e-9, abs=1e-9)
            assert seen.g_limit[look] == pytest.approx(
                drift.g_limit(
                    34.2,
                    bins=12,
                    rows=live.sum(),
                    size=700,
                    windows=seconds(THRESHOLDS.quiet_for) / seconds(seen.window),
                )
            )


def test_a_shift_is_seen_and_steady_traffic_is_not() -> None:
    """Reversed shares drift within the first hour of looks; the reference's own never do."""
    random = np.random.default_rng(5)
    shares = np.linspace(1, 3, 12) / 24
    steady = random.poisson(10 * shares, (1500, 12)).astype(np.float64)
    shifted = np.vstack([steady[:1440], random.poisson(10 * shares[::-1], (60, 12))])
    reference = Reference(shares, 5000, 34.2)
    drifted = [
        [seen.drifted(THRESHOLDS).any() for seen in looks(counts, reference, THRESHOLDS)]
        for counts in (steady, shifted)
    ]
    assert not any(drifted[0])
    assert any(drifted[1])
