"""The drift statistics: what they promise for every signal, and what they refuse."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from perennial.statistics import drift, evidence
from perennial.statistics.errors import (
    BinMismatch,
    InvalidArgument,
    InvalidCounts,
    InvalidLevel,
    InvalidReference,
)

SHARES = [0.5, 0.3, 0.19, 0.01]
Statistic = Callable[[list[float], list[float]], object]
STATISTICS: dict[str, Statistic] = {
    "shares": drift.smoothed_shares,
    "psi": drift.psi,
    "ks": drift.ks,
    "g": lambda live, reference: evidence.g_statistic(live, reference, size=100),
}


def _draw(random: np.random.Generator, shares: list[float], rows: int) -> list[float]:
    return [float(count) for count in random.multinomial(rows, shares)]


@pytest.mark.parametrize("bins", [2, 3, 12, 100])
def test_an_idle_service_is_at_exactly_zero(bins: int) -> None:
    """Without a row, PSI, KS and G are exactly 0 for shares that no float can hold exactly."""
    shares = np.random.default_rng(bins).dirichlet(np.ones(bins))
    assert drift.psi(np.zeros(bins), shares) == 0
    assert drift.ks(np.zeros(bins), shares) == 0
    assert evidence.g_statistic(np.zeros(bins), shares, size=10) == 0


def test_an_empty_bin_is_finite() -> None:
    """A bin that nobody falls into does not make the index infinite."""
    assert 0.5 < drift.psi([1e6, 0, 0, 0], SHARES) < 10


def test_a_few_rows_invent_no_drift() -> None:
    """Ten rows that follow the reference stay under the day's limit whatever they are."""
    random = np.random.default_rng(3)
    highest = max(drift.psi(_draw(random, SHARES, 10), SHARES) for _ in range(500))
    assert highest < 0.2


def test_psi_does_not_care_which_way_traffic_moved_in_name() -> None:
    """Renaming the bins changes nothing."""
    live = [10.0, 200.0, 3.0, 0.0]
    assert drift.psi(live, SHARES) == pytest.approx(drift.psi(live[::-1], SHARES[::-1]))


def test_ks_is_scipys_on_values_that_are_whole_bins() -> None:
    """Without a prior, KS is scipy's distance of two samples with the same counts."""
    live, reference = [30, 50, 15, 5], [10, 40, 40, 10]
    ours, theirs = (np.repeat(np.arange(4), counts) for counts in (live, reference))
    distance = stats.ks_2samp(ours, theirs).statistic
    shares = np.array(reference) / 100
    assert drift.ks(live, shares, prior=0) == pytest.approx(distance)


def test_ks_adds_up_what_moves_in_one_direction() -> None:
    """Of two changes with one PSI, the one that moves everything upwards is twice as far."""
    shares = [0.24, 0.24, 0.24, 0.24, 0.04]
    upwards, to_and_fro = [190, 190, 290, 290, 40], [190, 290, 190, 290, 40]
    assert drift.psi(upwards, shares) == pytest.approx(drift.psi(to_and_fro, shares))
    assert drift.ks(upwards, shares) == pytest.approx(2 * drift.ks(to_and_fro, shares))


def test_ks_sees_a_rise_of_missing_values() -> None:
    """Missing values count as above all others, so that more of them are a distance too."""
    assert drift.ks([400, 400, 0, 200], [0.495, 0.494, 0.001, 0.01], prior=0) == pytest.approx(
        0.189
    )


def test_g_is_scipys_before_its_division() -> None:
    """With a reference of endless rows, G is the log-likelihood ratio of scipy."""
    live = [50.0, 30.0, 25.0, 3.0]
    expected = np.array(SHARES) * sum(live)
    theirs = stats.power_divergence(live, expected, lambda_="log-likelihood").statistic
    assert evidence.g_statistic(live, SHARES, size=1e18) == pytest.approx(theirs)


def test_g_false_alarms_are_at_the_level() -> None:
    """With a reference that is a sample of the same population, about 5 % pass the 5 % limit."""
    random = np.random.default_rng(5)
    population = [0.3, 0.3, 0.2, 0.2]
    limit = evidence.critical_value(4, level=0.05)
    passed = 0
    for _ in range(2000):
        reference = (random.multinomial(500, population) + 0.5) / 502
        live = random.multinomial(800, population)
        passed += evidence.g_statistic(live, reference, size=500) > limit
    assert 0.03 < passed / 2000 < 0.07


@pytest.mark.parametrize("name", STATISTICS)
@pytest.mark.parametrize(
    "live, reference, error",
    [
        ([1, 2], [0.5, 0.3, 0.2], BinMismatch),
        ([[1, 2]], [[0.5, 0.5]], BinMismatch),
        ([1, 2], [1.0, 0.0], InvalidReference),
        ([1, 2], [1.0, float("nan")], InvalidReference),
        ([1, -2], [0.5, 0.5], InvalidCounts),
        ([1, float("nan")], [0.5, 0.5], InvalidCounts),
        ([1, float("inf")], [0.5, 0.5], InvalidCounts),
    ],
)
def test_what_makes_no_sense_is_refused(
    name: str, live: list[float], reference: list[float], error: type[InvalidArgument]
) -> None:
    """Mismatched bins, a zero reference share and impossible counts are named, not computed."""
    with pytest.raises(error, match=r"^(live|reference): got .*, expected "):
        STATISTICS[name](live, reference)


def test_a_reference_without_rows_is_refused() -> None:
    """G cannot come from a reference of no rows."""
    with pytest.raises(InvalidReference, match="size: got 0"):
        evidence.g_statistic([1, 2], [0.5, 0.5], size=0)


def test_a_limit_that_cannot_be_computed_is_refused() -> None:
    """A level that is no share, no signal, a critical value under its degrees of freedom: named."""
    with pytest.raises(InvalidCounts, match="bins: got 1"):
        evidence.critical_value(1)
    for level in (0.0, 1.0, -0.1, float("nan")):
        with pytest.raises(InvalidLevel, match=f"level: got {level}"):
            evidence.critical_value(12, level=level)
    with pytest.raises(InvalidLevel, match="tests: got 0"):
        evidence.critical_value(12, tests=0)
    with pytest.raises(InvalidReference, match="critical: got 9.0, expected more than 9"):
        evidence.evidence_limit(9.0, bins=12, rows=10, size=100, windows=720)
    with pytest.raises(InvalidReference, match="size: got 0"):
        evidence.evidence_limit(34.0, bins=12, rows=10, size=0, windows=720)
