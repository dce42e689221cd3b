"""NB-SVM: a linear SVM on the TF-IDF of words and word pairs, each scaled by naive Bayes.

Source: Wang and Manning, Baselines and Bigrams, ACL 2012.
"""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.model.model import Log, Model, Rows
from training.model.parameters import Parameters
from training.models._figures import figures_of, log_loss
from training.models._ngrams import add_tfidf
from training.models._onnx import VALUES, Graph

Doubles = NDArray[np.float64]
# What ONNX Runtime splits a text into: it takes a space for the end of a word, and nothing else.
WORD = "[^ ]+"
# The margins of SVMs lie about 1 apart, which as logits would be nearly even odds.
SHARPNESS = 4.0
ITERATIONS = 10_000  # far more than it takes


class NgramsParameters(Parameters):
    """Parameters of the SVMs and of what they count."""

    seed: Annotated[int, Field(ge=0, lt=2**31, description="any whole number")]
    longest: Annotated[int, Field(ge=1, le=5, description="words of an n-gram, at most")]
    least_texts: Annotated[int, Field(gt=0, description="texts that have an n-gram, at least")]
    most: Annotated[int, Field(gt=0, le=1_000_000, description="n-grams, the most frequent")]
    smoothing: Annotated[float, Field(gt=0, description="added to each sum of naive Bayes")]
    inverse_regularisation: Annotated[float, Field(gt=0, description="scikit-learn's C")]


class FittedNgrams:
    """The trained SVMs, one for each label against all others.

    weights: shape (n-grams, labels).  bias: shape (labels,).
    """

    device = "cpu"
    precision = "float64"

    def __init__(self, schema: InputKind, vectorizer: Any, weights: Doubles, bias: Doubles) -> None:
        import sklearn

        self.framework = ("scikit-learn", sklearn.__version__)
        self._schema, self._vectorizer = schema, vectorizer
        self._weights, self._bias = weights, bias

    def values(self, inputs: NDArray[Any]) -> Doubles:
        """Return the softmax of the margins, shape (rows, labels)."""
        counted = self._vectorizer.transform(self._schema.feed(inputs, 1))
        margins = SHARPNESS * (counted @ self._weights + self._bias)
        exponents = np.exp(margins - margins.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), np.float64)

    def write_onnx(self, path: Path) -> None:
        """Write the same calculation."""
        graph = Graph()
        counted, length, places = add_tfidf(graph, self._vectorizer)
        weights = graph.constant("weights", (SHARPNESS * self._weights[places]).astype(np.float32))
        sums = graph.add("MatMul", [counted, weights], "sums")
        scaled = graph.add("Div", [sums, length], "scaled")
        bias = graph.constant("bias", (SHARPNESS * self._bias).astype(np.float32))
        margins = graph.add("Add", [scaled, bias], "margins")
        graph.add("Softmax", [margins], VALUES, axis=1)
        graph.write(path, shape=(), width=len(self._bias), texts=True)


class Ngrams(Model[NgramsParameters]):
    """Words, and n-grams of them, that tell labels apart; accents and letters of any script count.

    It counts what stands between spaces: let the task's input clean its texts.
    """

    inputs = frozenset({"text"})
    outputs = frozenset({"classes"})
    Parameters = NgramsParameters
    trial = NgramsParameters(
        seed=1, longest=2, least_texts=1, most=1000, smoothing=1.0, inverse_regularisation=1.0
    )

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: NgramsParameters,
        log: Log,
    ) -> FittedNgrams:
        """Fit in one go; there are no epochs, so the figures are logged once."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(
            lowercase=False,
            token_pattern=WORD,
            ngram_range=(1, parameters.longest),
            min_df=parameters.least_texts,
            max_features=parameters.most,
        )
        counted = vectorizer.fit_transform(schema.feed(rows.train.inputs, 1))
        found = [
            _against_others(counted, rows.train.labels == label, parameters)
            for label in range(output.width)
        ]
        weights, bias = np.stack([each for each, _ in found], axis=1), [each for _, each in found]
        fitted = FittedNgrams(schema, vectorizer, weights, np.array(bias))
        log(figures_of(fitted, output, rows, log_loss))
        return fitted


def _against_others(
    counted: Any, chosen: NDArray[np.bool_], parameters: NgramsParameters
) -> tuple[Doubles, float]:
    """Return the weights and the bias that tell the chosen rows from all others."""
    from sklearn.svm import LinearSVC

    if chosen.all() or not chosen.any():  # nothing to tell apart
        return np.zeros(counted.shape[1]), 1.0 if chosen.all() else -1.0
    ratios = _log_ratios(counted, chosen, parameters.smoothing)
    machine = LinearSVC(
        C=parameters.inverse_regularisation,
        random_state=parameters.seed,
        dual=True,
        max_iter=ITERATIONS,
    )
    machine.fit(counted.multiply(ratios).tocsr(), chosen)
    return ratios * machine.coef_[0], float(machine.intercept_[0])


def _log_ratios(counted: Any, chosen: NDArray[np.bool_], smoothing: float) -> Doubles:
    """Return the log of how much more often the chosen rows have each n-gram than the others."""
    inside, outside = (
        np.asarray(counted[of].sum(axis=0)).ravel() + smoothing for of in (chosen, ~chosen)
    )
    ratios: Doubles = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
    return ratios
