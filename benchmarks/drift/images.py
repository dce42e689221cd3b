"""Shifts of images, rows of pixels from 0 to 1; they do not add grey levels."""

import numpy as np

from benchmarks.drift.frame import Floats


def blur(images: Floats, strength: float, rng: np.random.Generator) -> Floats:
    """Blur with a normal kernel with a standard deviation of `strength` pixels."""
    from scipy.ndimage import gaussian_filter

    across = (0.0,) + (strength, strength) + (0.0,) * (images.ndim - 3)
    return _levels(gaussian_filter(images, across), images)


def noise(images: Floats, strength: float, rng: np.random.Generator) -> Floats:
    """Add normal noise with a standard deviation of `strength` to each pixel."""
    return _levels(images + rng.normal(0, strength, size=images.shape), images)


def brightness(images: Floats, strength: float, rng: np.random.Generator) -> Floats:
    """Multiply the brightness by `strength`."""
    return _levels(images * strength, images)


def rotation(images: Floats, strength: float, rng: np.random.Generator) -> Floats:
    """Rotate by `strength` degrees about the centre."""
    from scipy.ndimage import rotate

    turned = rotate(images, strength, axes=(2, 1), reshape=False, order=1, mode="nearest")
    return _levels(turned, images)


def _levels(shifted: Floats, images: Floats) -> Floats:
    # The digits have only 17 grey levels; a shift must not be detectable by new levels.
    steps = 16 if images.shape[1] == 8 else 255
    rounded: Floats = np.clip(np.round(shifted * steps), 0, steps) / steps
    return rounded
