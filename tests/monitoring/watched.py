"""Signals and versions for a stand-in replica: references, and counts that differ from them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perennial.metric_names import service as metrics
from perennial.signals import MISSING, OTHER, OUTSIDE
from perennial.statistics import evidence
from tests.monitoring.replica import Replica

IDLE = "9.9.9"
TILTED = "tilted"
# Version to its accuracy, that accuracy's sample size, and the live accuracy.
VERSIONS = {"1.0.0": (0.97, 719, 0.7), "1.1.0": (0.91, 100_000, 0.93), IDLE: (0.99, 50, 0.0)}
LABELS = ("0", "1", "2")
# Mean confidence on every version's reference; live it is about 0.7.
CONFIDENCE = 0.75


@dataclass(frozen=True)
class Signal:
    """A monitored signal of one version, and about how many rows each replica counts of it."""

    version: str
    name: str
    shares: tuple[float, ...]
    size: int
    critical: float
    rank_critical: float
    rows: int
    categorical: bool = False
    tilted: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """Its labels."""
        return ("digits", self.version, self.name)

    @property
    def bins(self) -> tuple[str, ...]:
        """Names of its bins."""
        numbered = [f"{i:02d}" for i in range(len(self.shares) - 2)]
        return (*numbered, OTHER if self.categorical else OUTSIDE, MISSING)


def signals() -> list[Signal]:
    """Return signals with few and many bins, rows and reference rows; bins may be nearly empty."""
    random = np.random.default_rng(7)
    made = []
    for version in VERSIONS:
        for bins, size, rows in ((3, 50, 2), (11, 719, 20), (12, 1437, 5000), (30, 100_000, 100)):
            drawn = random.dirichlet(np.full(bins, 0.7)) + 1e-4
            shares = tuple(float(share) for share in drawn / drawn.sum())
            g, rank = (evidence.critical_value(one, tests=8) for one in (bins, 2))
            counted = 0 if version == IDLE else rows
            made.append(Signal(version, f"signal_{bins}", shares, size, g, rank, counted))
        made.append(replace(made[-3], name="categories", categorical=True))
        # Moves in one direction, which its ranks show sooner than all of its bins.
        even = tuple([1 / 12] * 12)
        made.append(replace(made[-3], name=TILTED, shares=even, size=100_000, tilted=True))
    return made


SIGNALS = signals()


def prepare(replica: Replica) -> None:
    """Export every reference, and every counter at 0."""
    for signal in SIGNALS:
        for name, share in zip(signal.bins, signal.shares, strict=True):
            replica.values[metrics.REFERENCE_SHARE][(*signal.key, name)] = share
            replica.add(metrics.SIGNAL_BIN, (*signal.key, name), 0)
        replica.values[metrics.REFERENCE_SIZE][signal.key] = signal.size
        replica.values[metrics.CRITICAL_VALUE][signal.key] = signal.critical
        if not signal.categorical:
            replica.values[metrics.RANK_CRITICAL_VALUE][signal.key] = signal.rank_critical
    for version, (accuracy, size, _) in VERSIONS.items():
        key = ("digits", version)
        replica.values[metrics.REFERENCE_ACCURACY][key] = accuracy
        replica.values[metrics.REFERENCE_CONFIDENCE][key] = CONFIDENCE
        replica.values[metrics.REFERENCE_ACCURACY_SIZE][key] = size
        for summary in (metrics.CONFIDENCE, metrics.FEEDBACK_DELAY):
            replica.observe(summary, key)
        for label in LABELS:
            for predicted in LABELS:
                replica.add(metrics.FEEDBACK, (*key, label, predicted), 0)


def _live(signal: Signal, random: np.random.Generator) -> NDArray[np.float64]:
    if signal.tilted:
        tilt = np.linspace(-0.1, 0.1, len(signal.shares) - 2)
        moved: NDArray[np.float64] = np.array(signal.shares) * (1 + np.append(tilt, [0, 0]))
        return moved
    return random.dirichlet(np.full(len(signal.shares), 0.5))


def count(replica: Replica, random: np.random.Generator) -> None:
    """Let a replica count some rows: of a population of its own, with empty bins."""
    for signal in SIGNALS:
        live = _live(signal, random)
        for name, rows in zip(signal.bins, random.multinomial(signal.rows, live), strict=True):
            replica.add(metrics.SIGNAL_BIN, (*signal.key, name), float(rows))
    for version, (_, _, right) in VERSIONS.items():
        if version == IDLE:
            continue
        key = ("digits", version)
        for label in random.choice(LABELS, 40):
            predicted = label if random.random() < right else random.choice(LABELS)
            replica.add(metrics.FEEDBACK, (*key, str(label), str(predicted)), 1)
        replica.observe(metrics.FEEDBACK_DELAY, key, random.exponential(600, 40))
        replica.observe(metrics.CONFIDENCE, key, random.uniform(0.4, 1, 60))
