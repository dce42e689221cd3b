"""Block if the fresh labels cannot be learnt: scrambled labels must not change the model."""

from training.gate.comparison import Comparison


def unlearnable_labels(fresh: Comparison) -> str | None:
    """Return the reason to block, or None if the challenger learnt something.

    It learnt nothing if the lower bound of its accuracy on held-out fresh rows is not above the
    accuracy of always predicting their most frequent label.
    fresh: the comparison on fresh rows; its interval is Wilson's, 95 % unless the level is set.
    Source: the no-information rate; Kuhn and Johnson, Applied Predictive Modeling, 2013, 11.2.

    >>> from training.gate.comparison import Accuracy
    >>> unlearnable_labels(Comparison(100, 0.9, Accuracy(0.92, 0.85, 0.96)))
    ... # doctest: +NORMALIZE_WHITESPACE
    'the fresh labels cannot be learnt: on held-out fresh rows the challenger reaches 0.920
    (at least 0.850), always predicting their most frequent label reaches 0.900'
    >>> unlearnable_labels(Comparison(100, 0.1, Accuracy(0.92, 0.85, 0.96)))
    """
    found = fresh.challenger
    if found.low > fresh.majority:
        return None
    return (
        "the fresh labels cannot be learnt: on held-out fresh rows the challenger reaches "
        f"{found.value:.3f} (at least {found.low:.3f}), always predicting "
        f"their most frequent label reaches {fresh.majority:.3f}"
    )
