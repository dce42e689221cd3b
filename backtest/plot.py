"""Draws the score over time: one line a policy, its new versions marked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from backtest.comparison import FORESEEN, NEVER, SHIPPED
from backtest.outcome import Outcome
from perennial.statistics.metrics import Metric
from training.report.plots import canvas

# Distinguishable in grey: by dash and width.
LOOKS: Mapping[str, Mapping[str, Any]] = {
    NEVER: {"color": canvas.MAIN, "linestyle": ":", "linewidth": 1.8},
    SHIPPED: {"color": canvas.HERE, "linewidth": 2.4},
    FORESEEN: {"color": "#b3471d", "linestyle": "--", "linewidth": 1.6},
}
OTHER: Mapping[str, Any] = {"color": "#5c5c5c", "linestyle": "-.", "linewidth": 1.2}


def draw(file: Path, outcomes: Mapping[str, Outcome], metric: Metric) -> None:
    """Write the PNG; outcomes: of one phase, by policy."""
    figure = canvas.new(8.6, 3.6)
    axes = figure.subplots()
    for policy, outcome in outcomes.items():
        look = LOOKS.get(policy, OTHER)
        edges = outcome.start + outcome.rows * np.arange(len(outcome.blocks) + 1) / len(
            outcome.blocks
        )
        middles = (edges[1:] + edges[:-1]) / 2
        axes.plot(middles, outcome.blocks, label=policy, **look)
        rows = [one.row for one in outcome.promoted]
        marks = np.interp(rows, middles, outcome.blocks)
        axes.plot(rows, marks, linestyle="", marker="o", markersize=5, color=look["color"])
    axes.set_xlabel("rows of the history (dots: a new version serves)")
    axes.set_ylabel(f"{metric.title} ({metric.unit})" if metric.unit else metric.title)
    canvas.opened(axes)
    figure.legend(frameon=False, ncols=4, loc="outside upper center", fontsize=8)
    canvas.save(figure, file)
