"""The report's images: one idea each, readable in grey and when small."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.scores import precision_recall

DPI = 120
DARK, LIGHT = "#1f3b57", "#9fb4c7"
MOST_LABELS_WITH_COUNTS = 20
HATCHES = ("", "///", "...")
SHADES = (DARK, LIGHT, "white")


def curves(file: Path, history: Mapping[str, Sequence[float]]) -> None:
    """Draw accuracy and loss per epoch, on training and on validation rows.

    history: `accuracy`, `loss`, `val_accuracy` and `val_loss`, a value per epoch.
    """
    figure = Figure(figsize=(7.2, 2.9), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = np.arange(1, len(history["loss"]) + 1)
    for axes, name, unit in ((left, "accuracy", "share of rows"), (right, "loss", "nats")):
        axes.plot(epochs, history[name], color=LIGHT, linewidth=2, label="training")
        axes.plot(epochs, history[f"val_{name}"], color=DARK, linestyle="--", label="validation")
        axes.set_xlabel("epoch")
        axes.set_ylabel(f"{name} ({unit})")
        axes.set_xlim(1, max(2, len(epochs)))
        axes.xaxis.get_major_locator().set_params(integer=True)
        _open(axes)
    left.legend(frameon=False, loc="lower right")
    figure.savefig(file, dpi=DPI)


def confusion(file: Path, matrix: NDArray[np.int64], labels: Sequence[str], *, title: str) -> None:
    """Draw how many rows of each true label got each answer; the shade is the label's share."""
    size = max(3.2, min(8.0, 1.2 + 0.36 * len(labels)))
    figure = Figure(figsize=(size + 0.5, size), layout="constrained")
    axes = figure.subplots()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, cmap="Greys", vmin=0, vmax=1)
    figure.colorbar(image, ax=axes, label="share of the true label's rows", shrink=0.8)
    positions = np.arange(len(labels))
    rotation = 90 if max(map(len, labels)) > 3 else 0
    axes.set_xticks(positions, list(labels), rotation=rotation)
    axes.set_yticks(positions, list(labels))
    axes.set_xlabel("predicted label")
    axes.set_ylabel("true label")
    axes.set_title(title, fontsize="medium")
    if len(labels) <= MOST_LABELS_WITH_COUNTS:
        for row, column in zip(*np.nonzero(matrix), strict=True):
            ink = "white" if shares[row, column] > 0.5 else "black"
            text = str(matrix[row, column])
            axes.text(column, row, text, ha="center", va="center", color=ink, fontsize="small")
    figure.savefig(file, dpi=DPI)


def recalls(
    file: Path,
    matrices: Mapping[str, NDArray[np.int64]],
    labels: Sequence[str],
) -> None:
    """Draw each label's recall, a bar per model.

    matrices: the model's name to its confusion matrix.
    """
    shares = {name: precision_recall(matrix)[1] for name, matrix in matrices.items()}
    _bars(file, shares, labels, "recall (share of rows)")


def label_shares(
    file: Path, counts: Mapping[str, Mapping[str, int]], labels: Sequence[str]
) -> None:
    """Draw the share of each label in each split.

    counts: split to label to rows.
    """
    shares = {}
    for split, rows in counts.items():
        found = np.array([rows.get(label, 0) for label in labels], dtype=np.float64)
        shares[split] = found / max(found.sum(), 1)
    _bars(file, shares, labels, "share of rows")


def _bars(
    file: Path,
    groups: Mapping[str, NDArray[np.float64]],
    labels: Sequence[str],
    unit: str,
) -> None:
    figure = Figure(figsize=(7.2, 2.6), layout="constrained")
    axes = figure.subplots()
    width = 0.8 / len(groups)
    for number, (name, values) in enumerate(groups.items()):
        places = np.arange(len(labels)) + (number - (len(groups) - 1) / 2) * width
        shade, hatch = SHADES[number % 3], HATCHES[number % 3]
        axes.bar(places, values, width, label=name, color=shade, hatch=hatch, edgecolor="black")
    rotation = 90 if max(map(len, labels)) > 8 else 0
    axes.set_xticks(np.arange(len(labels)), list(labels), rotation=rotation)
    axes.set_xlabel("label")
    axes.set_ylabel(unit)
    axes.legend(frameon=False, ncols=len(groups), loc="lower center", bbox_to_anchor=(0.5, 1))
    _open(axes)
    figure.savefig(file, dpi=DPI)


def _open(axes: Axes) -> None:
    """Drop the box around a plot; add light lines to read values by."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="0.85", linewidth=0.6)
    axes.set_axisbelow(True)
