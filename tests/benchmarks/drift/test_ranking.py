"""Thresholds give the false alarms that were asked for; ranks go by requests until the alarm."""

import numpy as np
import pytest

from benchmarks.drift import report
from benchmarks.drift.accuracy import ESTIMATORS, Error, right
from benchmarks.drift.protocol import SHIPPED
from benchmarks.drift.protocol import delays, threshold
from benchmarks.drift.ranking import best
from benchmarks.drift.run import Alarms, SettingResult
from benchmarks.drift.windows import Looks
from tests.benchmarks.drift.frames import frame


def _result(detector: str, variant: str, cost: float, grade: int = 1) -> SettingResult:
    return SettingResult("digits", "blur", "1 pixels", grade, detector, variant, 1.0, cost, cost)


def test_the_threshold_lets_through_the_share_that_was_asked_for() -> None:
    """One of twenty streams, at a level of 5 %."""
    peaks = np.random.default_rng(2).normal(size=400)
    assert (peaks > threshold(peaks, level=0.05)).mean() == pytest.approx(0.05)


def test_a_delay_is_counted_from_the_onset_to_the_first_look_that_alarms() -> None:
    """A later, higher score does not matter."""
    scores = np.array([[0.0, 3.0, 9.0]])
    assert delays(scores, 1.0, Looks(every=50, horizon=150)).tolist() == [100.0]


def test_the_best_variant_is_reported_and_the_shipped_rule_has_no_rank() -> None:
    """The shipped rule raises fewer false alarms than it is allowed here."""
    results = [
        _result("river", "a", 900),
        _result("river", "b", 400),
        _result("Perennial", "", 300),
        _result(SHIPPED, "", 2_000),
    ]
    alarms = [Alarms("digits", o.detector, o.variant, 0.05, 1.0) for o in results]
    assert best(results)["river"] == "b"
    summary = report.Summary(results, alarms, [])
    assert summary.figures()["average rank"] == {"river": 2.0, "Perennial": 1.0}
    assert summary.detectors == ["Perennial", "river"]
    assert "| Perennial as shipped | –" in summary.overall()


@pytest.mark.parametrize("name", [name for name in ESTIMATORS if name != "NannyML CBPE"])
def test_without_a_shift_every_estimate_is_near_the_accuracy(name: str) -> None:
    """The reference itself is estimated at its own accuracy, or at what its confidence promises."""
    rows = frame(5_000)
    labels = (rows.values.cumsum(axis=1) < np.random.default_rng(9).random((5_000, 1))).sum(1)
    calibrated = type(rows)(**{**vars(rows), "labels": labels})
    estimate = ESTIMATORS[name](calibrated)([calibrated])
    assert estimate[0] == pytest.approx(right(calibrated).mean(), abs=0.02)


def test_errors_are_averaged_over_tasks_not_over_rows() -> None:
    """A task with many settings weighs as much as one with few."""
    errors = [Error("a", "s", 1, "x", 0.1, 0.9)] * 3 + [Error("b", "s", 1, "x", 0.3, 0.9)]
    alarms = [Alarms("a", "Perennial", "", 0.05, 1.0)]
    summary = report.Summary([_result("Perennial", "", 300)], alarms, errors)
    assert summary.figures()["error of estimated accuracy"] == {"x": pytest.approx(0.2)}
