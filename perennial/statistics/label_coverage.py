"""Label coverage: the share of predictions whose true label arrived."""

from perennial.statistics.counts import counted


def label_coverage(labels: float, predictions: float) -> float | None:
    """Return the share of predictions that got their label; None if there were none.

    labels: arrived in a window.  predictions: made in a window of the same length that ended one
    usual label delay earlier, so that late labels do not count as missing. The share is exact if
    labels take that long. Otherwise the error is the change of traffic meanwhile, and the share may
    exceed 1.

    >>> label_coverage(20, 80), label_coverage(0, 0)
    (0.25, None)
    """
    came, made = counted([labels, predictions], "labels")
    return float(came / made) if made > 0 else None
