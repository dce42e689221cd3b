"""Champion and challenger on the same rows: their accuracies and how they differ."""

from dataclasses import dataclass

import numpy as np

from perennial.bundle.predictor import Predictor
from perennial.statistics.counts import Bools
from perennial.statistics.intervals import wilson
from perennial.statistics.paired import mcnemar, paired_interval
from training.artifacts.splits import Split
from training.gate.right_rows import right_rows
from training.params import Gate


@dataclass(frozen=True)
class Accuracy:
    """The share of correctly predicted rows with its Wilson interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """Challenger's accuracy minus champion's: bootstrap interval, exact two-sided McNemar p."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Comparison:
    """Both models' accuracies on the same rows; without a champion, the challenger's alone.

    majority: share of the most frequent label, the accuracy of always predicting it.
    """

    rows: int
    majority: float
    challenger: Accuracy
    champion: Accuracy | None = None
    difference: Difference | None = None


def compare(
    challenger: Predictor, champion: Predictor | None, rows: Split, *, gate: Gate
) -> Comparison | None:
    """Return both models' accuracies on the rows and their difference; None without rows.

    gate: level of the intervals and tests, samples and seed of the bootstrap.
    """
    if not len(rows.labels):
        return None
    labels = challenger.bundle.manifest.output.labels
    new = right_rows(challenger, rows, labels)
    majority = float(np.bincount(rows.labels).max() / len(rows.labels))
    if champion is None:
        return Comparison(len(new), majority, _accuracy(new, gate))
    old = right_rows(champion, rows, labels)
    return Comparison(
        len(new), majority, _accuracy(new, gate), _accuracy(old, gate), difference(old, new, gate)
    )


def _accuracy(right: Bools, gate: Gate) -> Accuracy:
    return Accuracy(
        float(right.mean()), *wilson(int(right.sum()), len(right), level=1 - gate.level)
    )


def difference(old: Bools, new: Bools, gate: Gate) -> Difference:
    """Return how the challenger, `new`, differs from the champion, `old`, on the same rows."""
    low, high = paired_interval(
        old, new, samples=gate.bootstrap, level=1 - gate.level, seed=gate.seed
    )
    return Difference(float(new.mean() - old.mean()), low, high, mcnemar(old, new))
