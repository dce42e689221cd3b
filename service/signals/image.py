"""Signals of images: light, contrast, edges, coarse shape, colour, principal components."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.signals.arrays import Arrays, Expected
from service.signals.components import principal_axes, some
from service.signals.inputs import BLOCKS, ImageInput, Rows

Floats = NDArray[np.float64]
# Height, width and channels.
Shape = tuple[int, int, int]

COMPONENTS = 4
# What the eye makes of red, green and blue. Source: ITU-R BT.601.
LUMINANCE = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Images:
    """A batch. grey: shape (rows, height * width).  width: of an image in pixels.

    brightness: the mean of grey, shape (rows,).
    """

    grey: Floats
    width: int
    brightness: Floats


Columns = Mapping[str, Floats]
# Of a signal that is a weighted sum of pixels: the weights, shape (height, width, channels).
Weights = Mapping[str, Floats]


def _brightness(shape: Shape) -> Weights:
    height, width, channels = shape
    return {"brightness": np.ones((height, width, 1)) / (height * width) * _light(channels)}


def _blocks(shape: Shape) -> Weights:
    height, width, channels = shape
    tall, wide = height // BLOCKS, width // BLOCKS
    weights = np.zeros((BLOCKS, BLOCKS, height, width, channels))
    for r in range(BLOCKS):
        for c in range(BLOCKS):
            block = weights[r, c, r * tall : (r + 1) * tall, c * wide : (c + 1) * wide]
            block[:] = _light(channels) / (tall * wide)
    return {f"block_{r}_{c}": weights[r, c] for r in range(BLOCKS) for c in range(BLOCKS)}


def _channels(shape: Shape) -> Weights:
    height, width, channels = shape
    if channels == 1:
        return {}
    weights = np.zeros((channels, height, width, channels))
    for number in range(channels):
        weights[number, ..., number] = 1 / (height * width)
    return {f"channel_{number}": weights[number] for number in range(channels)}


def _contrast(images: Images) -> Columns:
    centred = images.grey - images.brightness[:, None]
    np.square(centred, out=centred)
    return {"contrast": np.sqrt(_weighted(centred, np.ones(centred.shape[1])))}


def _edges(images: Images) -> Columns:
    # From a line's last pixel to the next one's first is no step of the image. Leaving those out
    # afterwards costs a third of taking each line's steps alone.
    steps = np.arange(1, images.grey.shape[1]) % images.width != 0
    down = np.ones(images.grey.shape[1] - images.width)
    return {
        "edges_horizontal": _weighted(_steps(images.grey, apart=1), steps),
        "edges_vertical": _weighted(_steps(images.grey, apart=images.width), down),
    }


# Adding a signal is a function and a line here. All sums of pixels are one product, which costs a
# tenth of as many means.
SUMS: tuple[Callable[[Shape], Weights], ...] = (_brightness, _blocks, _channels)
FUNCTIONS: tuple[Callable[[Images], Columns], ...] = (_contrast, _edges)


def _light(channels: int) -> Floats:
    """Return how much each channel gives to the grey level, shape (channels,)."""
    return LUMINANCE if channels == len(LUMINANCE) else np.full(channels, 1 / channels)


def _steps(grey: Floats, *, apart: int) -> Floats:
    """Return what each pixel differs from the one so far on, shape (rows, pixels - apart)."""
    steps = np.empty(grey.shape)
    # As one line through all images, which is three times as quick; the last steps of each lead
    # into the next image and are cut off.
    flat, out = grey.reshape(-1), steps.reshape(-1)[:-apart]
    np.abs(np.subtract(flat[apart:], flat[:-apart], out=out), out=out)
    return steps[:, :-apart]


def _weighted(values: Floats, weights: NDArray[Any]) -> Floats:
    """Return the mean of each row of values, shape (rows,)."""
    means: Floats = values @ (weights / weights.sum())
    return means


def _flat(rows: Floats) -> Floats:
    """Return one row of numbers per image."""
    return rows.reshape(len(rows), int(np.prod(rows.shape[1:])))


class ImageSignals:
    """All of the above, and the components that it was fitted with."""

    def __init__(self, schema: ImageInput, arrays: Arrays) -> None:
        self.categories: dict[str, tuple[str, ...]] = {}
        self._shape = _shape(schema)
        sums = {name: weights for of in SUMS for name, weights in of(self._shape).items()}
        components = [f"component_{i + 1}" for i in range(COMPONENTS)]
        self._names = (*sums, *components)
        columns = [weights.ravel() for weights in sums.values()]
        self._weights = np.column_stack([*columns, arrays["axes"]]).T
        self._offset = np.append(np.zeros(len(sums)), arrays["mean"] @ arrays["axes"])[:, None]

    @staticmethod
    def expected(schema: ImageInput) -> dict[str, Expected]:
        """Return what its arrays must look like."""
        pixels = int(np.prod(schema.shape))
        return {
            "mean": Expected("float64", (pixels,)),
            "axes": Expected("float64", (pixels, COMPONENTS)),
        }

    @staticmethod
    def fit(schema: ImageInput, rows: Rows) -> Arrays:
        """Return the mean image and the components of rows."""
        flat = _flat(some(rows).astype(np.float64))
        return {"mean": flat.mean(axis=0), "axes": principal_axes(flat, count=COMPONENTS)}

    def extract(self, rows: Rows) -> dict[str, Floats]:
        """Return every signal of a batch."""
        pixels = _flat(rows.astype(np.float64, copy=False))
        sums = self._weights @ pixels.T - self._offset
        columns = dict(zip(self._names, sums, strict=True))
        images = Images(self._grey(pixels), self._shape[1], columns["brightness"])
        return columns | {name: column for of in FUNCTIONS for name, column in of(images).items()}

    def _grey(self, pixels: Floats) -> Floats:
        height, width, channels = self._shape
        if channels == 1:
            return pixels
        grey: Floats = pixels.reshape(len(pixels), height * width, channels) @ _light(channels)
        return grey


def _shape(schema: ImageInput) -> Shape:
    height, width, *channels = schema.shape
    return height, width, channels[0] if channels else 1
