"""Draws the share of each label in the rows, and in main's."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.report.plots import canvas

LONG = 5  # characters of a label, above which labels are drawn upright

Shares = NDArray[np.float64]


def label_shares(
    file: Path, here: Shares, main: Shares | None, labels: Sequence[str], *, unit: str
) -> None:
    """Draw a bar per label, and main's share as a line across it.

    here, main: share of rows per label, shape (labels,).  unit: of the shares, for the axis.
    """
    upright = max(map(len, labels)) > LONG
    figure = canvas.new(7.2, 3.5 if upright else 2.7)
    axes = figure.subplots()
    places = np.arange(len(labels))
    axes.bar(places, here, 0.6, color="#7d9ab5", edgecolor=canvas.HERE, label="here")
    if main is not None:
        low, high = places - 0.42, places + 0.42
        axes.hlines(main, low, high, color="black", linewidth=2, label="main")
    names = [canvas.text(label) for label in labels]
    axes.set_xticks(places, names, rotation=90 if upright else 0)
    axes.set_xlabel("label")
    axes.set_ylabel(unit)
    axes.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
    canvas.opened(axes)
    canvas.save(figure, file)
