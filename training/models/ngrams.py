"""Three linear models whose margins are added: of word n-grams, of single words, of characters.

Naive Bayes scales what the SVMs of word n-grams and of characters count (NB-SVM); single words, the
rare ones too, have complement naive Bayes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
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
WORDS, SINGLE, CHARACTERS = "words", "single_words", "characters"
# Of their margins, which are first made equally wide. Found by cross-validation on AG News.
WEIGHTS = {WORDS: 0.4, SINGLE: 0.2, CHARACTERS: 0.4}


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
    """What is counted, and the weights of it; vectorizer: fitted, of scikit-learn."""

    name: str
    vectorizer: Any
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
        words = ngrams.add_words(graph)
        bias = np.sum([part.linear.bias for part in self._parts], axis=0)
        margins = graph.constant("bias", bias.astype(np.float32))
        for part in self._parts:
            spelt = part.name == CHARACTERS
            added = ngrams.add_margins(
                graph,
                ngrams.add_characters(graph) if spelt else words,
                part.vectorizer,
                part.linear.weights,
                list if spelt else ngrams.words,
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
        texts, watched = (schema.feed(part.inputs, 1) for part in (rows.train, rows.validation))
        parts = []
        for name, (vectorizer, fit) in _models(parameters).items():
            counted = vectorizer.fit_transform(texts)
            linear = fit(counted, rows.train.labels, output.width)
            linear = linear.standard(vectorizer.transform(watched))
            parts.append(Part(name, vectorizer, linear.scaled(SHARPNESS * WEIGHTS[name])))
        fitted = FittedNgrams(schema, parts)
        log(figures_of(fitted, output, rows, log_loss))
        return fitted


def _models(parameters: NgramsParameters) -> dict[str, tuple[Any, Callable[..., Linear]]]:
    """Return what counts, and what is fitted to the counts, by the names of parts."""
    limits = {"least_texts": parameters.least_texts, "most": parameters.most}
    svms = partial(
        machines,
        seed=parameters.seed,
        smoothing=parameters.smoothing,
        regularisation=parameters.inverse_regularisation,
    )
    bayes = partial(complement, smoothing=parameters.smoothing)
    models: dict[str, tuple[Any, Callable[..., Linear]]] = {
        WORDS: (ngrams.of_words(parameters.longest, **limits), svms),
        SINGLE: (ngrams.of_words(1, least_texts=1, most=parameters.most), bayes),
        CHARACTERS: (ngrams.of_characters(parameters.characters, **limits), svms),
    }
    if parameters.characters < ngrams.SHORTEST:
        del models[CHARACTERS]
    return models
