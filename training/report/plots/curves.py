"""Draws the headline metric and the loss while a model is trained, main's in the background."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from training.model.figures import TREES
from training.report.plots import canvas

History = Mapping[str, Sequence[float]]


def curves(
    file: Path,
    history: History,
    main: History | None = None,
    *,
    units: Mapping[str, tuple[str, str]],
    counted: str = "epoch",
) -> None:
    """Draw two figures per epoch, or by number of trees, on training and on validation rows.

    history, main: a value per epoch of each, such as `accuracy`, `val_accuracy`, `loss` and
    `val_loss`, and of `trees` where there are any; main's are drawn in grey in the background.
    units: title and unit of both, the left one first.  counted: the name of the common axis.
    """
    figure = canvas.new(8.2, 3.1)
    left, right = figure.subplots(1, 2)
    for axes, (name, (title, unit)) in zip((left, right), units.items(), strict=True):
        if main is not None:
            _lines(axes, main, name, canvas.MAIN, "main, ")
        _lines(axes, history, name, canvas.HERE, "")
        axes.set_xlabel(counted)
        axes.set_ylabel(f"{title} ({unit})")
        axes.xaxis.get_major_locator().set_params(integer=True)
        canvas.opened(axes)
    handles, names = left.get_legend_handles_labels()
    figure.legend(handles[::-1], names[::-1], frameon=False, ncols=4, loc="outside upper center")
    canvas.save(figure, file)


def _lines(axes: Axes, history: History, name: str, shade: str, whose: str) -> None:
    steps = np.array(history.get(TREES) or range(1, len(history[name]) + 1))
    styles = {f"val_{name}": ("validation", "-", shade), name: ("training", ":", "white")}
    for key, (rows, style, fill) in styles.items():
        axes.plot(
            steps,
            history[key],
            color=shade,
            linestyle=style,
            marker="o" if len(steps) == 1 else None,
            markerfacecolor=fill,
            label=whose + rows,
        )
