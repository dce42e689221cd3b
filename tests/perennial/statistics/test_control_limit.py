"""The control limits of accuracy and loss: few alarms for a model that stays as it was."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitoring.thresholds import Thresholds
from perennial.statistics.control_limit import control_limit, loss_deviation, loss_limit
from perennial.statistics.errors import InvalidCounts, InvalidReference


def test_the_control_limit_knows_that_the_reference_is_a_sample() -> None:
    """A reference of few rows forgives more than one of many."""
    few = control_limit(0.9, size=50, rows=1000)
    many = control_limit(0.9, size=50_000, rows=1000)
    assert few < many < 0.9


def test_a_reference_without_a_mistake_is_a_sample_too() -> None:
    """Of a model that is right on 95 rows of 100, one in twenty samples of 60 shows no mistake."""
    lucky, other = (control_limit(right / 60, size=60, rows=1000) for right in (60, 59))
    assert lucky == pytest.approx(other + 1 / 60) and lucky < 0.95


@pytest.mark.parametrize("hourly", [10, 110, 1000])
def test_a_model_that_stays_as_it_was_hardly_ever_drops(hourly: int) -> None:
    """Over a simulated year of sliding windows, the accuracy alerts speak up once at most."""
    random, limits = np.random.default_rng(hourly), Thresholds()
    labels = random.poisson(hourly / 12, 365 * 24 * 12)
    wrong = random.binomial(labels, 0.05)
    reference, size = 0.95, 719
    alarmed = np.zeros(len(labels) - 288 + 1, dtype=bool)
    for window, steps in zip(limits.windows, (12, 288), strict=True):
        rows, errors = (_sliding(counts, steps)[288 - steps :] for counts in (labels, wrong))
        accuracy = 1 - errors / np.maximum(rows, 1)
        limit = [
            control_limit(reference, size=size, rows=max(n, 1), z=limits.accuracy_z)
            for n in range(int(rows.max()) + 1)
        ]
        low = (accuracy < np.array(limit)[rows]) & (rows >= limits.least_rows)
        alarmed |= low & (reference - accuracy > limits.least_drop(window))
    assert np.count_nonzero(np.diff(alarmed.astype(int)) == 1) <= 1


@pytest.mark.parametrize("hourly", [110, 1000])
@pytest.mark.parametrize("tail", ["short", "long"])
def test_a_loss_that_stays_as_it_was_hardly_ever_rises(hourly: int, tail: str) -> None:
    """Over a simulated month LossRise speaks up once at most, however long the losses' tail."""
    random, limits = np.random.default_rng(hourly), Thresholds()
    labels = random.poisson(hourly / 12, 31 * 24 * 12)
    spread = {"short": 0.5, "long": 1.5}[tail]
    accepted = random.lognormal(0, spread, 719)
    losses = random.lognormal(0, spread, int(labels.sum()))
    step = np.repeat(np.arange(len(labels)), labels)
    sums = [labels, *(np.bincount(step, losses**power, len(labels)) for power in (1, 2))]
    alarmed = np.zeros(len(labels) - 288 + 1, dtype=bool)
    for window, steps in zip(limits.windows, (12, 288), strict=True):
        for at, (rows, total, squares) in enumerate(
            zip(*(_sliding(each, steps)[288 - steps :] for each in sums), strict=True)
        ):
            if rows < limits.least_rows:
                continue
            limit = loss_limit(
                float(accepted.mean()),
                deviation=float(accepted.std()),
                size=len(accepted),
                live_deviation=loss_deviation(total, squares, rows),
                rows=rows,
                z=limits.accuracy_z,
            )
            least = (1 + limits.least_rise(window)) * accepted.mean()
            alarmed[at] |= total / rows > max(limit, least)
    assert np.count_nonzero(np.diff(alarmed.astype(int)) == 1) <= 1


def test_one_huge_loss_is_no_evidence() -> None:
    """It raises the limit more than the mean; a rise that many rows share does not."""
    reference = {"deviation": 1.0, "size": 1000, "rows": 100, "z": 5.0}
    squares = 99 * 5.0 + 1000.0**2
    live = loss_deviation(99 * 2.0 + 1000.0, squares, 100)
    assert loss_limit(2.0, live_deviation=live, **reference) > 11.98
    assert loss_limit(2.0, live_deviation=1.0, **reference) < 3


def test_a_variance_under_zero_is_none() -> None:
    """Where counters are extrapolated, the squares may be a little too few."""
    assert loss_deviation(10.0, 9.999, 10.0) == 0


def _sliding(counts: NDArray[Any], steps: int) -> NDArray[Any]:
    total = np.concatenate([[0], np.cumsum(counts)])
    sums: NDArray[Any] = total[steps:] - total[:-steps]
    return sums


def test_an_impossible_reference_is_refused() -> None:
    """An accuracy over 1, a reference of no rows, and no live rows are named."""
    with pytest.raises(InvalidReference, match="reference: got 1.1"):
        control_limit(1.1, size=10, rows=10)
    with pytest.raises(InvalidReference, match="size: got 0"):
        control_limit(0.9, size=0, rows=10)
    with pytest.raises(InvalidCounts, match="rows: got 0"):
        control_limit(0.9, size=10, rows=0)


@pytest.mark.parametrize(
    ("field", "value"),
    [("reference", -1.0), ("deviation", float("nan")), ("live_deviation", float("inf"))],
)
def test_an_impossible_loss_is_refused(field: str, value: float) -> None:
    """What no losses can have is named."""
    given = {"reference": 1.0, "deviation": 1.0, "size": 9.0, "live_deviation": 1.0, "rows": 9.0}
    given[field] = value
    with pytest.raises((InvalidReference, InvalidCounts), match=f"^{field}: got {value}"):
        loss_limit(given.pop("reference"), **given)
