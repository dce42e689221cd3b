"""Linear classifiers of n-grams that naive Bayes scales: NB-SVM of each pair of labels, and CNB.

Sources: Wang and Manning, Baselines and Bigrams, ACL 2012; Rennie et al., Tackling the poor
assumptions of naive Bayes text classifiers, ICML 2003.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.output_kind import Truths

Doubles = NDArray[np.float64]
ITERATIONS = 10_000  # far more than it takes


@dataclass(frozen=True)
class Linear:
    """Weights, shape (n-grams, labels), and a bias, shape (labels,)."""

    weights: Doubles
    bias: Doubles

    def margins(self, counted: Any) -> Doubles:
        """Return the margins of rows, shape (rows, labels)."""
        return np.asarray(counted @ self.weights + self.bias, np.float64)

    def scaled(self, by: float) -> "Linear":
        """Return it with all margins multiplied."""
        return Linear(self.weights * by, self.bias * by)

    def plus(self, other: "Linear") -> "Linear":
        """Return the sum of both."""
        return Linear(self.weights + other.weights, self.bias + other.bias)

    def standard(self, counted: Any) -> "Linear":
        """Return it with margins of deviation 1 on such rows."""
        return self.scaled(1 / max(float(self.margins(counted).std()), 1e-9))


def machines(
    counted: Any, truths: Truths, labels: int, *, seed: int, smoothing: float, regularisation: float
) -> Linear:
    """Return the sum of the SVMs of all pairs of labels.

    counted: weighted n-grams, shape (rows, n-grams).  smoothing: added to each sum of naive Bayes.
    regularisation: its inverse, scikit-learn's C.
    """
    weights, bias = np.zeros((counted.shape[1], labels)), np.zeros(labels)
    for one, other in combinations(range(labels), 2):
        rows = (truths == one) | (truths == other)
        found, offset = _machine(
            counted[rows], truths[rows] == one, seed, smoothing, regularisation
        )
        weights[:, one] += found
        weights[:, other] -= found
        bias[one] += offset
        bias[other] -= offset
    return Linear(weights, bias)


def _machine(
    counted: Any, chosen: NDArray[np.bool_], seed: int, smoothing: float, regularisation: float
) -> tuple[Doubles, float]:
    """Return the weights and the bias that tell the chosen rows from the others."""
    from sklearn.svm import LinearSVC

    if chosen.all() or not chosen.any():  # nothing to tell apart
        return np.zeros(counted.shape[1]), float(chosen.any()) - float((~chosen).any())
    ratios = _log_ratios(counted, chosen, smoothing)
    machine = LinearSVC(C=regularisation, random_state=seed, dual=True, max_iter=ITERATIONS)
    machine.fit(counted.multiply(ratios).tocsr(), chosen)
    return ratios * machine.coef_[0], float(machine.intercept_[0])


def _log_ratios(counted: Any, chosen: NDArray[np.bool_], smoothing: float) -> Doubles:
    """Return the log of how much more often the chosen rows have each n-gram than the others."""
    inside, outside = (
        np.asarray(counted[of].sum(axis=0)).ravel() + smoothing for of in (chosen, ~chosen)
    )
    ratios: Doubles = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
    return ratios


def complement(counted: Any, truths: Truths, labels: int, *, smoothing: float) -> Linear:
    """Return complement naive Bayes: a label is unlikely where n-grams are those of the others."""
    sums = np.stack(
        [np.asarray(counted[truths != label].sum(axis=0)).ravel() for label in range(labels)]
    )
    shares = sums + smoothing
    logs = -np.log(shares / shares.sum(axis=1, keepdims=True)).T
    return Linear(logs - logs.mean(axis=1, keepdims=True), np.zeros(labels))
