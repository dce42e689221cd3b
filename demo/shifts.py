"""The ways in which the demo's traffic changes, each something that happens to real cameras."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.float32]
WHITE = 16.0


@dataclass(frozen=True)
class Shift:
    """What happened (`story`), what it does to images of shape (rows, 8, 8) and to their labels."""

    story: str
    images: Callable[[Images], Images]
    labels_scrambled: bool = False


def _unchanged(images: Images) -> Images:
    return images


def _inverted(images: Images) -> Images:
    return np.asarray(WHITE - images, dtype=np.float32)


def _rotated(images: Images) -> Images:
    return np.ascontiguousarray(np.rot90(images, axes=(1, 2)))


SHIFTS: dict[str, Shift] = {
    "inverted": Shift(
        "a new scanner sends dark ink on light paper, the old one sent light on dark", _inverted
    ),
    "rotated": Shift("the camera is mounted sideways after a service visit", _rotated),
    "none": Shift("nothing happens: traffic stays what it was", _unchanged),
    "bad-labels": Shift(
        "the labelling tool shuffles its answers; the images stay what they were",
        _unchanged,
        labels_scrambled=True,
    ),
}
