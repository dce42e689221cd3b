"""Errors by column: the columns of the input that tell most of how large the loss is."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perennial.signals.bins import MISSING
from perennial.statistics.counts import Floats
from perennial.statistics.figures import figure
from training.report.markdown import capital, code, image, table
from training.report.outputs.number.answers import Answers, Group
from training.report.outputs.number.group_plots import Panel, Point, groups
from training.report.row_columns import RowColumns

DRAWN = 3  # columns
PARTS = 4  # of a column of numbers
LEAST_ROWS = 10  # of a group; smaller ones are left out


def blocks(found: Answers, out: Path) -> list[str]:
    """Return a picture of the loss by the columns that tell most of it, and the worst groups."""
    columns = {name: some for name, some in _columns(found).items() if len(some) > 1}
    told = {name: explained(found.inputs.losses, some) for name, some in columns.items()}
    most = sorted(told, key=lambda name: -told[name])[:DRAWN]
    if not most:
        return []
    title = found.inputs.headline.title
    panels = [panel(found, name, columns[name]) for name in most]
    groups(out / "columns.png", panels, unit=f"{title}\n({found.inputs.metric.unit})")
    rows = [_worst(found, name, columns[name], told[name]) for name in most]
    head = ["column", "its worst group", "rows", *found.losses, "share of the loss's variance"]
    return [
        f"**{capital(title)} by the columns that tell most of it**",
        image(f"{capital(title)} by column, with 95% intervals", "columns.png"),
        table(head, rows, numbers=len(head) - 2),
    ]


def explained(losses: Floats, some: Sequence[Group]) -> float:
    """Return the share of the losses' variance that lies between groups of rows.

    >>> one, other = np.array([True, True, False]), np.array([False, False, True])
    >>> round(explained(np.array([1.0, 1.0, 4.0]), [Group("a", one), Group("b", other)]), 2)
    1.0
    """
    mean, spread = losses.mean(), float(((losses - losses.mean()) ** 2).sum())
    between = sum(group.rows.sum() * (losses[group.rows].mean() - mean) ** 2 for group in some)
    return float(between) / spread if spread > 0 else 0.0


def panel(found: Answers, title: str, some: Sequence[Group]) -> Panel:
    """Return the points of every model for groups of rows."""
    test = found.inputs.output.loss_test
    models = {
        name: [
            Point(test.score(lost[group.rows]), *test.bounds(lost[group.rows], level=0.95))
            for group in some
        ]
        for name, lost in found.losses.items()
    }
    return Panel(title, [group.name for group in some], models)


def _columns(found: Answers) -> dict[str, list[Group]]:
    """Return each column's groups of rows."""
    of = RowColumns.of(found.inputs)
    return {
        name: [
            group
            for group in (
                _categories(column, of.categories[name]) if name in of.categories else parts(column)
            )
            if group.rows.sum() >= LEAST_ROWS
        ]
        for name, column in of.columns.items()
    }


def _categories(column: NDArray[np.int64], names: Sequence[str]) -> list[Group]:
    return [Group(name, np.asarray(column == place)) for place, name in enumerate(names)]


def parts(column: NDArray[np.floating]) -> list[Group]:
    """Return the quarters of a column of numbers, and the rows that have none.

    >>> [group.name for group in parts(np.array([1.0, 2.0, 3.0, 4.0, np.nan]))]
    ['to 1', 'over 1 to 2', 'over 2 to 3', 'over 3', 'missing']
    """
    known = column[~np.isnan(column)]
    if not len(known):
        return []
    cuts = np.quantile(known, np.arange(1, PARTS) / PARTS, method="inverted_cdf")
    edges = np.unique(cuts[cuts < known.max()])
    ends = [f"{edge:.3g}" for edge in edges]
    names = [f"to {ends[0]}"] if ends else ["all alike"]
    names += [f"over {low} to {high}" for low, high in pairwise(ends)]
    names += [f"over {end}" for end in ends[-1:]]
    places = np.searchsorted(edges, column)
    found = [Group(name, (places == place) & ~np.isnan(column)) for place, name in enumerate(names)]
    return [*found, Group(MISSING, np.isnan(column))] if np.isnan(column).any() else found


def _worst(found: Answers, name: str, some: Sequence[Group], told: float) -> list[str]:
    test, losses = found.inputs.output.loss_test, found.losses
    worst = max(some, key=lambda group: test.score(losses["here"][group.rows]))
    scores = [figure(test.score(lost[worst.rows])) for lost in losses.values()]
    return [code(name), code(worst.name), f"{worst.rows.sum():,}", *scores, f"{told:.1%}"]
