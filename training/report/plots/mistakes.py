"""Draws images that a model got wrong, with its answers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.report.plots import canvas

ACROSS = 5
SHORT = 18


def mistakes(
    file: Path,
    images: NDArray[np.float32],
    captions: Sequence[str],
    *,
    limits: tuple[float, float],
) -> None:
    """Draw images with their captions, five per line.

    images: shape (rows, height, width) in grey, with 1 channel or with 3 colours.
    limits: the values of paper and ink in grey, or of black and full colour.
    """
    down = -(-len(images) // ACROSS)
    figure = canvas.new(7.2, 0.2 + 2.0 * down)
    low, high = limits
    longest = max(len(line) for caption in captions for line in caption.split("\n"))
    size = "small" if longest <= SHORT else "x-small"
    every = figure.subplots(down, ACROSS, squeeze=False).flatten()
    for axes in every:
        axes.axis("off")
    for axes, picture, caption in zip(every, images, captions, strict=False):
        shares = np.clip((picture - low) / max(high - low, 1e-9), 0, 1)
        if shares.ndim == 3 and shares.shape[2] == 1:
            shares = shares[:, :, 0]
        axes.imshow(shares, cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
        axes.axis("on")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(caption, fontsize=size, loc="left")
    canvas.save(figure, file)
