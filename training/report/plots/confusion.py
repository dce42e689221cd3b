"""Draws which labels are confused with which, and the change from main."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from training.report.plots import canvas

Matrix = NDArray[np.int64]
SHORT = 3
HELP = "#a9c6dd"


def confusion(file: Path, matrix: Matrix, labels: Sequence[str], *, title: str) -> None:
    """Draw how many rows of each true label got each answer; the shade is the label's share.

    matrix: rows by true label (down) and answer (across), shape (labels, labels).
    """
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    figure, axes = _square(labels, title)
    axes.imshow(shares, cmap="Greys", vmin=0, vmax=1)
    for row, column in zip(*np.nonzero(matrix), strict=True):
        ink = "white" if shares[row, column] > 0.5 else "black"
        _write(axes, row, column, str(matrix[row, column]), ink, len(labels))
    canvas.save(figure, file)


def confusion_change(file: Path, change: Matrix, labels: Sequence[str], *, title: str) -> None:
    """Draw how many more (+) or fewer (−) rows got each answer than from main's model.

    Changes for the worse (fewer on the diagonal, more off it) are filled, others hatched.
    """
    figure, axes = _square(labels, title)
    axes.imshow(np.zeros(change.shape), cmap="Greys", vmin=0, vmax=1)
    harm = np.where(np.eye(len(labels), dtype=bool), -change, change)
    shade = colormaps["Oranges"]
    most = max(1, int(np.abs(harm).max()))
    for row, column in zip(*np.nonzero(change), strict=True):
        helps = bool(harm[row, column] < 0)
        weight = float(abs(harm[row, column]) / most)
        axes.add_patch(
            Rectangle(
                (column - 0.5, row - 0.5),
                1,
                1,
                facecolor="white" if helps else shade(0.25 + 0.35 * weight),
                edgecolor=HELP if helps else "white",
                hatch="////" if helps else None,
                linewidth=0,
            )
        )
        text = f"{change[row, column]:+d}".replace("-", "−")
        _write(axes, row, column, text, "black", len(labels))
    canvas.save(figure, file)


def _square(labels: Sequence[str], title: str) -> tuple[Figure, Axes]:
    size = max(3.0, min(7.6, 1.3 + 0.26 * len(labels)))
    figure = canvas.new(size, size)
    axes = figure.subplots()
    positions = np.arange(len(labels))
    rotation = 90 if max(map(len, labels)) > SHORT else 0
    names = [canvas.text(label) for label in labels]
    axes.set_xticks(positions, names, rotation=rotation)
    axes.set_yticks(positions, names)
    axes.set_xlabel("predicted label")
    axes.set_ylabel("true label")
    axes.set_title(title, fontsize="medium")
    return figure, axes


def _write(axes: Axes, row: Any, column: Any, text: str, ink: str, labels: int) -> None:
    size = "small" if labels <= 12 else "x-small"
    axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=size)
