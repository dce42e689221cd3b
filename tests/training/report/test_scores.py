"""Intervals of the differences of two models' metrics."""

import numpy as np

from perennial.statistics.counts import Floats
from perennial.statistics.metrics import METRICS
from training.report.scores import compare_scores

LABELS = np.random.default_rng(1).integers(0, 4, size=300)


def answers(skill: float, *, seed: int = 2) -> Floats:
    """Return probabilities that favour the truth by `skill`, with ties."""
    scores = np.random.default_rng(seed).normal(size=(300, 4)).round(1)
    scores[np.arange(300), LABELS] += skill
    powers = np.exp(scores)
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def test_a_better_model_is_better_in_every_score() -> None:
    """Intervals of a clear gain lie on the good side of zero, which is below it for a loss."""
    scores = compare_scores(
        METRICS.values(), answers(0.3), answers(3.0, seed=5), LABELS, level=0.05, seed=7
    )
    assert [score.metric for score in scores] == list(METRICS.values())
    for score in scores[:4]:
        assert score.low <= score.difference <= score.high
        assert (score.low > 0) if score.metric.higher_is_better else (score.high < 0)


def test_a_model_does_not_differ_from_itself() -> None:
    """All differences and intervals are zero."""
    given = answers(1.0)
    for score in compare_scores(METRICS.values(), given, given, LABELS, level=0.05, seed=7):
        assert (score.low, score.difference, score.high) == (0.0, 0.0, 0.0)
