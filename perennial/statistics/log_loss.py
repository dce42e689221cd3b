"""Log loss: the mean negative logarithm of the true label's probability, in nats.

Our own code: scikit-learn's takes one weighting at a time and requires rows that sum to 1, which
those of a model with other labels do not.
"""

import numpy as np

from perennial.statistics.counts import Floats, Ints, quotient

# A bundle returns float32; scikit-learn clips float32 probabilities at the same value.
LEAST_PROBABILITY = float(np.finfo(np.float32).eps)


def weighted_log_loss(probabilities: Floats, labels: Ints, weights: Floats) -> Floats:
    """Return the loss; 0 is certain and right. Arguments as in `metrics.Weighted`.

    Source: Good, Rational Decisions, Journal of the Royal Statistical Society B 14, 1952.

    >>> weighted_log_loss(np.array([[0.5, 0.5]]), np.array([0]), np.ones((1, 1))).round(4).tolist()
    [0.6931]
    """
    return quotient(weights @ log_losses(probabilities, labels), weights.sum(axis=1))


def log_losses(probabilities: Floats, labels: Ints) -> Floats:
    """Return the log loss of each row, shape (rows,).

    >>> log_losses(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([0, 0])).round(4).tolist()
    [0.6931, -0.0]
    """
    chosen = probabilities[np.arange(len(labels)), labels]
    found: Floats = -np.log(np.clip(chosen, LEAST_PROBABILITY, 1))
    return found
