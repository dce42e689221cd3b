"""Batches of images, shifted and mirrored at random, and the whitening of their patches."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]
PATCH = 2  # pixels, of width and height
MOST = 5_000  # images whose patches are looked at
EPSILON = 1e-2  # of the variance: noise is not to be made large


def batches(
    images: Floats32, size: int, shift: int, random: np.random.Generator
) -> Iterator[tuple[NDArray[np.int64], Floats32]]:
    """Yield the places and the pixels of each batch, in an order that is new each time.

    images: shape (rows, height, width, colours).  shift: pixels at most; the edge is reflected.
    """
    height, width = images.shape[1:3]
    edges = ((0, 0), (shift, shift), (shift, shift), (0, 0))
    padded = np.pad(images, edges, mode="reflect") if shift else images
    order = random.permutation(len(images))
    for start in range(0, len(order), size):
        some = order[start : start + size]
        top, left = random.integers(0, 2 * shift + 1, (2, len(some), 1))
        lines, columns = top + np.arange(height), left + np.arange(width)
        mirrored = random.random((len(some), 1)) < 0.5
        columns = np.where(mirrored, columns[:, ::-1], columns)
        yield some, padded[some[:, None, None], lines[:, :, None], columns[:, None, :]]


def scales(images: Floats32) -> tuple[list[float], list[float]]:
    """Return mean and deviation of each colour.

    >>> scales(np.array([[[[0.0], [2.0]]]], np.float32))
    ([1.0], [1.0])
    """
    some = images[:MOST]
    return (
        some.mean(axis=(0, 1, 2), dtype=np.float64).tolist(),
        np.maximum(some.std(axis=(0, 1, 2), dtype=np.float64), 1e-3).tolist(),
    )


def whitening(images: Floats32) -> Floats32:
    """Return filters whose results on patches do not correlate, and their negatives.

    Shape (PATCH, PATCH, colours, filters).
    Source: Jordan, 94 % on CIFAR-10 in 3.29 seconds on a single GPU, 2024.
    """
    views = np.lib.stride_tricks.sliding_window_view(images[:MOST], (PATCH, PATCH), axis=(1, 2))
    patches = views.transpose(0, 1, 2, 4, 5, 3).reshape(-1, PATCH * PATCH * images.shape[3])
    variances, vectors = np.linalg.eigh(np.cov(patches, rowvar=False, dtype=np.float64))
    filters = vectors / np.sqrt(variances + EPSILON)
    filters = filters.reshape(PATCH, PATCH, images.shape[3], -1)
    return np.concatenate([filters, -filters], axis=3).astype(np.float32)
