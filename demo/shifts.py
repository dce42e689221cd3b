"""The shifts that the demo can apply to its traffic; all of them occur in practice."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.float32]
WHITE = 16.0


@dataclass(frozen=True)
class Shift:
    """A shift: its cause (`story`), and how it changes images of shape (rows, 8, 8) and labels."""

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
        "a new scanner sends dark digits on a light background; the old one sent light on dark",
        _inverted,
    ),
    "rotated": Shift("the camera is mounted sideways after a service visit", _rotated),
    "none": Shift("nothing changes", _unchanged),
    "bad-labels": Shift(
        "the labelling tool shuffles its labels; the images do not change",
        _unchanged,
        labels_scrambled=True,
    ),
}
