"""Label coverage: the share of predictions whose true label came back."""

from perennial.statistics.counts import counted


def label_coverage(labels: float, predictions: float) -> float | None:
    """Return the share of predictions that got their label; None where none was made.

    labels: that came in a window.  predictions: made in a window of the same length that ended one
    usual label delay earlier, the ones which those labels can speak of. Exact where labels take
    that long; where they take longer or shorter it is off by as much as traffic changed meanwhile,
    and may pass 1. Labels that are still on their way are thus no gap.

    >>> label_coverage(20, 80), label_coverage(0, 0)
    (0.25, None)
    """
    came, made = counted([labels, predictions], "labels")
    return float(came / made) if made > 0 else None
