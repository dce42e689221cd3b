"""A linear model of n-grams of pieces, whose margins are added to a network's logits."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.output_kind import Truths
from training.models import _ngrams as ngrams
from training.models._naive_bayes import Doubles, Linear, complement, machines
from training.models._onnx import Graph

LONGEST, LEAST_TEXTS, MOST = 3, 2, 100_000  # pieces of an n-gram; texts that have it; n-grams
SMOOTHING, REGULARISATION = 0.1, 0.3
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """NB-SVM and complement naive Bayes of n-grams of pieces."""

    vectorizer: Any
    linear: Linear

    @classmethod
    def fit(cls, numbers: Ints, truths: Truths, labels: int, seed: int, *, scale: float) -> Self:
        """Return the model, whose margins have the deviation `scale` on these rows."""
        vectorizer = ngrams.of_words(LONGEST, least_texts=min(LEAST_TEXTS, len(truths)), most=MOST)
        counted = vectorizer.fit_transform(_texts(numbers))
        svms = machines(
            counted,
            truths,
            labels,
            seed=seed,
            smoothing=SMOOTHING,
            regularisation=REGULARISATION,
        ).standard(counted)
        bayes = complement(counted, truths, labels, smoothing=SMOOTHING).standard(counted)
        return cls(vectorizer, svms.plus(bayes).scaled(scale / 2))

    def margins(self, numbers: Ints) -> Doubles:
        """Return the margins of rows, shape (rows, labels)."""
        return self.linear.margins(self.vectorizer.transform(_texts(numbers)))

    def add(self, graph: Graph, rows: str) -> str:
        """Add the same calculation to a graph; return its result's name."""
        made = ngrams.add_margins(
            graph, rows, self.vectorizer, self.linear.weights, ngrams.numbers, "of_pieces"
        )
        bias = graph.constant("of_pieces_bias", self.linear.bias.astype(np.float32))
        return graph.add("Add", [made, bias], "of_pieces")


def _texts(numbers: Ints) -> list[str]:
    """Return the numbers of each row as words.

    >>> _texts(np.array([[2, 7, 3], [2, 3, 0]]))
    ['2 7 3', '2 3']
    """
    return [" ".join(map(str, row[row > 0].tolist())) for row in numbers]
