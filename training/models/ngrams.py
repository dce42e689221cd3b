"""Linear models of words, word n-grams and characters, whose margins are added.

Of words there are an SVM and complement naive Bayes, of characters an SVM; naive Bayes scales what
SVMs count (NB-SVM). A sum of linear models of the same n-grams is a linear model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.model.model import Log, Model, Rows
from training.model.parameters import Parameters
from training.models import _ngrams as ngrams
from training.models._figures import figures_of, log_loss
from training.models._naive_bayes import Doubles, Linear, complement, machines
from training.models._onnx import VALUES, Graph

# Margins of deviation 1 would be nearly even odds as logits.
SHARPNESS = 4.0


class NgramsParameters(Parameters):
    """Parameters of the SVMs and of what they count."""

    seed: Annotated[int, Field(ge=0, lt=2**31, description="any whole number")]
    longest: Annotated[int, Field(ge=1, le=5, description="words of an n-gram, at most")]
    characters: Annotated[
        int,
        Field(ge=0, le=8, description="characters of an n-gram, at most; 0 to 2 count none"),
    ]
    least_texts: Annotated[int, Field(gt=0, description="texts that have an n-gram, at least")]
    most: Annotated[
        int, Field(gt=0, le=1_000_000, description="n-grams of words, and of characters")
    ]
    smoothing: Annotated[float, Field(gt=0, description="added to each sum of naive Bayes")]
    inverse_regularisation: Annotated[float, Field(gt=0, description="scikit-learn's C")]


@dataclass(frozen=True)
class Part:
    """What is counted, and the weights of it.

    vectorizer: fitted, of scikit-learn.  split: returns the items of an n-gram.
    """

    name: str
    vectorizer: Any
    split: ngrams.Split
    linear: Linear


class FittedNgrams:
    """The trained models, of words and perhaps of characters."""

    device = "cpu"
    precision = "float64"

    def __init__(self, schema: InputKind, parts: Sequence[Part]) -> None:
        import sklearn

        self.framework = ("scikit-learn", sklearn.__version__)
        self._schema, self._parts = schema, parts

    def values(self, inputs: NDArray[Any]) -> Doubles:
        """Return the softmax of the margins, shape (rows, labels)."""
        texts = self._schema.feed(inputs, 1)
        found = (part.linear.margins(part.vectorizer.transform(texts)) for part in self._parts)
        margins = np.sum(list(found), axis=0)
        exponents = np.exp(margins - margins.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), np.float64)

    def write_onnx(self, path: Path) -> None:
        """Write the same calculation."""
        graph = Graph()
        bias = np.sum([part.linear.bias for part in self._parts], axis=0)
        margins = graph.constant("bias", bias.astype(np.float32))
        for part in self._parts:
            items = {"words": ngrams.add_words, "characters": ngrams.add_characters}[part.name]
            added = ngrams.add_margins(
                graph,
                items(graph),
                part.vectorizer,
                part.linear.weights,
                part.split,
                f"of_{part.name}",
            )
            margins = graph.add("Add", [added, margins], f"with_{part.name}")
        graph.add("Softmax", [margins], VALUES, axis=1)
        graph.write(path, shape=(), width=len(bias), texts=True)


class Ngrams(Model[NgramsParameters]):
    """Words, n-grams of them and of letters tell labels apart; accents and any script count.

    It counts what stands between spaces: let the task's input clean its texts.
    """

    inputs = frozenset({"text"})
    outputs = frozenset({"classes"})
    Parameters = NgramsParameters
    trial = NgramsParameters(
        seed=1,
        longest=2,
        characters=4,
        least_texts=1,
        most=1000,
        smoothing=1.0,
        inverse_regularisation=1.0,
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
        limits = {"least_texts": parameters.least_texts, "most": parameters.most}
        kinds = [("words", ngrams.of_words(parameters.longest, **limits), ngrams.words)]
        if parameters.characters >= ngrams.SHORTEST:
            characters = ngrams.of_characters(parameters.characters, **limits)
            kinds.append(("characters", characters, list))
        texts = schema.feed(rows.train.inputs, 1)
        watched = schema.feed(rows.validation.inputs, 1)
        parts = []
        for name, vectorizer, split in kinds:
            counted = vectorizer.fit_transform(texts)
            other = vectorizer.transform(watched)
            linear = _fit(counted, other, rows, output.width, parameters, alone=name != "words")
            parts.append(Part(name, vectorizer, split, linear))
        fitted = FittedNgrams(schema, parts)
        log(figures_of(fitted, output, rows, log_loss))
        return fitted


def _fit(
    counted: Any, other: Any, rows: Rows, labels: int, parameters: NgramsParameters, *, alone: bool
) -> Linear:
    """Return the SVMs, and naive Bayes added to them unless they are alone.

    other: the n-grams of the validation rows, on which margins of both are made equally wide.
    """
    truths, smoothing = rows.train.labels, parameters.smoothing
    found = machines(
        counted,
        truths,
        labels,
        seed=parameters.seed,
        smoothing=smoothing,
        regularisation=parameters.inverse_regularisation,
    ).standard(other)
    if not alone:
        bayes = complement(counted, truths, labels, smoothing=smoothing)
        found = found.plus(bayes.standard(other))
    return found.scaled(SHARPNESS / 2)
