"""The past that rules look back on: which series, how far, and writing it into a Prometheus."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.cost import remote_write
from benchmarks.cost.page import Labels
from benchmarks.cost.replicas import instance
from benchmarks.cost.traffic import Traffic
from monitoring.alerts import SERVICE_JOB
from monitoring.series import BIN, SIGNAL
from monitoring.thresholds import SECONDS, seconds
from service import metrics

BIN_LEVEL, SIGNAL_LEVEL = "model_version_signal_bin:", "model_version_signal:"
_RANGE = re.compile(r"([A-Za-z_:][\w:]*)(?:\{[^}]*\})?\[(\w+)(?::\w*)?\]")
_PART = re.compile(r"(\d+)(ms|[smhdw])")
_UNITS = {**SECONDS, "ms": 0.001}
# A head takes samples up to an hour older than its newest; a chunk holds 120 samples.
_SPAN = 1800
_SERIES = 4_000


@dataclass(frozen=True)
class Past:
    """How far back rules read a metric, and how far apart its samples are, both in seconds."""

    metric: str
    span: int
    step: int


def pasts(documents: Sequence[Any], *, interval: str) -> list[Past]:
    """Return the past of every metric that has a series per signal or bin and is read as a range.

    documents: of rule files.  interval: between scrapes, and between evaluations of a group that
    does not say.

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
    target = {"job": SERVICE_JOB, "instance": instance(replica)}
    return _labels(metrics.SIGNAL_BIN.name, metrics.SIGNAL_BIN.labels, bins, target)


def recorded_series(metric: str, bins: Sequence[Labels]) -> list[bytes]:
    """Return the labels of a recorded metric's series: one per bin or per signal."""
    if metric.startswith(BIN_LEVEL):
        return _labels(metric, BIN.split(", "), bins, {})
    return _labels(metric, SIGNAL.split(", "), list(dict.fromkeys(key[:-1] for key in bins)), {})


def write_raw(
    url: str, traffic: Traffic, bins: Sequence[Labels], replicas: int, past: Past, end: float
) -> None:
    """Write the replicas' counters into the Prometheus at `url`, up to `end`."""
    labels = [raw_series(bins, number) for number in range(replicas)]
    for moments in _moments(past, end):
        for number in range(replicas):
            values = traffic.counts(number, moments / 1000).astype(np.float64)
            blocks = remote_write.samples(values, moments)
            _send(url, labels[number], blocks)


def write_recorded(url: str, bins: Sequence[Labels], past: Past, end: float) -> None:
    """Write a recorded metric's past: Poisson counts, which compress as real ones do."""
    random = np.random.default_rng(0)
    labels = recorded_series(past.metric, bins)
    for moments in _moments(past, end):
        values = random.poisson(past.step, size=(len(labels), len(moments))).astype(np.float64)
        _send(url, labels, remote_write.samples(values, moments))


def _moments(past: Past, end: float) -> Iterator[remote_write.Milliseconds]:
    last = int(end) // past.step * past.step
    for start in range(last - past.span, last, _SPAN):
        stop = min(start + _SPAN, last)
        if stop > start:
            yield np.arange(start, stop, past.step, dtype=np.int64) * 1000


def _send(url: str, labels: Sequence[bytes], blocks: Sequence[bytes]) -> None:
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
