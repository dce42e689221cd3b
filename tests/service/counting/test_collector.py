"""What a scrape shows."""

from pathlib import Path

import numpy as np
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric as Family
from prometheus_client.parser import text_string_to_metric_families

from perennial import signals
from perennial.errors import REJECTIONS
from perennial.metric_names import service as metrics
from perennial.metric_names.metric import Metric
from service.counting.collector import Collector
from service.counting.versions import Versions
from tests import bundles

DECLARED = [value for value in vars(metrics).values() if isinstance(value, Metric)]


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    """Two versions, the second one serving, each with some traffic."""
    versions = Versions()
    for version in ("1.0.0", "1.1.0"):
        counters = versions.enter(bundles.make_bundle(tmp_path / version, version))
        images = bundles.images(6).astype(np.float32)
        counters.add(images, np.eye(6, 10, dtype=np.float32), seconds=0.002)
    return versions


@pytest.fixture
def amounts(tmp_path: Path) -> Versions:
    """A version whose answers are amounts, with some traffic and a label."""
    versions = Versions()
    counters = versions.enter(bundles.make_amounts(tmp_path / "amounts", design_effect=3.0))
    counters.add(bundles.images(6).astype(np.float32), np.ones((6, 1), "f"), seconds=0.002)
    versions.count_feedback(
        "amounts", "1.0.0", label="3.5", predicted="1.0", confidence=None, delay=4.0
    )
    return versions


@pytest.fixture
def numbers(tmp_path: Path) -> Versions:
    """A version whose answers are numbers with an interval, with some traffic and labels."""
    versions = Versions()
    counters = versions.enter(bundles.make_numbers(tmp_path / "numbers"))
    values = np.array([[2, 1, 3], [2, 0, 4], [np.nan, 0, 4]], np.float32)
    counters.add(bundles.images(3).astype(np.float32), values, seconds=0.002)
    for label in ("0.5", "1.0", "3.5"):
        versions.count_feedback(
            "numbers",
            "1.0.0",
            label=label,
            predicted="2.0",
            confidence=None,
            delay=4.0,
            interval=(1.0, 3.0),
        )
    return versions


def scrape(versions: Versions) -> dict[str, Family]:
    """Return the families of a scrape by name, read back from the text format."""
    registry = CollectorRegistry()
    registry.register(Collector(versions, dropped=lambda: 3, queued=lambda: 4))
    text = generate_latest(registry).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


@pytest.mark.parametrize("metric", DECLARED, ids=lambda metric: metric.name)
def test_every_declared_metric_is_exported_as_declared(
    versions: Versions, numbers: Versions, metric: Metric
) -> None:
    """Name, type, help and labels are those from which the rules are written."""
    samples = []
    for family in (
        scrape(each)[metric.name.removesuffix("_total")] for each in (versions, numbers)
    ):
        assert (family.type, family.documentation) == (metric.type, metric.help)
        samples += family.samples
    assert samples
    for sample in samples:
        assert set(sample.labels) - {"le"} == set(metric.labels)


OF_CLASSES = {
    "model_confidence",
    "model_feedback",
    "model_feedback_confidence",
    "model_feedback_right",
    "model_reference_accuracy",
    "model_reference_accuracy_size",
    "model_reference_confidence",
}
OF_OTHERS = {
    "model_feedback_loss",
    "model_feedback_loss_squares",
    "model_reference_loss",
    "model_reference_loss_deviation",
    "model_reference_loss_size",
    # Where rows have an order.
    "model_reference_design_effect",
}

OF_INTERVALS = {
    "model_expected_loss",
    "model_feedback_expected_loss",
    "model_feedback_expected_loss_error_squares",
    "model_feedback_interval",
    "model_reference_expected_loss_deviation",
    "model_reference_interval_coverage",
    "model_reference_interval_coverage_design_effect",
}


def test_an_output_has_the_metrics_of_an_accuracy_or_of_a_loss(
    versions: Versions, amounts: Versions, numbers: Versions
) -> None:
    """No series, no alert: what a model cannot be measured by does not exist for it."""
    with_labels = {name for name, family in scrape(versions).items() if not family.samples}
    without = {name for name, family in scrape(amounts).items() if not family.samples}
    assert (with_labels, without) == (OF_OTHERS | OF_INTERVALS, OF_CLASSES | OF_INTERVALS)
    with_interval = {name for name, family in scrape(numbers).items() if not family.samples}
    assert with_interval == OF_CLASSES


def test_intervals_are_counted_by_where_the_label_lies(numbers: Versions) -> None:
    """The ends belong to the interval; a row without numbers lets expect no loss."""
    families = scrape(numbers)
    samples = families["model_feedback_interval"].samples
    assert {one.labels["side"]: one.value for one in samples} == {
        "below": 1,
        "inside": 1,
        "above": 1,
    }
    found = {one.name: one.value for one in families["model_expected_loss"].samples}
    assert found["model_expected_loss_count"] == 2 and found["model_expected_loss_sum"] > 0


def test_labels_are_compared_with_the_loss_that_was_expected(numbers: Versions) -> None:
    """By the curve of the version that answered; another version's curve says nothing of them."""
    numbers.count_feedback(
        "numbers",
        "0.9.0",
        label="2.0",
        predicted="2.0",
        confidence=None,
        delay=4.0,
        interval=(1.0, 3.0),
    )
    families = scrape(numbers)
    name = "model_feedback_expected_loss"
    found = {
        one.name: one.value
        for family in (name, f"{name}_error_squares")
        for one in families[family].samples
    }
    curve = numbers.counters["numbers", "1.0.0"].bundle.reference.expected_loss
    assert curve is not None
    (expected,) = curve.curve(np.array([2.0]))
    losses = np.array([1.5, 1.0, 1.5])
    assert found == pytest.approx(
        {
            f"{name}_count": 3,
            f"{name}_sum": 3 * expected,
            f"{name}_error_squares_total": ((losses - expected) ** 2).sum(),
        }
    )
    assert {one.labels["version"] for one in families[name].samples} == {"1.0.0"}


def test_answers_without_a_fixed_set_are_counted_by_their_loss(amounts: Versions) -> None:
    """Its predictions have an empty label; a label adds its loss and the square of it."""
    families = scrape(amounts)
    found = {
        sample.name: sample.value
        for name in ("model_predictions", *OF_OTHERS, "model_feedback_delay_seconds")
        for sample in families[name].samples
        if "le" not in sample.labels
    }
    assert found == {
        "model_predictions_total": 6,
        "model_feedback_loss_count": 1,
        "model_feedback_loss_sum": 2.5,
        "model_feedback_loss_squares_total": 6.25,
        "model_feedback_delay_seconds_count": 1,
        "model_feedback_delay_seconds_sum": 4.0,
        "model_reference_loss": 0.5,
        "model_reference_loss_deviation": 0.4,
        "model_reference_loss_size": 400,
        "model_reference_design_effect": 3,
    }
    assert families["model_predictions"].samples[0].labels["label"] == ""


def test_the_signals_of_the_output_are_named(versions: Versions, amounts: Versions) -> None:
    """So that alerts can tell the drift of answers from that of inputs, of any kind."""
    for each, expected in ((versions, set(signals.OUTPUTS)), (amounts, {"amount", "whole"})):
        samples = scrape(each)["model_signal_of_output"].samples
        assert {sample.labels["signal"] for sample in samples} == expected


def test_nothing_is_exported_that_is_not_declared(versions: Versions) -> None:
    """A metric that is not in perennial/metric_names/service.py does not exist."""
    names = {metric.name.removesuffix("_total") for metric in DECLARED}
    assert set(scrape(versions)) == names


def test_only_the_serving_version_has_info(versions: Versions) -> None:
    """Alerts speak of the versions that model_info names."""
    (sample,) = scrape(versions)["model_info"].samples
    assert sample.labels == {"model": "digits", "version": "1.1.0", "commit": "0123abc"}


def test_each_version_says_when_it_was_made(versions: Versions) -> None:
    """The age of a version is the time since its manifest's `created`, in UTC."""
    samples = scrape(versions)["model_created_timestamp_seconds"].samples
    created = {sample.labels["version"]: sample.value for sample in samples}
    assert created == dict.fromkeys(("1.0.0", "1.1.0"), bundles.CREATED.timestamp())


def _label(
    versions: Versions,
    label: str,
    *,
    predicted: str = "2",
    confidence: float = 0.5,
    delay: float = 1.0,
) -> None:
    versions.count_feedback(
        "digits", "1.0.0", label=label, predicted=predicted, confidence=confidence, delay=delay
    )


def test_the_mean_delay_of_labels_is_there(versions: Versions) -> None:
    """Seconds and count of the delays grow with each label, and are at 0 before the first."""
    _label(versions, "1", predicted="7", delay=60.0)
    _label(versions, "2", predicted="2", delay=30.0)
    samples = scrape(versions)["model_feedback_delay_seconds"].samples
    found = {(s.labels["version"], s.name.rpartition("_")[2]): s.value for s in samples}
    assert (found["1.0.0", "count"], found["1.0.0", "sum"]) == (2, 90.0)
    assert (found["1.1.0", "count"], found["1.1.0", "sum"]) == (0, 0.0)


@pytest.mark.parametrize(
    "confidence, name",
    [
        (0.0, "0.1"),
        (0.1, "0.1"),
        (0.85, "0.9"),
        (0.9000001, "1.0"),
        (1.0, "1.0"),
        (1.0000001, "1.0"),
    ],
)
def test_labels_are_counted_by_confidence(versions: Versions, confidence: float, name: str) -> None:
    """A bin, named by its inclusive upper bound, knows its labels, the right ones, and how sure."""
    _label(versions, "2", confidence=confidence)
    _label(versions, "1", confidence=confidence)
    families = scrape(versions)
    samples = [
        *families["model_feedback_confidence"].samples,
        *families["model_feedback_right"].samples,
    ]
    found = {
        s.name: s.value
        for s in samples
        if (s.labels["version"], s.labels["bin"]) == ("1.0.0", name)
    }
    assert found == {
        "model_feedback_confidence_count": 2,
        "model_feedback_confidence_sum": 2 * confidence,
        "model_feedback_right_total": 1,
    }
    assert sum(s.value for s in samples) == sum(found.values())


def test_bins_exist_at_zero_and_belong_to_their_reference(tmp_path: Path) -> None:
    """From the moment a bundle is loaded each bin has a counter at 0 and a reference share."""
    versions = Versions()
    loaded = bundles.make_bundle(tmp_path / "a")
    versions.enter(loaded)
    families = scrape(versions)
    bins = {(s.labels["signal"], s.labels["bin"]): s for s in families["model_signal_bin"].samples}
    shares = families["model_signal_reference_share"].samples
    expected = {(s.name, name) for s in loaded.reference.signals for name in s.bins}
    assert set(bins) == {(s.labels["signal"], s.labels["bin"]) for s in shares} == expected
    assert {sample.value for sample in bins.values()} == {0.0}


def test_before_any_bundle_the_process_counters_exist() -> None:
    """Rejections by reason, swaps and drops are at 0 from the start, so that they can increase."""
    families = scrape(Versions())
    reasons = {s.labels["reason"]: s.value for s in families["model_bundle_rejected"].samples}
    assert reasons == dict.fromkeys(REJECTIONS, 0.0)
    assert families["model_predictions_dropped"].samples[0].value == 3
    assert families["model_predictions_queue_length"].samples[0].value == 4
