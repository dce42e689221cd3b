"""How one signal of new rows lies against what main's model was accepted on."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.plots import canvas

MOST = 12  # labels that fit beside each other

Shares = NDArray[np.float64]


def signal(file: Path, name: str, new: Shares, reference: Shares, bins: Sequence[str]) -> None:
    """Draw two bars per bin.

    new, reference: share of rows per bin, shape (bins,).  bins: their names, for the axis.
    """
    figure = canvas.new(7.2, 2.7)
    axes = figure.subplots()
    places = np.arange(len(bins))
    looks = {
        "main's reference": (-0.2, reference, "white", "////"),
        "new rows": (0.2, new, canvas.HERE, ""),
    }
    for label, (shift, shares, shade, hatch) in looks.items():
        at = places + shift
        axes.bar(at, shares, 0.4, label=label, color=shade, edgecolor="black", hatch=hatch)
    axes.set_xticks(places, list(bins), rotation=90 if len(bins) > MOST else 0)
    axes.set_xlabel(f"bin of {name}")
    axes.set_ylabel("share of rows")
    axes.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
    canvas.opened(axes)
    canvas.save(figure, file)
