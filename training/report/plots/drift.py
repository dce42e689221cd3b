"""Draws one signal in the new rows against main's reference."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.report.plots import canvas

ROOM = 90  # characters that fit on the axis

Shares = NDArray[np.float64]


def drift(file: Path, name: str, new: Shares, reference: Shares, bins: Sequence[str]) -> None:
    """Draw two bars per bin of a signal.

    new, reference: share of rows per bin, shape (bins,).  bins: their names, for the axis.
    """
    crowded = sum(len(name) + 2 for name in bins) > ROOM
    figure = canvas.new(7.2, 3.5 if crowded else 2.7)
    axes = figure.subplots()
    places = np.arange(len(bins))
    looks = {
        "main's reference": (-0.2, reference, "white", "////"),
        "new rows": (0.2, new, canvas.HERE, ""),
    }
    for label, (shift, shares, shade, hatch) in looks.items():
        at = places + shift
        axes.bar(at, shares, 0.4, label=label, color=shade, edgecolor="black", hatch=hatch)
    names = [canvas.text(name) for name in bins]
    axes.set_xticks(places, names, rotation=90 if crowded else 0, fontsize="small")
    axes.set_xlabel(f"bin of {name}")
    axes.set_ylabel("share of rows")
    axes.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
    canvas.opened(axes)
    canvas.save(figure, file)
