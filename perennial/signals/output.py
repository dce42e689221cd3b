"""Signals of a model's output: the predicted label, the confidence, the margin to the next."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.signals.signal import CONFIDENCE, MARGIN, PREDICTION


def outputs(probabilities: NDArray[np.floating]) -> dict[str, NDArray[Any]]:
    """Return the signals of probabilities of shape (rows, labels).

    The prediction is the label's index, or that of `missing` if a probability is NaN.

    >>> {name: column.tolist() for name, column in outputs(np.array([[0.25, 0.75]])).items()}
    {'prediction': [1], 'confidence': [0.75], 'margin': [0.5]}
    """
    # argmax takes an eighth of the time of max and a fifth of a partition: use it for both.
    every, first = np.arange(len(probabilities)), probabilities.argmax(axis=1)
    others = probabilities.copy()
    others[every, first] = -np.inf
    second = others[every, others.argmax(axis=1)].astype(np.float32)
    # Rounding may put a softmax slightly over 1, which would count as `outside`.
    best = np.minimum(probabilities[every, first], 1).astype(np.float32)
    missing = probabilities.shape[1] + 1
    return {
        PREDICTION: np.where(np.isnan(best), missing, first),
        CONFIDENCE: best,
        MARGIN: np.maximum(best - second, 0),
    }
