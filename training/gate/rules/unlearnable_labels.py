"""Block if the fresh labels cannot be learnt: scrambled labels must not change the model."""

from training.gate.comparison import Comparison, Headline, Score

# Labels that were scrambled seem learnt in one of 100 comparisons, or less.
LEVEL = 0.02


def unlearnable_labels(fresh: Comparison) -> str | None:
    """Return the reason to block, or None if the challenger learnt something.

    It learnt nothing if its score on held-out fresh rows may be no better than that of always
    giving the best of all constant answers, which the kind of output knows. The worse end of its
    interval, 95 % unless the level is set, must be better. Where one label is far more frequent, a
    useful model may be right hardly more often than the constant: then it has learnt something if
    its log loss is significantly less than that of the labels' shares.
    Where even a model without any loss would not be, such as on rows that nearly all have one
    label, the rows cannot tell, and this rule says nothing.
    fresh: the comparison on fresh rows.
    Source: the no-information rate; Kuhn and Johnson, Applied Predictive Modeling, 2013, 11.2.

    >>> unlearnable_labels(Comparison(100, 0.9, Score(0.92, 0.85, 0.96)))
    ... # doctest: +NORMALIZE_WHITESPACE
    'the fresh labels cannot be learnt: on held-out fresh rows the challenger reaches 0.920
    (at least 0.850), always predicting their most frequent label reaches 0.900'
    >>> unlearnable_labels(Comparison(100, 0.1, Score(0.92, 0.85, 0.96)))
    >>> unlearnable_labels(Comparison(100, 0.9, Score(0.92, 0.85, 0.96), learnt=0.001))
    >>> perfect = Score(1.0, 0.93, 1.0)
    >>> unlearnable_labels(Comparison(50, 1.0, Score(1.0, 0.93, 1.0), perfect=perfect))
    """
    found, words = fresh.challenger, fresh.headline
    worst = worse_end(words, found)
    if words.better(worst - fresh.constant):
        return None
    if fresh.learnt is not None and fresh.learnt < LEVEL:
        return None
    perfect = fresh.perfect
    if perfect is not None and not words.better(worse_end(words, perfect) - fresh.constant):
        return None
    limit = "least" if words.higher_is_better else "most"
    return (
        "the fresh labels cannot be learnt: on held-out fresh rows the challenger reaches "
        f"{found.value:.3f} (at {limit} {worst:.3f}), {words.constant_answer} reaches "
        f"{fresh.constant:.3f}"
    )


def worse_end(words: Headline, score: Score) -> float:
    """Return the worse end of a score's interval."""
    return score.low if words.higher_is_better else score.high
