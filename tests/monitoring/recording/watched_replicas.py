"""A Prometheus that saw two replicas count, and what it had recorded at one evaluation."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitoring import generated_files
from monitoring.prometheus_config import prometheus_config
from monitoring.recording.rules import Window
from monitoring.thresholds import Thresholds, seconds
from perennial.statistics.counts import Floats
from tests.monitoring.replica import Replica
from tests.monitoring.watched import Signal, count, prepare
from tests.prometheus import SCRAPES, Labels, Prometheus

SECONDS = 8  # in which replicas count
TRIES = 5  # evaluations, a second apart
# One window that holds the later half of what is counted, so that it has a past.
SHORTEST = "7s"
THRESHOLDS = Thresholds(
    count_interval="1s",
    long_interval="1s",
    past_interval="1s",
    drift_windows=(SHORTEST, *Thresholds().drift_windows),
)


@contextmanager
def watched_replicas(folder: Path) -> Iterator["Watched"]:
    """Yield a Prometheus that saw two replicas count for some seconds, one of them restarting."""
    generated_files.write(folder, THRESHOLDS)
    random = np.random.default_rng(11)
    with Replica() as first, Replica() as second:
        for replica in (first, second):
            prepare(replica)
        config = prometheus_config(
            service=[first.address, second.address],
            rules=[str(folder / "monitoring/rules/*.rules.yml")],
            interval=SCRAPES,
            evaluation="1s",
        )
        with Prometheus(config, folder) as server:
            server.wait(lambda: len(server.query("up == 1")) == 2, what="scrape", seconds=60)
            time.sleep(1.5)
            for second_passed in range(SECONDS):
                if second_passed == SECONDS // 2:
                    second.restart()
                for replica in (first, second):
                    count(replica, random)
                time.sleep(1)
            time.sleep(3)
            seen = Watched(server, time.time())
            server.rest()
            yield seen


@dataclass(frozen=True)
class Watched:
    """A Prometheus, and when all that was counted had been recorded."""

    prometheus: Prometheus
    settled: float

    def ask(self, expression: str) -> dict[Labels, float]:
        """Return the values by then."""
        return self.prometheus.query(expression, at=self.settled)

    def hold(self, last_rule: str, check: "Callable[[Moment], None]") -> None:
        """Call `check` with the last evaluation of a group, or with one of those before it.

        A scrape may be stored after the evaluation that carries its time: then what was recorded
        is not what its counters say now of that time.
        """
        last = self.moment(last_rule).at
        for back in range(TRIES):
            at = self.prometheus.query(f"timestamp({last_rule})", at=last - back)
            try:
                return check(Moment(self.prometheus, max(at.values())))
            except AssertionError:
                if back == TRIES - 1:
                    raise

    def moment(self, last_rule: str) -> "Moment":
        """Return the last evaluation, by then, of the group that this rule ends."""
        times = self.ask(f"timestamp({last_rule})").values()
        assert len(set(times)) == 1, f"{last_rule} was recorded at {set(times)}"
        return Moment(self.prometheus, max(times))


@dataclass(frozen=True)
class Moment:
    """One evaluation of a group of rules: what was recorded in it, and nothing later."""

    prometheus: Prometheus
    at: float

    def ask(self, expression: str) -> dict[Labels, float]:
        """Return the values at that evaluation."""
        return self.prometheus.query(expression, at=self.at)

    def counts(self, window: str, signal: Signal) -> list[float]:
        """Return the recorded observations of a signal's bins."""
        found = self.ask(f"{Window(window).bin_counts}{selector(signal)}")
        return [found[labels(signal.key, bin=name)] for name in signal.bins]

    def past(self, window: str, signal: Signal) -> Floats:
        """Return what the long window recorded beyond this one; nothing beyond itself."""
        long = THRESHOLDS.long_window
        if seconds(window) >= seconds(long):
            return np.zeros(len(signal.bins))
        return np.maximum(np.subtract(self.counts(long, signal), self.counts(window, signal)), 0)


def selector(signal: Signal) -> str:
    return f'{{version="{signal.version}",signal="{signal.name}"}}'


def labels(key: tuple[str, ...], **more: str) -> Labels:
    names = ("model", "version", "signal")
    return frozenset([*zip(names, key), *more.items()])
