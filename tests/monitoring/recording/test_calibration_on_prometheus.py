"""Recorded calibration on a real Prometheus is what the specification says."""

from collections.abc import Iterator

import numpy as np
import pytest

from monitoring.recording.series import Window
from monitoring.thresholds import Thresholds
from perennial.metric_names import service as metrics
from perennial.statistics.calibration import BOUNDS, calibration_chance, calibration_error
from service.counting.feedback import BINS
from tests.monitoring.recording.labelled import hold_at_an_evaluation, labelled
from tests.monitoring.replica import Replica
from tests.prometheus import Prometheus

THRESHOLDS = Thresholds(long_interval="1s")
# Version to how much surer it is than it should be; nobody labels the last one.
VERSIONS = {"1.0.0": 0.0, "1.1.0": 0.2}
UNLABELLED = "9.9.9"
USED = BINS[3:]


def _count(replica: Replica, random: np.random.Generator, rows: int) -> None:
    """Let labels of every version come, so many to a bin; the first bins stay empty."""
    for version in (*VERSIONS, UNLABELLED):
        for place, name in enumerate(BINS):
            key = ("digits", version, name)
            counted = rows if name in USED and version in VERSIONS else 0
            sure = random.uniform(BOUNDS[place] - 0.1, BOUNDS[place], counted)
            right = random.random(counted) < sure - VERSIONS.get(version, 0.0)
            replica.observe(metrics.FEEDBACK_CONFIDENCE, key, sure)
            replica.add(metrics.FEEDBACK_RIGHT, key, float(right.sum()))


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Return a Prometheus that saw labels come in at two replicas."""
    folder = tmp_path_factory.mktemp("prometheus")
    with labelled(folder, THRESHOLDS, _count, rows=200) as server:
        yield server


@pytest.mark.parametrize("window", THRESHOLDS.windows)
def test_calibration_is_the_specification(prometheus: Prometheus, window: str) -> None:
    """Accuracy and confidence of each bin, the error over all, and chance's part, on its counts."""
    rule = Window(window).calibration_chance
    hold_at_an_evaluation(prometheus, rule, lambda at: _hold(prometheus, window, at))


def _hold(prometheus: Prometheus, window: str, at: float) -> None:
    names = Window(window)
    confidence, right = metrics.FEEDBACK_CONFIDENCE.name, metrics.FEEDBACK_RIGHT.name
    labels, sure, good = (
        prometheus.query(f"sum by (version, bin) (increase({name}[{window}]))", at=at)
        for name in (f"{confidence}_count", f"{confidence}_sum", right)
    )
    for version in VERSIONS:
        bins = [frozenset({("version", version), ("bin", name)}) for name in BINS]
        n, s, g = ([found[one] for one in bins] for found in (labels, sure, good))
        of_version = f'{{version="{version}"}}'
        accuracy, mean, error, chance = (
            list(prometheus.query(f"{name}{of_version}", at=at).values())
            for name in (
                names.bin_accuracy,
                names.bin_confidence,
                names.calibration_error,
                names.calibration_chance,
            )
        )
        assert sorted(accuracy) == pytest.approx(sorted(b / a for a, b in zip(n, g) if a))
        assert sorted(mean) == pytest.approx(sorted(b / a for a, b in zip(n, s) if a))
        assert len(accuracy) == len(USED)
        assert error == pytest.approx([calibration_error(n, g, s)], abs=1e-6)
        assert chance == pytest.approx([calibration_chance(n, s)], abs=1e-6)


def test_a_model_that_is_too_sure_shows(prometheus: Prometheus) -> None:
    """The calibrated version is at the level of chance, the other is 0.2 off."""
    names = Window(THRESHOLDS.short_window)
    error = prometheus.query(f"{names.calibration_error} / {names.calibration_chance}")
    found = {dict(labels)["version"]: value for labels, value in error.items()}
    assert set(found) == set(VERSIONS)
    assert found["1.0.0"] < 2 and found["1.1.0"] > 5


def test_a_version_without_labels_has_none(prometheus: Prometheus) -> None:
    """No label is no calibration error, rather than one of 0 or not a number."""
    names = Window(THRESHOLDS.short_window)
    of_version = f'{{version="{UNLABELLED}"}}'
    counted = prometheus.query(f"{names.bin_labels}{of_version}")
    assert list(counted.values()) == [0.0] * len(BINS)
    for name in (names.bin_accuracy, names.bin_confidence, names.calibration_error):
        assert not prometheus.query(f"{name}{of_version}")
    assert not prometheus.query(f"{names.calibration_chance}{of_version}")
