"""Recorded losses on a real Prometheus are what the specification says."""

from collections.abc import Iterator

import numpy as np
import pytest

from monitoring.recording.series import Window
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from perennial.statistics.control_limit import loss_deviation, loss_limit
from tests.monitoring.recording.labelled import hold_at_an_evaluation, labelled
from tests.monitoring.replica import Replica
from tests.prometheus import Prometheus

pytestmark = pytest.mark.seconds(15)

THRESHOLDS = Thresholds(long_interval="1s")
REFERENCE, DEVIATION, SIZE = 2.0, 2.5, 719
# Version to the mean of its losses, which differ more than the reference's where it is greater.
VERSIONS = {"1.0.0": 1.5, "1.1.0": 4.0}
UNLABELLED = "9.9.9"


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
        limit = loss_limit(
            REFERENCE,
            deviation=DEVIATION,
            size=SIZE,
            live_deviation=deviation,
            rows=rows,
            z=THRESHOLDS.accuracy_z,
        )
        assert (deviation > DEVIATION) == (VERSIONS[version] > REFERENCE)
        expected = [rows, total / rows, deviation, limit]
        assert [one for (one,) in found] == pytest.approx(expected)
        (coverage,) = prometheus.query(f"{names.coverage}{of_version}", at=at).values()
        assert coverage == pytest.approx(0.5)


def test_a_version_without_labels_has_no_loss(prometheus: Prometheus) -> None:
    """No label is no loss, rather than one of 0 or not a number."""
    names, of_version = Window(THRESHOLDS.short_window), f'{{version="{UNLABELLED}"}}'
    assert list(prometheus.query(f"{names.labels}{of_version}").values()) == [0.0]
    for name in (names.loss, names.loss_deviation, names.loss_limit):
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
