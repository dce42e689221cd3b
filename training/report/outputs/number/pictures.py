"""Draws answers beside true labels, and how errors are spread."""

from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap

from perennial.statistics.regression import ANSWER
from training.report.outputs.number.answers import Answers
from training.report.plots import canvas

MANY = 400  # rows, above which points would hide each other and their density is drawn
BARS = 30
# From light to dark; a lighter one could not be seen.
SHADES = ListedColormap(colormaps["Greys"](np.linspace(0.3, 1, 64)))
# Rows beyond these quantiles are left out of the bars: one of them would make all others narrow.
ENDS = 0.005, 0.995


def answers_by_truth(file: Path, found: Answers) -> None:
    """Draw each answer at its true label; on the diagonal the model is right."""
    figure = canvas.new(4.6, 4.2)
    axes = figure.subplots()
    truths, answers = found.truths, found.inputs.new[:, ANSWER]
    both = np.concatenate([truths, answers])
    ends = [float(both.min()), float(both.max())]
    if len(truths) > MANY:
        drawn = axes.hexbin(truths, answers, gridsize=35, bins="log", cmap=SHADES, mincnt=1)
        most = float(np.max(np.asarray(drawn.get_array())))
        ticks = [step * 10**power for power in range(9) for step in (1, 2, 5)]
        shown = [tick for tick in ticks if tick <= most]
        bar = figure.colorbar(drawn, ax=axes, label="rows", pad=0.02, ticks=shown, format="%d")
        bar.minorticks_off()
    else:
        axes.plot(truths, answers, "o", color=canvas.HERE, markersize=3, alpha=0.6)
    axes.plot(ends, ends, color="black", linestyle=":", linewidth=1.2)
    axes.set_xlabel(f"true label ({canvas.text(found.unit, 30)})")
    axes.set_ylabel(f"answer ({canvas.text(found.unit, 30)})")
    canvas.opened(axes)
    canvas.save(figure, file)


def errors(file: Path, found: Answers) -> None:
    """Draw how many rows have which error: bars of this model, a line of main's."""
    figure = canvas.new(4.6, 4.2)
    axes = figure.subplots()
    every = dict(found.errors())
    together = np.concatenate(list(every.values()))
    low, high = np.quantile(together, ENDS)
    edges = np.linspace(low, high if high > low else low + 1, BARS + 1).tolist()
    axes.hist(every["here"], edges, color="#7d9ab5", edgecolor=canvas.HERE, label="here")
    if "main" in every:
        axes.hist(every["main"], edges, histtype="step", color="black", linewidth=1.5, label="main")
        axes.legend(frameon=False)
    axes.axvline(0, color="black", linestyle=":", linewidth=1.2)
    axes.set_xlabel(f"error: answer − true label ({canvas.text(found.unit, 30)})")
    axes.set_ylabel("rows")
    canvas.opened(axes)
    canvas.save(figure, file)
