"""Block if the fresh labels cannot be learnt: scrambled labels must not change the model."""

from training.gate.comparison import Comparison


def unlearnable_labels(fresh: Comparison) -> str | None:
    """Return the reason to block, or None if the challenger learnt something.

    It learnt nothing if its score on held-out fresh rows may be no better than that of always
    giving the best of all constant answers: of classes the most frequent label, of numbers the
    median. The worse end of its interval, 95 % unless the level is set, must be better.
    fresh: the comparison on fresh rows.
    Source: the no-information rate; Kuhn and Johnson, Applied Predictive Modeling, 2013, 11.2.

    >>> from training.gate.comparison import Score
    >>> unlearnable_labels(Comparison(100, 0.9, Score(0.92, 0.85, 0.96)))
    ... # doctest: +NORMALIZE_WHITESPACE
    'the fresh labels cannot be learnt: on held-out fresh rows the challenger reaches 0.920
    (at least 0.850), always predicting their most frequent label reaches 0.900'
    >>> unlearnable_labels(Comparison(100, 0.1, Score(0.92, 0.85, 0.96)))
    """
    found, words = fresh.challenger, fresh.headline
    limit, worst = ("least", found.low) if words.higher_is_better else ("most", found.high)
    if words.better(worst - fresh.constant):
        return None
    return (
        "the fresh labels cannot be learnt: on held-out fresh rows the challenger reaches "
        f"{found.value:.3f} (at {limit} {worst:.3f}), {words.constant_answer} reaches "
        f"{fresh.constant:.3f}"
    )
