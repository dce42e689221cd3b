"""A Keras network for tables: numbers are scaled, categories embedded, gaps known."""

import math
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind, Truths
from training.model.model import Log, Model, Rows
from training.model.parameters import Parameters
from training.models._columns import Columns
from training.models._figures import figures_of, log_loss
from training.models._keras import start, write_network
from training.models._quantiles import cost, head_loss, levels

FARTHEST = 10.0  # standard deviations that a number may be off its mean; a farther one is moved
AT_ONCE = 8192  # rows of a prediction


class NetworkParameters(Parameters):
    """Parameters of the network."""

    seed: Annotated[int, Field(ge=0, lt=2**31, description="any whole number")]
    epochs: Annotated[int, Field(gt=0, le=1000, description="passes over the training rows")]
    batch_size: Annotated[int, Field(gt=0, description="rows")]
    learning_rate: Annotated[float, Field(gt=0, le=1, description="initial; decays to 0")]
    units: Annotated[int, Field(gt=0, le=4096, description="of each hidden layer")]
    layers: Annotated[int, Field(gt=0, le=10, description="hidden ones")]
    embedding: Annotated[int, Field(gt=0, le=256, description="numbers that stand for a category")]
    dropout: Annotated[float, Field(ge=0, lt=1, description="share of activations")]


class FittedNetwork:
    """The trained network."""

    precision = "float32"

    def __init__(self, network: Any, version: str, device: str) -> None:
        self.framework = ("tensorflow", version)
        self.device = device
        self._network = network

    def values(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return Keras' own probabilities, or answers with both ends, not yet in order."""
        # Called, not predicted: Keras sets up each prediction for longer than few rows take.
        parts = (inputs[at : at + AT_ONCE] for at in range(0, max(1, len(inputs)), AT_ONCE))
        return np.concatenate([np.asarray(self._network(part), np.float64) for part in parts])

    def write_onnx(self, path: Path) -> None:
        """Write it with Keras' own ONNX export."""
        write_network(self._network, path)


class Network(Model[NetworkParameters]):
    """Hidden layers of rectified units over the numbers of a row and embeddings of its words."""

    inputs = frozenset({"table"})
    outputs = frozenset({"classes", "number"})
    Parameters = NetworkParameters
    trial = NetworkParameters(
        seed=1,
        epochs=10,
        batch_size=8,
        learning_rate=0.01,
        units=32,
        layers=2,
        embedding=4,
        dropout=0.0,
    )

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: NetworkParameters,
        log: Log,
    ) -> FittedNetwork:
        """Fit with Adam, with a cosine decay of the learning rate.

        The loss is the cross-entropy, or for numbers that of the answer and both ends, in standard
        deviations of the truths.
        """
        keras, tensorflow, device = start(parameters.seed)
        labels = rows.train.labels
        given = keras.Input(schema.shape)
        features = _features(keras, given, schema, rows.train.inputs, parameters.embedding)
        made, lost = _head(keras, _hidden(keras, features, parameters), output, labels)
        network = keras.Model(given, made)
        fitted = FittedNetwork(network, tensorflow.__version__, device)
        measured = log_loss if output.labels else head_loss(output)

        def each_epoch(epoch: int, logs: Any) -> None:
            log(figures_of(fitted, output, rows, measured), epochs=parameters.epochs)

        steps = parameters.epochs * math.ceil(len(labels) / parameters.batch_size)
        rate = keras.optimizers.schedules.CosineDecay(parameters.learning_rate, steps)
        network.compile(keras.optimizers.Adam(rate), lost)
        network.fit(
            rows.train.inputs,
            labels,
            epochs=parameters.epochs,
            batch_size=parameters.batch_size,
            verbose=0,
            callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=each_epoch)],
        )
        return fitted


def _features(
    keras: Any, given: Any, schema: InputKind, rows: NDArray[np.float32], embedding: int
) -> Any:
    """Return what the first layer gets: scaled numbers, which of them are gaps, and embeddings.

    An unknown string and a missing one have embeddings of their own, 0 unless training rows have
    such.
    """
    ops, columns, parts = keras.ops, Columns.of(schema), []
    if len(columns.amounts):
        mean, deviation = _scales(rows[:, columns.amounts])
        amounts = ops.take(given, columns.amounts, axis=1)
        gaps = ops.isnan(amounts)
        scaled = ops.clip((amounts - mean) / deviation, -FARTHEST, FARTHEST)
        parts = [ops.where(gaps, 0.0, scaled), ops.cast(gaps, "float32")]
    if len(columns.words):
        codes = ops.take(given, columns.words, axis=1)
        codes = ops.where(ops.isnan(codes), columns.gaps.astype(np.float32), codes)
        places = ops.cast(codes, "int32") + columns.starts.astype(np.int32)
        table = keras.layers.Embedding(columns.codes, embedding, "zeros")
        parts.append(keras.layers.Flatten()(table(places)))
    return keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]


def _scales(columns: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and standard deviation of each column; 0 and 1 where nothing varies.

    >>> means, deviations = _scales(np.array([[1, 7, np.nan], [3, 7, np.nan]], np.float32))
    >>> means.tolist(), deviations.tolist()
    ([2.0, 7.0, 0.0], [1.0, 1.0, 1.0])
    """
    counts = np.maximum((~np.isnan(columns)).sum(axis=0), 1)
    means = np.nansum(columns, axis=0, dtype=np.float64) / counts
    squares = np.nansum((columns - means) ** 2, axis=0, dtype=np.float64) / counts
    deviations = np.where(squares > 0, np.sqrt(squares), 1)
    return means.astype(np.float32), deviations.astype(np.float32)


def _hidden(keras: Any, features: Any, parameters: NetworkParameters) -> Any:
    for _ in range(parameters.layers):
        features = keras.layers.Dense(parameters.units, activation="relu")(features)
        features = keras.layers.Dropout(parameters.dropout)(features)
    return features


def _head(keras: Any, hidden: Any, output: OutputKind, truths: Truths) -> tuple[Any, Any]:
    """Return the values, and the loss that they are fitted to."""
    if output.labels:
        probabilities = keras.layers.Dense(output.width, activation="softmax")(hidden)
        return probabilities, "sparse_categorical_crossentropy"
    ops, (mean, deviation) = keras.ops, _scales(truths[:, None])
    values = keras.layers.Rescaling(float(deviation[0]), float(mean[0]))(
        keras.layers.Dense(output.width)(hidden)
    )

    def lost(truths: Any, values: Any) -> Any:
        missed = (ops.reshape(truths, (-1, 1)) - values) / deviation
        each = enumerate(levels(output))
        parts = [cost(missed[:, at], level, ops.maximum) for at, level in each]
        return ops.mean(sum(parts))

    return values, lost
