"""Draws the mean loss of groups of rows, with its interval, of this model and of main's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from training.report.plots import canvas

# Main's model: open grey squares; this model, drawn on top of it: dark circles.
STYLES = {"main": (canvas.MAIN, "s", "white"), "here": (canvas.HERE, "o", canvas.HERE)}


@dataclass(frozen=True)
class Point:
    """The mean loss of a group, with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Panel:
    """One plot: the groups' names in order, and each model's points."""

    title: str
    names: Sequence[str]
    models: Mapping[str, Sequence[Point]]


def groups(file: Path, panels: Sequence[Panel], *, unit: str, joined: bool = False) -> None:
    """Draw the panels beside each other, on one scale.

    unit: of the losses, with their name.  joined: whether groups follow each other in time.
    """
    figure = canvas.new(max(3.6, 2.6 * len(panels)) if not joined else 7.2, 4.4)
    every = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, panel in zip(every, panels, strict=True):
        _draw(axes, panel, joined)
    every[0].set_ylabel(unit)
    every[0].set_ylim(bottom=0)
    if len(panels[0].models) > 1:
        every[0].legend(frameon=False, fontsize="small")
    canvas.save(figure, file)


def _draw(axes: Axes, panel: Panel, joined: bool) -> None:
    places = np.arange(len(panel.names))
    for at, (name, points) in enumerate(panel.models.items()):
        shade, marker, fill = STYLES[name]
        values = np.array([point.value for point in points])
        ends = np.array([[point.value - point.low, point.high - point.value] for point in points])
        axes.errorbar(
            places + 0.12 * (at - (len(panel.models) - 1) / 2),
            values,
            yerr=np.where(np.isfinite(ends), ends, 0).clip(0).T,
            color=shade,
            marker=marker,
            markerfacecolor=fill,
            markersize=5,
            linestyle="-" if joined else "none",
            linewidth=1,
            elinewidth=1,
            label=name,
        )
    axes.set_xticks(places, [canvas.text(name, 24) for name in panel.names], rotation=90)
    axes.set_xlabel(canvas.text(panel.title, 28))
    canvas.opened(axes)
