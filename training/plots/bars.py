"""Shares of labels, a bar per split."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from training.plots import canvas

HATCHES = ("", "///", "...")
SHADES = (canvas.HERE, "#9fb4c7", "white")
LONG = 8


def label_shares(
    file: Path, counts: Mapping[str, Mapping[str, int]], labels: Sequence[str]
) -> None:
    """Draw the share of each label in each split.

    counts: split to label to rows.
    """
    figure = canvas.new(7.2, 2.6)
    axes = figure.subplots()
    width = 0.8 / len(counts)
    for number, (name, rows) in enumerate(counts.items()):
        found = np.array([rows.get(label, 0) for label in labels], dtype=np.float64)
        places = np.arange(len(labels)) + (number - (len(counts) - 1) / 2) * width
        shade, hatch = SHADES[number % 3], HATCHES[number % 3]
        shares = found / max(found.sum(), 1)
        axes.bar(places, shares, width, label=name, color=shade, hatch=hatch, edgecolor="black")
    rotation = 90 if max(map(len, labels)) > LONG else 0
    axes.set_xticks(
        np.arange(len(labels)), [canvas.text(label) for label in labels], rotation=rotation
    )
    axes.set_xlabel("label")
    axes.set_ylabel("share of rows")
    axes.legend(frameon=False, ncols=len(counts), loc="lower center", bbox_to_anchor=(0.5, 1))
    canvas.opened(axes)
    canvas.save(figure, file)
