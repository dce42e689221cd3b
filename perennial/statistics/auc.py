"""Area under the ROC curve of each label against the rest.

Our own code, because the report needs a thousand weightings and scikit-learn takes one at a time.
"""

import numpy as np

from perennial.statistics.counts import Bools, Floats, Ints, quotient


def weighted_auc(probabilities: Floats, labels: Ints, weights: Floats) -> Floats:
    """Return the mean over labels of the chance that a row of the label has a higher probability.

    1 is perfect, 0.5 is chance. Labels without weight are excluded; with only one label the area is
    NaN. Arguments as in `metrics.Weighted`.
    Source: Hanley and McNeil, The meaning and use of the area under a ROC curve, 1982.

    >>> weighted_auc(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 1]), np.ones((1, 2)))
    array([1.])
    """
    total, defined = np.zeros(len(weights)), np.zeros(len(weights))
    for label in np.unique(labels):
        area = _area(probabilities[:, label], labels == label, weights)
        total += np.nan_to_num(area)
        defined += ~np.isnan(area)
    return quotient(total, defined)


def _area(values: Floats, truth: Bools, weights: Floats) -> Floats:
    """Return the area of one label; a tie counts as half a win."""
    order = values.argsort(kind="stable")
    ties = np.flatnonzero(np.diff(values[order], prepend=-np.inf))
    ordered = weights[:, order]
    of_it = np.add.reduceat(ordered * truth[order], ties, axis=1)
    rest = np.add.reduceat(ordered * ~truth[order], ties, axis=1)
    wins = (of_it * (rest.cumsum(axis=1) - rest / 2)).sum(axis=1)
    return quotient(wins, of_it.sum(axis=1) * rest.sum(axis=1))
