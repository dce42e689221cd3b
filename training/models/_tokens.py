"""What networks of pieces of texts share: parameters, batches, the fit, values and ONNX."""

import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind, Truths
from perennial.kinds.wordpiece import FILE, WordPiece
from training.model.model import Log, Rows
from training.model.parameters import Parameters
from training.models._figures import validated
from training.models._keras import fit_batches, rising_rate, start, write_network
from training.models._onnx import ROWS, VALUES, Graph
from training.models._pieces import Pieces

AT_ONCE = 64  # rows of a prediction
TOGETHER = 50  # batches whose rows are sorted by length, so that little is padded
STEP = 8  # lengths of batches are multiples of it: each length costs TensorFlow time once
WARM_UP = 0.1  # share of the steps in which the learning rate grows
WEIGHT_DECAY = 0.01
PROCESSOR = Path("/proc/cpuinfo")
FLOAT32, BFLOAT16 = "float32", "mixed_bfloat16"
Ints = NDArray[np.int64]
# Returns the network of a precision and its vocabulary's size: from pieces to logits.
Build = Callable[[Any, int, str], Any]


class TokenParameters(Parameters):
    """Parameters that every network of pieces has."""

    seed: Annotated[int, Field(ge=0, lt=2**31, description="any whole number")]
    precision: Annotated[
        Literal["auto", "float32", "mixed_bfloat16"],
        Field(description="arithmetic in training: auto, float32 or mixed_bfloat16"),
    ]
    longest: Annotated[int, Field(gt=2, le=512, description="pieces of a text that are read")]
    epochs: Annotated[int, Field(gt=0, le=1000, description="passes over the training rows")]
    batch_size: Annotated[int, Field(gt=0, description="rows")]
    learning_rate: Annotated[float, Field(gt=0, le=1, description="highest; decays to 0")]
    dropout: Annotated[float, Field(ge=0, lt=1, description="share of activations")]
    ngrams: Annotated[
        float, Field(ge=0, description="weight of a linear model of n-grams of pieces; 0 is none")
    ]


@dataclass(frozen=True)
class Fit:
    """What a network is fitted with."""

    schema: InputKind
    output: OutputKind
    tokenizer: WordPiece
    parameters: TokenParameters
    log: Log

    def numbers(self, inputs: NDArray[Any]) -> Ints:
        """Return the numbers of the pieces of rows."""
        return self.tokenizer.numbers(self.schema.feed(inputs, 1).tolist())


class FittedTokens:
    """A trained network, in float32 whatever the precision of training, and perhaps n-grams."""

    def __init__(
        self, fit: Fit, network: Any, pieces: Pieces | None, *, framework: str, device: str
    ) -> None:
        self.framework = ("tensorflow", framework)
        self.device, self.precision = device, FLOAT32
        self._fit, self._network, self._pieces = fit, network, pieces

    def values(self, inputs: NDArray[Any]) -> NDArray[np.float64]:
        """Return the softmax of the logits, shape (rows, labels)."""
        numbers = self.numbers(inputs)
        logits = _logits(self._network, numbers[:, : self._fit.parameters.longest])
        if self._pieces is not None:
            logits = logits + self._pieces.margins(numbers)
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), np.float64)

    def write_onnx(self, path: Path) -> None:
        """Write the network with Keras' own export, what is added to it, and the tokenizer."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "network.onnx")
            write_network(self._network, file, opset=Graph.OPSET_OF_PIECES)
            graph = Graph.around(file, "logits")
        logits = "logits"
        if self._pieces is not None:
            logits = graph.add("Add", [logits, self._pieces.add(graph, ROWS)], "with_ngrams")
        graph.add("Softmax", [logits], VALUES, axis=1)
        graph.write_of_pieces(path, width=self._fit.output.width)
        self.write_tokenizer(path)

    def numbers(self, inputs: NDArray[Any]) -> Ints:
        """Return the numbers of the pieces of rows, shape (rows, any)."""
        return self._fit.numbers(inputs)

    def write_tokenizer(self, path: Path) -> None:
        """Write the vocabulary beside a model."""
        self._fit.tokenizer.write(path.with_name(FILE))


def fit_tokens(
    rows: Rows, fit: Fit, build: Build, prepare: Callable[[Any], None] = lambda network: None
) -> FittedTokens:
    """Return the fitted network.

    Fit with AdamW on the cross-entropy; validation rows are answered in float32, as in the service.
    prepare: sets the weights that are known before.
    """
    parameters = fit.parameters
    keras, tensorflow, device = start(parameters.seed, quick=True)
    precision = choose_precision(parameters.precision, device)
    pieces = len(fit.tokenizer.vocabulary)
    network, twin = build(keras, pieces, precision), build(keras, pieces, FLOAT32)
    prepare(network)
    numbers, labels = fit.numbers(rows.train.inputs), rows.train.labels
    added = None
    if parameters.ngrams:
        added = Pieces.fit(
            numbers, labels, fit.output.width, parameters.seed, scale=parameters.ngrams
        )
    fitted = FittedTokens(fit, twin, added, framework=tensorflow.__version__, device=device)
    fitted.precision = precision
    _compile(keras, network, parameters, len(labels))
    random = np.random.default_rng(parameters.seed)
    read = numbers[:, : parameters.longest]
    for _ in range(parameters.epochs):
        figures = _epoch(network, read, labels, parameters.batch_size, random)
        twin.set_weights(network.get_weights())
        figures |= validated(fitted, fit.output, rows)
        fit.log(figures, epochs=parameters.epochs)
    return fitted


def _compile(keras: Any, network: Any, parameters: TokenParameters, rows: int) -> None:
    steps = parameters.epochs * math.ceil(rows / parameters.batch_size)
    rate = rising_rate(keras, parameters.learning_rate, steps, WARM_UP)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY)
    network.compile(optimizer, loss, metrics=["accuracy"], jit_compile=False)


def _epoch(
    network: Any, numbers: Ints, labels: Truths, size: int, random: np.random.Generator
) -> dict[str, float]:
    """Fit to all rows once; return the figures of the rows as they came."""
    chosen = batches(lengths(numbers), size, random)
    return fit_batches(network, ((_trimmed(numbers[some]), labels[some]) for some in chosen))


def lengths(numbers: Ints) -> Ints:
    """Return how many pieces each row has."""
    return np.asarray(np.count_nonzero(numbers > 0, axis=1))


def _trimmed(numbers: Ints) -> Ints:
    """Return rows without columns that none needs, but for a multiple of STEP."""
    return numbers[:, : -(-int(lengths(numbers).max()) // STEP) * STEP]


def batches(sizes: Ints, batch_size: int, random: np.random.Generator) -> Iterator[Ints]:
    """Yield the places of each batch, in an order that is new each time; rows of like length."""
    order, made = random.permutation(len(sizes)), []
    for at in range(0, len(order), batch_size * TOGETHER):
        some = order[at : at + batch_size * TOGETHER]
        some = some[np.argsort(sizes[some], kind="stable")]
        made += [some[row : row + batch_size] for row in range(0, len(some), batch_size)]
    for place in random.permutation(len(made)):
        yield made[place]


def _logits(network: Any, numbers: Ints) -> NDArray[np.float64]:
    order = np.argsort(lengths(numbers), kind="stable")
    made = np.zeros((len(numbers), network.output_shape[-1]))
    for at in range(0, len(order), AT_ONCE):
        some = order[at : at + AT_ONCE]
        made[some] = np.asarray(network.predict_on_batch(_trimmed(numbers[some])))
    return made


def choose_precision(asked: str, device: str, about: Path = PROCESSOR) -> str:
    """Return Keras' name of the precision; `auto` asks what the device can.

    about: the file with what Linux says of the processor.

    >>> choose_precision("auto", "gpu"), choose_precision("auto", "cpu", Path("no such file"))
    ('mixed_bfloat16', 'float32')
    """
    if asked != "auto":
        return asked
    known = about.read_text() if about.is_file() else ""
    quick = device == "gpu" or "avx512_bf16" in known or "amx_bf16" in known
    return BFLOAT16 if quick else FLOAT32


def masked_mean(keras: Any, made: Any, known: Any) -> Any:
    """Return the mean of what is made of pieces that are known, shape (rows, width)."""
    ops = keras.ops
    shares = ops.cast(known, FLOAT32)[:, :, None]
    return ops.sum(ops.cast(made, FLOAT32) * shares, axis=1) / ops.sum(shares, axis=1)
