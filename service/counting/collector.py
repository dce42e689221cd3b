"""Export the counts about models under the names of perennial/metric_names/service.py."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from prometheus_client import core, registry

from perennial.bundle.manifest import PROMISED_HIGH, PROMISED_LOW
from perennial.errors import REJECTIONS
from perennial.metric_names import service as metrics
from perennial.metric_names.metric import Metric
from service.counting.counters import Counters
from service.counting.feedback import BINS
from service.counting.versions import Versions

Family = core.CounterMetricFamily | core.GaugeMetricFamily
Kind = TypeVar("Kind")
# The fields of a bundle's reference that labels are compared with; each output has some of them.
REFERENCE = {
    metrics.REFERENCE_ACCURACY: "accuracy",
    metrics.REFERENCE_ACCURACY_SIZE: "accuracy_size",
    metrics.REFERENCE_CONFIDENCE: "confidence",
    metrics.REFERENCE_LOSS: "loss",
    metrics.REFERENCE_LOSS_DEVIATION: "loss_deviation",
    metrics.REFERENCE_LOSS_SIZE: "loss_size",
    metrics.REFERENCE_INTERVAL_COVERAGE: "coverage",
    metrics.REFERENCE_DESIGN_EFFECT: "design_effect",
    metrics.REFERENCE_COVERAGE_DESIGN_EFFECT: "coverage_design_effect",
}

# The metrics of a bundle's manifest that labels are compared with.
PROMISED = {metrics.PROMISED_LOW: PROMISED_LOW, metrics.PROMISED_HIGH: PROMISED_HIGH}


class Collector(registry.Collector):
    """One collector over all counters: a scrape copies arrays; requests do not call it."""

    def __init__(
        self,
        versions: Versions,
        *,
        dropped: Callable[[], int],
        queued: Callable[[], int],
    ) -> None:
        self._versions = versions
        self._dropped = dropped
        self._queued = queued
        self.rejected = dict.fromkeys(REJECTIONS, 0)
        self.swaps = 0

    def collect(self) -> Iterator[core.Metric]:
        """Yield every family; called by the registry at a scrape."""
        held = list(self._versions.counters.items())
        for _, counters in held:
            counters.settle()
        yield from self._process()
        yield from self._traffic(held)
        yield from self._accepted(held)
        yield from self._signals(held)
        yield from self._feedback()

    def _process(self) -> Iterator[core.Metric]:
        rejected = _family(core.CounterMetricFamily, metrics.BUNDLE_REJECTED)
        for reason, count in list(self.rejected.items()):
            rejected.add_metric([reason], count)
        yield rejected
        for metric, kind, value in (
            (metrics.BUNDLE_SWAPS, core.CounterMetricFamily, self.swaps),
            (metrics.PREDICTIONS_DROPPED, core.CounterMetricFamily, self._dropped()),
            (metrics.QUEUE_LENGTH, core.GaugeMetricFamily, self._queued()),
        ):
            family: Family = kind(metric.name, metric.help)
            family.add_metric([], value)
            yield family

    def _traffic(self, held: list[tuple[tuple[str, str], Counters]]) -> Iterator[core.Metric]:
        info = _family(core.GaugeMetricFamily, metrics.INFO)
        created = _family(core.GaugeMetricFamily, metrics.CREATED)
        predictions = _family(core.CounterMetricFamily, metrics.PREDICTIONS)
        confidence = _family(core.SummaryMetricFamily, metrics.CONFIDENCE)
        seconds = _family(core.HistogramMetricFamily, metrics.INFERENCE_SECONDS)
        rows = _family(core.HistogramMetricFamily, metrics.BATCH_SIZE)
        expected = _family(core.SummaryMetricFamily, metrics.EXPECTED_LOSS)
        deviation = _family(core.GaugeMetricFamily, metrics.REFERENCE_EXPECTED_DEVIATION)
        for key, counters in held:
            bundle, counts = counters.bundle, counters.predictions.tolist()
            if key == self._versions.serving:
                info.add_metric([*key, bundle.manifest.commit], 1)
            created.add_metric(key, bundle.manifest.created.timestamp())
            for label, count in zip(bundle.manifest.output.labels, counts, strict=True):
                predictions.add_metric([*key, label], count)
            if counts:
                confidence.add_metric(key, sum(counts), counters.confidence)
            else:
                predictions.add_metric([*key, ""], counters.rows.sum)
            seconds.add_metric(key, counters.seconds.buckets(), counters.seconds.sum)
            rows.add_metric(key, counters.rows.buckets(), counters.rows.sum)
            if (curve := bundle.reference.expected_loss) is not None:
                expected.add_metric(key, counters.expected_rows, counters.expected)
                deviation.add_metric(key, curve.deviation)
        yield from (info, created, predictions, confidence, seconds, rows, expected, deviation)

    def _accepted(self, held: list[tuple[tuple[str, str], Counters]]) -> Iterator[core.Metric]:
        for metric, field in REFERENCE.items():
            gauge = _family(core.GaugeMetricFamily, metric)
            for key, counters in held:
                if (value := getattr(counters.bundle.reference, field)) is not None:
                    gauge.add_metric(key, value)
            yield gauge
        for metric, name in PROMISED.items():
            gauge = _family(core.GaugeMetricFamily, metric)
            for key, counters in held:
                if (promised := counters.bundle.manifest.metrics.get(name)) is not None:
                    gauge.add_metric(key, promised.value)
            yield gauge

    def _signals(self, held: list[tuple[tuple[str, str], Counters]]) -> Iterator[core.Metric]:
        bins = _family(core.CounterMetricFamily, metrics.SIGNAL_BIN)
        shares = _family(core.GaugeMetricFamily, metrics.REFERENCE_SHARE)
        size = _family(core.GaugeMetricFamily, metrics.REFERENCE_SIZE)
        critical = _family(core.GaugeMetricFamily, metrics.CRITICAL_VALUE)
        rank = _family(core.GaugeMetricFamily, metrics.RANK_CRITICAL_VALUE)
        of_output = _family(core.GaugeMetricFamily, metrics.SIGNAL_OF_OUTPUT)
        for key, counters in held:
            for name in counters.bundle.manifest.output.signals:
                of_output.add_metric([*key, name], 1)
            counts = iter(counters.bins.tolist())
            for signal in counters.binner.signals:
                for name, share in zip(signal.bins, signal.shares, strict=True):
                    bins.add_metric([*key, signal.name, name], next(counts))
                    shares.add_metric([*key, signal.name, name], share)
                size.add_metric([*key, signal.name], signal.size)
                critical.add_metric([*key, signal.name], signal.critical_value)
                if signal.rank_critical_value is not None:
                    rank.add_metric([*key, signal.name], signal.rank_critical_value)
        yield from (bins, shares, size, critical, rank, of_output)

    def _feedback(self) -> Iterator[core.Metric]:
        feedback = _family(core.CounterMetricFamily, metrics.FEEDBACK)
        delay = _family(core.HistogramMetricFamily, metrics.FEEDBACK_DELAY)
        confidence = _family(core.SummaryMetricFamily, metrics.FEEDBACK_CONFIDENCE)
        right = _family(core.CounterMetricFamily, metrics.FEEDBACK_RIGHT)
        loss = _family(core.SummaryMetricFamily, metrics.FEEDBACK_LOSS)
        squares = _family(core.CounterMetricFamily, metrics.FEEDBACK_LOSS_SQUARES)
        intervals = _family(core.CounterMetricFamily, metrics.FEEDBACK_INTERVAL)
        expected = _family(core.SummaryMetricFamily, metrics.FEEDBACK_EXPECTED)
        off = _family(core.CounterMetricFamily, metrics.FEEDBACK_EXPECTED_SQUARES)
        for key, counted in list(self._versions.feedback.items()):
            for pair, count in list(counted.confusion.items()):
                feedback.add_metric([*key, *pair], count)
            delay.add_metric(key, counted.delays.buckets(), counted.delays.sum)
            if counted.losses is not None:
                loss.add_metric(key, counted.losses.count, counted.losses.total)
                squares.add_metric(key, counted.losses.squares)
            if counted.expected is not None:
                expected.add_metric(key, counted.expected.count, counted.expected.total)
                off.add_metric(key, counted.expected.squares)
            for side, count in list(counted.sides.items()):
                intervals.add_metric([*key, side], count)
            if not counted.confusion:
                continue
            for name, count, total, good in zip(
                BINS, counted.counts, counted.confidence, counted.right, strict=True
            ):
                confidence.add_metric([*key, name], count, total)
                right.add_metric([*key, name], good)
        yield from (feedback, delay, confidence, right, loss, squares, intervals, expected, off)


def _family(kind: Callable[..., Kind], metric: Metric) -> Kind:
    return kind(metric.name, metric.help, labels=metric.labels)
