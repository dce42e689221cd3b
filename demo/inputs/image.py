"""Images in the demo: a lens loses focus, a scanner inverts, a camera is turned, a lamp fades."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray
from PIL import Image

from demo.inputs.demo_input import PlainInput
from demo.shift import Change, Shift, Variant
from perennial.kinds.inputs.image import ImageInput

Images = NDArray[np.floating]
# What a yellow lens lets through of red, green and blue.
TINT = (1.0, 0.75, 0.35)
# How far a lens that is out of focus spreads a pixel, as a share of the image's height.
SPREAD = 1 / 16
# Standard deviation of a hot sensor's noise, as a share of the range of values.
NOISE = 0.15
# What is left of a lamp's light, step by step.
FADED = (0.8, 0.5, 0.25)
SEED = 5


class DemoImages(PlainInput):
    """Images of one task."""

    kind: ImageInput

    @property
    def shifts(self) -> Mapping[str, Shift]:
        """The shifts that keep the images' shape and limits."""
        found: dict[str, Shift] = {}
        kind, limits = self.kind, (self.kind.low, self.kind.high)
        if kind.shape[2:] == (3,) and None not in limits:
            found["tinted"] = self._shift("a new lens has a yellow tint", tinted)
        if kind.low is not None and kind.high is not None:
            cause = "a new scanner sends dark on a light background; the old one sent light on dark"
            found["inverted"] = self._shift(cause, inverted_around(kind.low + kind.high))
        if kind.shape[0] == kind.shape[1]:
            cause = "the camera is mounted sideways after a service visit"
            found["rotated"] = self._shift(cause, rotated)
        if kind.low is not None and kind.high is not None:
            found["blurred"] = self._shift("the lens is out of focus", blurred)
            noise = noisy(NOISE * (kind.high - kind.low))
            found["noisy"] = self._shift("a hot sensor adds noise", noise)
        return found

    @property
    def steps(self) -> Sequence[Variant]:
        """A lamp that fades, where it is known what is dark."""
        low = self.kind.low
        if low is None or self.kind.high is None:
            return ()
        return [
            Variant("", f"the lamp gives {share:.0%} of its light", self._change(faded(low, share)))
            for share in FADED
        ]

    def instances(self, rows: pyarrow.Table) -> list[Any]:
        """Return images as files if the model takes files and these lose nothing."""
        if not (self.kind.pictured and self.kind.whole):
            return super().instances(rows)
        return [{"png": as_png(row)} for row in self.kind.from_arrow(rows)]

    def _shift(self, cause: str, change: Callable[[Images], Images]) -> Shift:
        """Return the shift that changes images."""
        return Shift.single(cause, self._change(change))

    def _change(self, change: Callable[[Images], Images]) -> Change:
        """Return what changes images, whose values stay within the limits and whole."""

        def changed(rows: pyarrow.Table) -> pyarrow.Table:
            kind, images = self.kind, change(self.kind.from_arrow(rows))
            if kind.low is not None and kind.high is not None:
                images = np.clip(images, kind.low, kind.high)
            return kind.arrow_of(np.rint(images) if kind.whole else images)

        return changed


def as_png(image: Images) -> str:
    """Return an image of bytes, in grey or three colours, as a PNG file in base64."""
    file = io.BytesIO()
    pixels = image.astype(np.uint8)
    Image.fromarray(pixels[..., 0] if pixels.shape[2:] == (1,) else pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def tinted(images: Images) -> Images:
    """Return colours as they are behind a yellow lens."""
    return images * np.array(TINT, np.float32)


def inverted_around(white: float) -> Callable[[Images], Images]:
    """Return what inverts images whose lowest and highest value sum to `white`."""
    return lambda images: np.asarray(white - images, images.dtype)


def faded(dark: float, share: float) -> Callable[[Images], Images]:
    """Return what leaves images this share of their light.

    >>> faded(0.0, 0.5)(np.array([[0.0, 8.0]])).tolist()
    [[0.0, 4.0]]
    """
    return lambda images: np.asarray(dark + (images - dark) * share, images.dtype)


def rotated(images: Images) -> Images:
    """Return images turned by a quarter."""
    return np.ascontiguousarray(np.rot90(images, axes=(1, 2)))


def blurred(images: Images) -> Images:
    """Return images whose pixels are means of those around, beyond the edges of the nearest.

    >>> blurred(np.eye(4)[None]).round(2)[0, 0].tolist()
    [0.56, 0.33, 0.11, 0.0]
    """
    for axis in (1, 2):
        far = max(1, round(images.shape[axis] * SPREAD))
        around = np.arange(images.shape[axis])[:, None] + np.arange(-far, far + 1)
        nearest = np.clip(around, 0, images.shape[axis] - 1)
        images = np.take(images, nearest, axis=axis).mean(axis=axis + 1)
    return images


def noisy(deviation: float) -> Callable[[Images], Images]:
    """Return what adds normal noise of a standard deviation, the same to the same images."""

    def noise(images: Images) -> Images:
        random = np.random.default_rng(SEED)
        return images + random.normal(0, deviation, images.shape).astype(np.float32)

    return noise


INPUT = DemoImages
