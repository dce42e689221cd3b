"""Draws the accuracy, or its difference from main's, per slice of the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.report.plots import canvas


@dataclass(frozen=True)
class Line:
    """One slice: a value with its interval; its marker is open if it has few rows."""

    name: str
    value: float
    low: float
    high: float
    small: bool


def slices(file: Path, lines: Sequence[Line], *, unit: str, zero: bool) -> None:
    """Draw a value with its interval per slice, from top to bottom.

    zero: whether to mark zero, since values are differences.
    """
    figure = canvas.new(7.2, 0.9 + 0.26 * len(lines))
    axes = figure.subplots()
    if zero:
        axes.axvline(0, color="black", linewidth=1)
    for place, line in enumerate(lines):
        axes.plot([line.low, line.high], [place, place], color=canvas.HERE, linewidth=1.2)
        fill = "white" if line.small else canvas.HERE
        axes.plot(line.value, place, "o", color=canvas.HERE, markerfacecolor=fill, markersize=5)
    axes.set_yticks(np.arange(len(lines)), [canvas.text(line.name, 48) for line in lines])
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.set_xlabel(unit)
    canvas.opened(axes, grid="x")
    canvas.save(figure, file)
