"""The history that rules need: its series and its length, and writing it to a Prometheus."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.cost import remote_write
from benchmarks.cost.metrics_page import Labels
from benchmarks.cost.remote_write import Floats, Milliseconds
from benchmarks.cost.replicas import instance
from benchmarks.cost.traffic import Traffic
from monitoring.recording.series import BIN, SIGNAL
from monitoring.thresholds import SECONDS, Thresholds, seconds
from perennial.metric_names import service as metrics

BIN_LEVEL, SIGNAL_LEVEL = "model_version_signal_bin:", "model_version_signal:"
_RANGE = re.compile(r"([A-Za-z_:][\w:]*)(?:\{[^}]*\})?\[(\w+)(?::\w*)?\]")
_PART = re.compile(r"(\d+)(ms|[smhdw])")
_UNITS = {**SECONDS, "ms": 0.001}
# A head accepts samples up to an hour older than its newest; a chunk holds 120 samples.
_SPAN = 1800
_SERIES = 4_000


@dataclass(frozen=True)
class Past:
    """How far back rules read a metric, and the interval of its samples, both in seconds."""

    metric: str
    span: int
    step: int

    def moments(self, start: int, stop: int, *, end: int) -> Milliseconds:
        """Return the times of its samples from `start` up to, not including, `stop`.

        >>> Past("a", 30, 15).moments(0, 90, end=90).tolist()
        [60000, 75000]
        """
        first = max(start, end - self.span)
        return np.arange(-(-first // self.step), -(-stop // self.step)) * self.step * 1000


def pasts(documents: Sequence[Any], *, interval: str) -> list[Past]:
    """Return the past of every metric with a series per signal or bin that a rule reads as a range.

    documents: of rule files.  interval: between scrapes, and between evaluations of groups without
    their own.

    >>> rule = {"record": "a", "expr": "rate(model_signal_bin_total[59m59s999ms]) + other[5m]"}
    >>> pasts([{"groups": [{"name": "g", "rules": [rule]}]}], interval="15s")
    [Past(metric='model_signal_bin_total', span=3600, step=15)]
    """
    steps, spans = {metrics.SIGNAL_BIN.name: seconds(interval)}, dict[str, int]()
    for group in (group for document in documents for group in document["groups"]):
        for rule in group["rules"]:
            if rule.get("record", "").startswith((BIN_LEVEL, SIGNAL_LEVEL)):
                steps[rule["record"]] = seconds(group.get("interval", interval))
            for metric, window in _RANGE.findall(rule["expr"]):
                spans[metric] = max(_span(window), spans.get(metric, 0))
    return [Past(name, span, steps[name]) for name, span in spans.items() if name in steps]


def _span(window: str) -> int:
    return math.ceil(sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(window)))


def raw_series(bins: Sequence[Labels], replica: int) -> list[bytes]:
    """Return the labels of a replica's counters as Prometheus keeps them after a scrape."""
    target = {"job": Thresholds().service_job, "instance": instance(replica)}
    return _labels(metrics.SIGNAL_BIN.name, metrics.SIGNAL_BIN.labels, bins, target)


def recorded_series(metric: str, bins: Sequence[Labels]) -> list[bytes]:
    """Return the labels of a recorded metric's series, one per bin or per signal."""
    if metric.startswith(BIN_LEVEL):
        return _labels(metric, BIN.split(", "), bins, {})
    return _labels(metric, SIGNAL.split(", "), list(dict.fromkeys(key[:-1] for key in bins)), {})


class History:
    """Writes pasts to a Prometheus, all together and oldest first, as it requires.

    url: of a Prometheus with remote write enabled.  traffic: the counters' values.  bins: labels of
    a replica's counters.
    """

    def __init__(
        self, url: str, traffic: Traffic, bins: Sequence[Labels], *, replicas: int
    ) -> None:
        self._url, self._traffic, self._bins = url, traffic, bins
        self._replicas = [raw_series(bins, number) for number in range(replicas)]
        self._random = np.random.default_rng(0)

    def write(self, needed: Sequence[Past], *, end: float) -> None:
        """Write the past of each metric up to the Unix time `end`."""
        longest = max((past.span for past in needed), default=0)
        for start in range(int(end) - longest, int(end), _SPAN):
            for past in needed:
                moments = past.moments(start, min(start + _SPAN, int(end)), end=int(end))
                if len(moments):
                    self._write(past, moments)

    def _write(self, past: Past, moments: Milliseconds) -> None:
        if past.metric != metrics.SIGNAL_BIN.name:
            labels = recorded_series(past.metric, self._bins)
            # Poisson counts compress like real ones.
            values = self._random.poisson(past.step, size=(len(labels), len(moments)))
            _send(self._url, labels, values.astype(np.float64), moments)
            return
        for number, labels in enumerate(self._replicas):
            counts = self._traffic.counts(number, moments / 1000)
            _send(self._url, labels, counts.astype(np.float64), moments)


def _send(url: str, labels: Sequence[bytes], values: Floats, moments: Milliseconds) -> None:
    blocks = remote_write.samples(values, moments)
    for start in range(0, len(labels), _SERIES):
        part = slice(start, start + _SERIES)
        remote_write.send(url, remote_write.message(labels[part], blocks[part]))


def _labels(
    metric: str, names: Sequence[str], keys: Sequence[Labels], more: dict[str, str]
) -> list[bytes]:
    return [
        remote_write.series_labels(
            {"__name__": metric, **more, **dict(zip(names, key, strict=True))}
        )
        for key in keys
    ]
