"""Signals of images: light, contrast, edges, coarse shape, colour, principal components."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.signals.arrays import Arrays, Expected
from service.signals.components import principal_axes, some
from service.signals.inputs import BLOCKS, ImageInput, Rows

Floats = NDArray[np.float64]

COMPONENTS = 4
# What the eye makes of red, green and blue. Source: ITU-R BT.601.
LUMINANCE = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Images:
    """A batch. pixels: shape (rows, height, width, channels).  grey: (rows, height, width)."""

    pixels: Floats
    grey: Floats

    @classmethod
    def of(cls, rows: Rows) -> "Images":
        """Return rows of shape (rows, height, width) or (rows, height, width, channels)."""
        pixels = rows.astype(np.float64, copy=False)
        if pixels.ndim == 3:
            return cls(pixels[..., None], pixels)
        colour = pixels.shape[-1] == len(LUMINANCE)
        return cls(pixels, pixels @ LUMINANCE if colour else pixels.mean(axis=-1))

    @property
    def flat(self) -> Floats:
        """One row of numbers per image."""
        return self.pixels.reshape(len(self.pixels), int(np.prod(self.pixels.shape[1:])))


Columns = Mapping[str, Floats]


def _brightness(images: Images) -> Columns:
    return {"brightness": images.grey.mean(axis=(1, 2))}


def _contrast(images: Images) -> Columns:
    return {"contrast": images.grey.std(axis=(1, 2))}


def _edges(images: Images) -> Columns:
    return {
        "edges_horizontal": np.abs(np.diff(images.grey, axis=2)).mean(axis=(1, 2)),
        "edges_vertical": np.abs(np.diff(images.grey, axis=1)).mean(axis=(1, 2)),
    }


def _blocks(images: Images) -> Columns:
    rows, height, width = images.grey.shape
    tall, wide = height // BLOCKS, width // BLOCKS
    cut = images.grey[:, : tall * BLOCKS, : wide * BLOCKS]
    means = cut.reshape(rows, BLOCKS, tall, BLOCKS, wide).mean(axis=(2, 4))
    return {f"block_{r}_{c}": means[:, r, c] for r in range(BLOCKS) for c in range(BLOCKS)}


def _channels(images: Images) -> Columns:
    rows, height, width, count = images.pixels.shape
    if count == 1:
        return {}
    # A product is ten times as quick as a mean over the middle axes.
    pixels = images.pixels.reshape(rows, height * width, count)
    means = np.full(height * width, 1 / (height * width)) @ pixels
    return {f"channel_{number}": means[:, number] for number in range(count)}


# Adding a signal is a function and a line here.
FUNCTIONS: tuple[Callable[[Images], Columns], ...] = (
    _brightness,
    _contrast,
    _edges,
    _blocks,
    _channels,
)


class ImageSignals:
    """All of the above, and the components that it was fitted with."""

    def __init__(self, schema: ImageInput, arrays: Arrays) -> None:
        self.categories: dict[str, tuple[str, ...]] = {}
        self._axes = arrays["axes"]
        self._offset = arrays["mean"] @ self._axes

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
        flat = Images.of(some(rows)).flat
        return {"mean": flat.mean(axis=0), "axes": principal_axes(flat, count=COMPONENTS)}

    def extract(self, rows: Rows) -> dict[str, Floats]:
        """Return every signal of a batch."""
        images = Images.of(rows)
        columns = {name: column for of in FUNCTIONS for name, column in of(images).items()}
        places = images.flat @ self._axes - self._offset
        return columns | {f"component_{i + 1}": places[:, i] for i in range(COMPONENTS)}
