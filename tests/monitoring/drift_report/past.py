"""A past that a test writes, and a real Prometheus that remembers it."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perennial import signals
from perennial.metric_names import service as metrics
from tests.prometheus import Prometheus

# Seconds between two scrapes.
SCRAPE = 120
HOUR = 3600
# The moment that reports end at: a round one, so that a scrape falls on it.
END = 1_795_000_000 // HOUR * HOUR
Key = Mapping[str, str]
Phase = tuple[float, Mapping[str, float]]


@dataclass
class Past:
    """Samples of series; hours are counted back from END."""

    lines: list[str] = field(default_factory=list)

    def gauge(self, name: str, labels: Key, value: float, *, begin: float, end: float = 0) -> None:
        """Let a gauge have a value from `begin` hours ago to `end` hours ago."""
        moments = _scrapes(begin, end)
        self._series(name, labels, moments, [value] * len(moments))

    def curve(self, name: str, labels: Key, points: Sequence[tuple[float, float]]) -> None:
        """Let a gauge move; points: pairs of hours ago and the value, joined by straight lines."""
        ago, values = zip(*reversed(points), strict=True)
        moments = _scrapes(points[0][0], points[-1][0])
        self._series(name, labels, moments, np.interp(_ago(moments), ago, values).tolist())

    def counter(
        self, name: str, labels: Key, rates: Sequence[tuple[float, float]], *, end: float = 0
    ) -> None:
        """Let a counter rise from 0; rates: pairs of hours ago and the rise an hour since then."""
        moments = _scrapes(rates[0][0], end)
        ago, rises = _ago(moments), np.zeros(len(moments))
        for begin, rise in rates:
            rises[ago <= begin] = rise * SCRAPE / HOUR
        counted = np.concatenate([[0.0], np.cumsum(rises)[:-1]])
        self._series(name, labels, moments, counted.tolist())

    def _series(
        self, name: str, labels: Key, moments: Sequence[int], values: Sequence[float]
    ) -> None:
        # OpenMetrics escapes as JSON does, but for what is not ASCII.
        pairs = ",".join(
            f"{key}={json.dumps(text, ensure_ascii=False)}" for key, text in labels.items()
        )
        self.lines += [
            f"{name}{{{pairs}}} {value:.9f} {when}"
            for when, value in zip(moments, values, strict=True)
        ]


def _ago(moments: Sequence[int]) -> NDArray[np.float64]:
    return (END - np.array(moments)) / HOUR


def _scrapes(begin: float, end: float) -> range:
    return range(int(END - begin * HOUR), int(END - end * HOUR) + 1, SCRAPE)


@dataclass(frozen=True)
class Signal:
    """A signal of the past; phases: pairs of hours ago and the rows an hour by bin since then."""

    name: str
    shares: Mapping[str, float]
    phases: Sequence[Phase]
    size: int = 1000
    critical: float = 34.2
    rank_critical: float = 12.5


@dataclass(frozen=True, kw_only=True)
class Replica:
    """What one replica exported of one version, from `begin` hours ago to `end` hours ago."""

    model: str
    version: str = "1.0.0"
    instance: str = "a:8000"
    begin: float = 26
    end: float = 0
    signals: Sequence[Signal] = ()

    @property
    def key(self) -> dict[str, str]:
        """The labels of all its series."""
        return {"model": self.model, "version": self.version, "instance": self.instance}

    def write(self, past: Past) -> None:
        """Write its series."""
        past.gauge(
            metrics.INFO.name, {**self.key, "commit": "abc"}, 1, begin=self.begin, end=self.end
        )
        for signal in self.signals:
            self._signal(past, signal)

    def _signal(self, past: Past, signal: Signal) -> None:
        key = {**self.key, "signal": signal.name}
        for name, share in signal.shares.items():
            of_bin = {**key, "bin": name}
            rates = [(ago, rates.get(name, 0.0)) for ago, rates in signal.phases]
            past.counter(metrics.SIGNAL_BIN.name, of_bin, rates, end=self.end)
            past.gauge(metrics.REFERENCE_SHARE.name, of_bin, share, begin=self.begin, end=self.end)
        for metric, value in (
            (metrics.REFERENCE_SIZE, signal.size),
            (metrics.CRITICAL_VALUE, signal.critical),
        ):
            past.gauge(metric.name, key, value, begin=self.begin, end=self.end)
        if signals.OTHER not in signal.shares:
            name = metrics.RANK_CRITICAL_VALUE.name
            past.gauge(name, key, signal.rank_critical, begin=self.begin, end=self.end)


@contextmanager
def remembered(past: Past, folder: Path) -> Iterator[Prometheus]:
    """Yield a Prometheus that has the past's samples and scrapes nothing."""
    written = folder / "past.txt"
    written.write_text("\n".join([*past.lines, "# EOF\n"]), encoding="utf-8")
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(written)]
    subprocess.run([*command, str(folder / "data")], check=True, capture_output=True)
    with Prometheus({"scrape_configs": []}, folder) as server:
        yield server
