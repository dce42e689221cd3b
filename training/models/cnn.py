"""A small convolutional network, built with Keras on TensorFlow."""

import math
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.model.model import Log, Model, Rows
from training.model.parameters import Parameters
from training.models._keras import start, write_network

FLOAT32 = "float32"


class CnnParameters(Parameters):
    """Parameters of the convolutional network."""

    seed: Annotated[int, Field(ge=0, lt=2**31, description="any whole number")]
    precision: Annotated[
        Literal["auto", "float32", "mixed_float16"],
        Field(description="arithmetic in training: auto, float32 or mixed_float16"),
    ]
    scale: Annotated[float, Field(gt=0, description="highest value of a pixel; the lowest is 0")]
    epochs: Annotated[int, Field(gt=0, le=1000, description="passes over the training rows")]
    batch_size: Annotated[int, Field(gt=0, description="rows")]
    learning_rate: Annotated[float, Field(gt=0, le=1, description="initial; decays to 0")]
    filters: Annotated[int, Field(gt=0, le=1024, description="of the first convolution")]
    halvings: Annotated[
        int, Field(gt=0, le=6, description="of width and height, each after two convolutions")
    ]
    dropout: Annotated[float, Field(ge=0, lt=1, description="share of activations")]
    translation: Annotated[
        float,
        Field(ge=0, lt=1, description="maximum shift, as a share of width and height"),
    ]


class FittedCnn:
    """The trained network, in float32 whatever the precision of training."""

    def __init__(self, network: Any, version: str, *, device: str, precision: str) -> None:
        self.framework = ("tensorflow", version)
        self.device = device
        self.precision = precision
        self._network = network

    def values(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return Keras' own probabilities, shape (rows, labels)."""
        return np.asarray(self._network.predict(inputs, verbose=0), np.float64)

    def write_onnx(self, path: Path) -> None:
        """Write it with Keras' own ONNX export."""
        write_network(self._network, path)


class Cnn(Model[CnnParameters]):
    """Normalised convolutions, twice as many filters after each halving, a hidden layer, softmax.

    Two convolutions come before each halving and one after the last.
    """

    inputs = frozenset({"image"})
    outputs = frozenset({"classes"})
    Parameters = CnnParameters
    trial = CnnParameters(
        seed=1,
        precision="auto",
        scale=16,
        epochs=3,
        batch_size=16,
        learning_rate=0.01,
        filters=4,
        halvings=1,
        dropout=0,
        translation=0,
    )

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: CnnParameters,
        log: Log,
    ) -> FittedCnn:
        """Fit with Adam on the cross-entropy, with a cosine decay of the learning rate.

        In mixed precision the loss is scaled, and the weights are copied to a float32 network at
        the end, because the service does not compute in float16.
        Source: Micikevicius et al., Mixed Precision Training, ICLR 2018.
        """
        keras, tensorflow, device = start(parameters.seed)
        precision = choose_precision(parameters.precision, device)
        network = _network(keras, schema.shape, output.width, parameters, precision)
        steps = parameters.epochs * math.ceil(len(rows.train.labels) / parameters.batch_size)
        rate = keras.optimizers.schedules.CosineDecay(parameters.learning_rate, steps)
        trained = _moving(keras, network, parameters)
        optimizer = keras.optimizers.Adam(rate)
        if precision != FLOAT32:
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        trained.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        trained.fit(
            rows.train.inputs,
            rows.train.labels,
            validation_data=(rows.validation.inputs, rows.validation.labels),
            epochs=parameters.epochs,
            batch_size=parameters.batch_size,
            verbose=0,
            callbacks=[_each_epoch(keras, log, parameters.epochs)],
        )
        if precision != FLOAT32:
            twin = _network(keras, schema.shape, output.width, parameters, FLOAT32)
            network = _copy(network, twin)
        return FittedCnn(network, tensorflow.__version__, device=device, precision=precision)


def _each_epoch(keras: Any, log: Log, epochs: int) -> Any:
    """Return a callback of Keras that logs the figures of every epoch."""
    return keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: log(logs, epochs=epochs))


def choose_precision(asked: str, device: str) -> str:
    """Return Keras' name of the precision.

    >>> choose_precision("auto", "gpu"), choose_precision("auto", "cpu")
    ('mixed_float16', 'float32')
    >>> choose_precision("mixed_float16", "cpu")
    'mixed_float16'
    """
    if asked != "auto":
        return asked
    return "mixed_float16" if device == "gpu" else FLOAT32


def _copy(network: Any, twin: Any) -> Any:
    """Return the twin with the network's weights, which are float32 in mixed precision too."""
    twin.set_weights(network.get_weights())
    return twin


def _network(
    keras: Any, shape: tuple[int, ...], classes: int, parameters: CnnParameters, precision: str
) -> Any:
    """Return the network; its last layer is float32, since probabilities need the precision."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape),
            # Centred at 0, so that zero padding means grey, not paper.
            layers.Rescaling(2 / parameters.scale, offset=-1, dtype=precision),
            layers.Reshape(_grid(shape), dtype=precision),
            *_convolutions(layers, parameters, precision),
            layers.Flatten(dtype=precision),
            layers.Dropout(parameters.dropout, dtype=precision),
            layers.Dense(64, activation="relu", dtype=precision),
            layers.Dense(classes, activation="softmax", dtype=FLOAT32),
        ]
    )


def _convolutions(layers: Any, parameters: CnnParameters, precision: str) -> list[Any]:
    """Return the normalised convolutions, and what halves width and height between them."""

    def convolution(halvings: int) -> list[Any]:
        width = parameters.filters * 2**halvings
        return [
            layers.Conv2D(width, 3, padding="same", use_bias=False, dtype=precision),
            layers.BatchNormalization(dtype=precision),
            layers.Activation("relu", dtype=precision),
        ]

    found: list[Any] = []
    for halvings in range(parameters.halvings):
        found += [*convolution(halvings), *convolution(halvings)]
        found.append(layers.MaxPooling2D(dtype=precision))
    return [*found, *convolution(parameters.halvings)]


def _moving(keras: Any, network: Any, parameters: CnnParameters) -> Any:
    """Return the network with a layer in front that shifts training images; it is not exported."""
    layers, shape, most = keras.layers, network.input_shape[1:], parameters.translation
    move = layers.RandomTranslation(most, most, fill_mode="nearest", interpolation="nearest")
    images = [keras.Input(shape), layers.Reshape(_grid(shape)), move, layers.Reshape(shape)]
    return keras.Sequential([*images, network])


def _grid(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return height, width and channels of an image.

    >>> _grid((8, 8)), _grid((8, 8, 3))
    ((8, 8, 1), (8, 8, 3))
    """
    return shape if len(shape) == 3 else (*shape, 1)
