"""A small residual network behind a fixed whitening: the most that minutes of two cores give.

Source: Page, How to train your ResNet, 2018; Jordan, 94 % on CIFAR-10 in 3.29 seconds, 2024.
"""

import math
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.model.model import Log, Model, Rows
from training.model.parameters import Parameters
from training.models import _images as pictures
from training.models._figures import validated
from training.models._keras import fit_batches, rising_rate, start
from training.models._tokens import FLOAT32, choose_precision
from training.models.cnn import FittedCnn

RISING = 0.2  # share of the steps in which the learning rate rises
MOMENTUM, DECAY, SMOOTHING = 0.9, 5e-4, 0.1  # of SGD, of weights, of labels
SMALL = 0.75  # of width and height, in the first epochs
MOST = 2_000  # validation rows that are answered after an epoch
WIDE = 16  # pixels; of smaller images nothing is cut off at the edges
AT_ONCE = 1000  # images that are made smaller together
LOGIT = 0.125  # of the last layer's results, so that the first steps are not too large


class ResidualParameters(Parameters):
    """Parameters of the residual network."""

    seed: Annotated[int, Field(ge=0, lt=2**31, description="any whole number")]
    precision: Annotated[
        Literal["auto", "float32", "mixed_bfloat16"],
        Field(description="arithmetic in training: auto, float32 or mixed_bfloat16"),
    ]
    epochs: Annotated[int, Field(gt=0, le=1000, description="passes over the training rows")]
    small: Annotated[
        int, Field(ge=0, le=1000, description="first epochs, with images of three quarters' size")
    ]
    batch_size: Annotated[int, Field(gt=0, description="rows")]
    learning_rate: Annotated[float, Field(gt=0, le=10, description="highest, of SGD")]
    filters: Annotated[int, Field(gt=0, le=1024, description="of the first group of three")]
    shift: Annotated[int, Field(ge=0, le=16, description="pixels, of training images, at most")]


class Residual(Model[ResidualParameters]):
    """Whitened patches, three groups of convolutions, and the mean of an image and its mirror."""

    inputs = frozenset({"image"})
    outputs = frozenset({"classes"})
    Parameters = ResidualParameters
    trial = ResidualParameters(
        seed=1,
        precision="float32",
        epochs=8,
        small=2,
        batch_size=20,
        learning_rate=0.1,
        filters=8,
        shift=0,
    )

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: ResidualParameters,
        log: Log,
    ) -> FittedCnn:
        """Fit with SGD on the smoothed cross-entropy; the learning rate rises, then decays.

        Epochs of small images cost half as much, and teach nearly as well at first.
        """
        keras, tensorflow, device = start(parameters.seed, quick=True)
        precision = choose_precision(parameters.precision, device)
        images, truths = _grids(rows.train.inputs, schema.shape), rows.train.labels
        core = _core(keras, images, output.width, parameters.filters, precision)
        twin = _core(keras, images, output.width, parameters.filters, FLOAT32)
        served = _mirrored(keras, twin, schema.shape)
        fitted = FittedCnn(served, tensorflow.__version__, device=device, precision=precision)
        _compile(keras, core, parameters, len(truths))
        targets = np.eye(output.width, dtype=np.float32)[truths]
        random = np.random.default_rng(parameters.seed)
        small = _small(keras, images) if parameters.small else images
        for epoch in range(parameters.epochs):
            shown, share = (small, SMALL) if epoch < parameters.small else (images, 1)
            shift = int(share * parameters.shift)
            chosen = pictures.batches(shown, parameters.batch_size, shift, random)
            figures = fit_batches(core, ((pixels, targets[some]) for some, pixels in chosen))
            twin.set_weights(core.get_weights())
            figures |= validated(fitted, output, rows, most=MOST)
            log(figures, epochs=parameters.epochs)
        return fitted


def _grids(inputs: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return images with a last dimension of colours, one if they are grey."""
    return inputs.reshape(len(inputs), *_grid(shape))


def _grid(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape if len(shape) == 3 else (*shape, 1)


def _small(keras: Any, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return smaller images."""
    size = [round(SMALL * pixels) for pixels in images.shape[1:3]]
    parts = (images[at : at + AT_ONCE] for at in range(0, len(images), AT_ONCE))
    made = [keras.ops.image.resize(part, size, antialias=True) for part in parts]
    return np.concatenate([np.asarray(part) for part in made])


def _compile(keras: Any, core: Any, parameters: ResidualParameters, rows: int) -> None:
    steps = parameters.epochs * math.ceil(rows / parameters.batch_size)
    rate = rising_rate(keras, parameters.learning_rate, steps, RISING)
    core.compile(
        keras.optimizers.SGD(rate, momentum=MOMENTUM, nesterov=True, weight_decay=DECAY),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=SMOOTHING),
        metrics=["accuracy"],
        jit_compile=False,
    )


def _core(
    keras: Any, images: NDArray[np.float32], labels: int, filters: int, precision: str
) -> Any:
    """Return the network from images to logits."""
    layers = keras.layers
    means, deviations = pictures.scales(images)
    given = keras.Input((None, None, images.shape[3]))
    padding = "valid" if min(images.shape[1:3]) >= WIDE else "same"
    scaled = (given - np.array(means, np.float32)) / np.array(deviations, np.float32)
    centred = (images[: pictures.MOST] - means) / deviations
    kernel = pictures.whitening(np.asarray(centred, np.float32))
    white = layers.Conv2D(
        kernel.shape[3], pictures.PATCH, padding=padding, use_bias=False, dtype=precision
    )
    made = layers.Activation("relu", dtype=precision)(white(scaled))
    white.set_weights([kernel])
    white.trainable = False
    for group in range(3):
        made = _convolved(layers, made, filters * 2**group, precision, pooled=padding)
        more = _convolved(layers, made, filters * 2**group, precision)
        made = layers.Add(dtype=precision)([made, more])
    most = layers.GlobalMaxPooling2D(dtype=precision)(made)
    logits = layers.Dense(labels, use_bias=False, dtype=FLOAT32)(most)
    return keras.Model(given, layers.Rescaling(LOGIT, dtype=FLOAT32)(logits))


def _convolved(layers: Any, made: Any, filters: int, precision: str, *, pooled: str = "") -> Any:
    made = layers.Conv2D(filters, 3, padding="same", use_bias=False, dtype=precision)(made)
    if pooled:
        made = layers.MaxPooling2D(padding=pooled, dtype=precision)(made)
    made = layers.BatchNormalization(momentum=0.9, dtype=precision)(made)
    return layers.Activation("relu", dtype=precision)(made)


def _mirrored(keras: Any, core: Any, shape: tuple[int, ...]) -> Any:
    """Return the network that answers with the mean of an image and its mirror."""
    given = keras.Input(shape)
    images = keras.layers.Reshape(_grid(shape))(given)
    logits = (core(images) + core(keras.ops.flip(images, axis=2))) / 2
    return keras.Model(given, keras.layers.Softmax()(logits))
