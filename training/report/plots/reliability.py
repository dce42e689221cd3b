"""Draws a reliability diagram: accuracy against confidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.report.plots import canvas

Floats = NDArray[np.float64]
# Main's model: open grey squares; this model, drawn on top of it: dark circles.
STYLES = ((canvas.MAIN, "s", "white"), (canvas.HERE, "o", canvas.HERE))


@dataclass(frozen=True)
class Bins:
    """Bins with rows: mean confidence, accuracy and its interval, each of shape (bins,)."""

    confidence: Floats
    accuracy: Floats
    low: Floats
    high: Floats


def reliability(file: Path, models: Mapping[str, Bins]) -> None:
    """Draw accuracy against confidence; on the diagonal a model is perfectly calibrated.

    models: name to bins, this model last.
    """
    figure = canvas.new(4.6, 4.2)
    axes = figure.subplots()
    axes.plot(
        [0, 1], [0, 1], color="black", linestyle=":", linewidth=1, label="perfect calibration"
    )
    for (name, bins), style in zip(models.items(), STYLES[-len(models) :], strict=True):
        shade, marker, fill = style
        reach = np.clip([bins.accuracy - bins.low, bins.high - bins.accuracy], 0, None)
        axes.errorbar(
            bins.confidence,
            bins.accuracy,
            yerr=reach,
            color=shade,
            marker=marker,
            markerfacecolor=fill,
            markersize=5,
            linestyle="none",
            elinewidth=1,
            label=name,
        )
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    axes.set_xlabel("mean confidence (share)")
    axes.set_ylabel("accuracy (share of rows)")
    axes.legend(frameon=False, loc="upper left")
    canvas.opened(axes)
    canvas.save(figure, file)
