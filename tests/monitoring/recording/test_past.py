"""The rules in PromQL and the rule in arrays say the same over hours, of shifts and of rhythms."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from backtest.rules.drift import Reference, watch
from monitoring.recording.past import PastWindow
from monitoring.recording.series import DRIFTED
from monitoring.thresholds import Thresholds
from tests.monitoring.recording.virtual import Counts, recorded

pytestmark = pytest.mark.seconds(10)

# A day is an hour long, and the longest rhythm two.
QUICK = Thresholds(
    count_interval="1m",
    drift_windows=("5m", "20m", "1h"),
    short_window="20m",
    long_window="1h",
    label_window="1h",
    rhythm="2h",
    forgiven_after="1h",
    past_interval="1m",
)
Minutes = np.ndarray[tuple[int], np.dtype[np.int64]]
Rhythm = Callable[[Minutes], Counts]
SHARES = np.linspace(1, 3, 12) / 24
SIDES = np.where(np.arange(12) < 6, 1, -1)
HOURS = 7
SIZE, CRITICAL, RANK_CRITICAL = 700, 34.2, 12.5


def steady(minutes: Minutes) -> Counts:
    """Return no rhythm at all."""
    return np.zeros((len(minutes), 12))


def daily(minutes: Minutes) -> Counts:
    """Return days and nights of half an hour each."""
    found: Counts = 0.4 * np.sin(2 * np.pi * minutes / 60)[:, None] * SIDES
    return found


def night(*values: object) -> object:
    """Return parameters of a case for the night."""
    return pytest.param(*values, marks=pytest.mark.nightly)


@pytest.mark.parametrize(
    "rhythm, far", [(daily, 0.9), night(daily, 0.0), night(steady, 0.0), night(steady, 0.4)]
)
def test_promql_and_arrays_agree(tmp_path: Path, rhythm: Rhythm, far: float) -> None:
    """Also in a shift that lasts longer than anything is remembered, and after it."""
    minutes = np.arange(HOURS * 60)
    shifted = ((minutes >= 150) & (minutes < 330))[:, None]
    shares = SHARES * (1 + rhythm(minutes)) * (1 + far * shifted * SIDES)
    counts = np.random.default_rng(8).poisson(60 * shares).astype(np.float64)
    expected = watch(counts, Reference(SHARES, SIZE, CRITICAL, RANK_CRITICAL, 10), QUICK)
    assert expected.drifted.any() == (far > 0)
    at = range(61, HOURS * 60, 11)
    found = recorded(
        tmp_path,
        counts,
        SHARES.tolist(),
        QUICK,
        size=SIZE,
        critical=CRITICAL,
        rank_critical=RANK_CRITICAL,
        at=at,
    )
    for minute, values in zip(at, found, strict=True):
        look = minute - 1
        for window, seen in expected.windows.items():
            names = PastWindow(window)
            about = f"{window} at {minute}m"
            assert values[names.psi] == pytest.approx(seen.looks.psi[look], abs=1e-9), about
            assert values[names.evidence] == pytest.approx(seen.evidence[look], rel=1e-6), about
            assert values[names.psi_limit] == pytest.approx(seen.limit[look]), about
            assert values[names.drifted] == seen.drifted[look], about
        assert values[DRIFTED] == expected.drifted[look]
