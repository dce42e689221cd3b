"""Recorded losses on a real Prometheus are what the specification says."""

from collections.abc import Iterator

import numpy as np
import pytest

from monitoring.recording.series import Window
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from perennial.statistics.control_limit import control_limit, loss_deviation, loss_limit
from tests.monitoring.recording.labelled import hold_at_an_evaluation, labelled
from tests.monitoring.replica import Replica
from tests.prometheus import Prometheus

pytestmark = pytest.mark.seconds(15)

THRESHOLDS = Thresholds(long_interval="1s")
REFERENCE, DEVIATION, SIZE = 2.0, 2.5, 719
# Version to the mean of its losses, which differ more than the reference's where it is greater.
VERSIONS = {"1.0.0": 1.5, "1.1.0": 4.0}
UNLABELLED = "9.9.9"
# Labels that count as one, of the loss and of intervals; of the other version nothing is known.
DEPENDENT, EFFECT, INTERVAL_EFFECT = "1.1.0", 4.0, 3.0
# Share of the labels in their interval, and the mean loss that intervals let expect.
COVERAGE, HELD, EXPECTED, MISSED = 0.9, 0.8, 2.4, 1.9


def _count(replica: Replica, random: np.random.Generator, rows: int) -> None:
    """Let labels of every version come, each as far off as an exponential draw."""
    for version in (*VERSIONS, UNLABELLED):
        key = ("rides", version)
        losses = random.exponential(VERSIONS.get(version, 1.0), rows if version in VERSIONS else 0)
        replica.observe(metrics.FEEDBACK_LOSS, key, losses.tolist())
        replica.add(metrics.FEEDBACK_LOSS_SQUARES, key, float((losses**2).sum()))
        replica.add(metrics.PREDICTIONS, (*key, ""), 2 * rows)
        replica.values[metrics.REFERENCE_LOSS][key] = REFERENCE
        replica.values[metrics.REFERENCE_LOSS_DEVIATION][key] = DEVIATION
        replica.values[metrics.REFERENCE_LOSS_SIZE][key] = SIZE
        replica.values[metrics.REFERENCE_INTERVAL_COVERAGE][key] = COVERAGE
        replica.values[metrics.REFERENCE_EXPECTED_DEVIATION][key] = MISSED
        if version == DEPENDENT:
            replica.values[metrics.REFERENCE_DESIGN_EFFECT][key] = EFFECT
            replica.values[metrics.REFERENCE_COVERAGE_DESIGN_EFFECT][key] = INTERVAL_EFFECT
        labels = len(losses)
        for side, share in (("below", 0.05), ("inside", HELD), ("above", 0.15)):
            replica.add(metrics.FEEDBACK_INTERVAL, (*key, side), round(share * labels))
        replica.observe(metrics.EXPECTED_LOSS, key, [EXPECTED] * 2 * labels)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Return a Prometheus that saw labels come in at two replicas."""
    folder = tmp_path_factory.mktemp("prometheus")
    with labelled(folder, THRESHOLDS, _count, rows=50) as server:
        yield server


@pytest.mark.parametrize("window", THRESHOLDS.windows)
def test_the_loss_is_the_specification(prometheus: Prometheus, window: str) -> None:
    """Its mean, its deviation and its limit, and the coverage, on the counts of both replicas."""
    rule = Window(window).loss_limit
    hold_at_an_evaluation(prometheus, rule, lambda at: _hold(prometheus, window, at))


def _as_one(version: str, effect: float) -> tuple[float, float]:
    """Return how many rows of the reference, and how many labels, count as one."""
    return (effect, effect) if version == DEPENDENT else (1.0, THRESHOLDS.label_design_effect)


def _hold(prometheus: Prometheus, window: str, at: float) -> None:
    names = Window(window)
    name = metrics.FEEDBACK_LOSS.name
    counters = (f"{name}_count", f"{name}_sum", metrics.FEEDBACK_LOSS_SQUARES.name)
    for version in VERSIONS:
        of_version = f'{{version="{version}"}}'
        rows, total, squares = (
            sum(prometheus.query(f"increase({one}{of_version}[{window}])", at=at).values())
            for one in counters
        )
        found = [
            list(prometheus.query(f"{one}{of_version}", at=at).values())
            for one in (names.labels, names.loss, names.loss_deviation, names.loss_limit)
        ]
        deviation = loss_deviation(total, squares, rows)
        as_one, labels_as_one = _as_one(version, EFFECT)
        limit = loss_limit(
            REFERENCE,
            deviation=DEVIATION,
            size=SIZE / as_one,
            live_deviation=deviation,
            rows=rows / labels_as_one,
            z=THRESHOLDS.accuracy_z,
        )
        assert (deviation > DEVIATION) == (VERSIONS[version] > REFERENCE)
        expected = [rows, total / rows, deviation, limit]
        assert [one for (one,) in found] == pytest.approx(expected)
        (coverage,) = prometheus.query(f"{names.coverage}{of_version}", at=at).values()
        assert coverage == pytest.approx(0.5)


@pytest.mark.parametrize("window", THRESHOLDS.windows)
def test_intervals_are_the_specification(prometheus: Prometheus, window: str) -> None:
    """The share that they hold and its limit, the loss to expect, its limit and its error."""
    rule = Window(window).expected_error
    hold_at_an_evaluation(prometheus, rule, lambda at: _hold_intervals(prometheus, window, at))


def _hold_intervals(prometheus: Prometheus, window: str, at: float) -> None:
    names = Window(window)
    for version in VERSIONS:
        of_version = f'{{version="{version}"}}'

        def ask(name: str, of: str = of_version) -> float:
            (value,) = prometheus.query(f"{name}{of}", at=at).values()
            return value

        labels, rows = ask(names.interval_labels), ask(names.expected_rows)
        assert ask(names.interval_coverage) == pytest.approx(HELD, abs=0.02)
        as_one, labels_as_one = _as_one(version, INTERVAL_EFFECT)
        worth = {"size": SIZE / as_one, "rows": labels / labels_as_one}
        limit = control_limit(COVERAGE, **worth, z=THRESHOLDS.accuracy_z)
        assert ask(names.interval_limit) == pytest.approx(limit)
        assert ask(names.expected_loss) == pytest.approx(EXPECTED)
        highest = loss_limit(
            REFERENCE,
            deviation=DEVIATION,
            size=SIZE,
            live_deviation=0.0,
            rows=rows,
            z=THRESHOLDS.accuracy_z,
        )
        assert ask(names.expected_limit) == pytest.approx(highest)
        error = MISSED * (1 / rows + 1 / SIZE) ** 0.5
        assert ask(names.expected_error) == pytest.approx(error)


def test_a_version_without_labels_has_no_loss(prometheus: Prometheus) -> None:
    """No label is no loss, rather than one of 0 or not a number."""
    names, of_version = Window(THRESHOLDS.short_window), f'{{version="{UNLABELLED}"}}'
    assert list(prometheus.query(f"{names.labels}{of_version}").values()) == [0.0]
    for name in (names.loss, names.loss_deviation, names.loss_limit, names.interval_coverage):
        assert not prometheus.query(f"{name}{of_version}")


@pytest.mark.parametrize("window", THRESHOLDS.windows)
def test_a_model_with_a_loss_has_no_accuracy(prometheus: Prometheus, window: str) -> None:
    """None of what only a fixed set of labels has is recorded of it, not even as 0."""
    names = Window(window)
    assert len(prometheus.query(names.loss)) == len(VERSIONS)
    of_classes = (
        names.confusion,
        names.accuracy,
        names.accuracy_limit,
        names.involved,
        names.f1,
        names.macro_f1,
        names.estimated,
        names.estimated_limit,
        names.bin_labels,
        names.calibration_error,
    )
    recorded = {name: prometheus.query(name) for name in of_classes}
    assert {name for name, series in recorded.items() if series} == set()
