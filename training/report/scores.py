"""Both models' metrics on the same rows, with the interval of their difference."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from perennial.kinds.output_kind import Truths
from perennial.statistics.counts import Floats
from perennial.statistics.metrics import Metric

SAMPLES = 1000
AT_ONCE = 100


@dataclass(frozen=True)
class Score:
    """One metric of both models: challenger's minus champion's with its bootstrap interval."""

    metric: Metric
    champion: float
    challenger: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """Challenger's minus champion's."""
        return self.challenger - self.champion


def compare_scores(
    metrics: Iterable[Metric],
    champion: Floats,
    challenger: Floats,
    labels: Truths,
    *,
    level: float,
    seed: int,
) -> list[Score]:
    """Return every metric of both models on the same rows, with the interval of its difference.

    level: of the intervals, 0.05 for 95 %.  seed: same seed, same intervals.
    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13 (percentile).
    """
    metrics, random = list(metrics), np.random.default_rng(seed)
    found: list[list[Floats]] = [[] for _ in metrics]
    for _ in range(0, SAMPLES, AT_ONCE):
        weights = _resample(random, len(labels))
        for values, metric in zip(found, metrics, strict=True):
            new = metric.weighted(challenger, labels, weights)
            values.append(new - metric.weighted(champion, labels, weights))
    scores = []
    for metric, values in zip(metrics, found, strict=True):
        low, high = np.quantile(np.concatenate(values), [level / 2, 1 - level / 2])
        both = metric.score(champion, labels), metric.score(challenger, labels)
        scores.append(Score(metric, *both, float(low), float(high)))
    return scores


def _resample(random: np.random.Generator, rows: int) -> Floats:
    """Return how often each row is drawn, shape (AT_ONCE, rows)."""
    drawn = random.integers(0, rows, size=(AT_ONCE, rows)) + np.arange(AT_ONCE)[:, None] * rows
    counts = np.bincount(drawn.ravel(), minlength=AT_ONCE * rows)
    return counts.reshape(AT_ONCE, rows).astype(np.float64)
