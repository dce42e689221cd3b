"""Panels of one moment: numbers, tables, bars, a matrix."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.table import Cell
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from monitoring.grafana.panel import Panel
from monitoring.preview.ask import Asker, finite
from monitoring.preview.style import COLOURS, GREY, LONGEST, SMALL, by_limit, empty, ink
from monitoring.preview.units import show
from monitoring.prometheus_client import Series

Row = dict[str, str | float]


def stat(axes: Axes, panel: Panel, asker: Asker) -> None:
    """Draw each value as a tile in the colour of its limit."""
    found = finite([one for query in panel.queries for one in asker.now(query.expr, query.legend)])
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    if not found:
        empty(axes, panel)
        return
    words = dict(panel.words)
    for place, one in enumerate(found):
        left, width = place / len(found), 1 / len(found)
        tile = by_limit(one.last, panel.limits)
        axes.add_patch(Rectangle((left + 0.01, 0), width - 0.02, 1, color=tile))
        value = words.get(one.last, show(one.last, panel.unit))
        big = one.name if panel.show == "name" else value
        size = 15 if len(big) * len(found) < 14 else 9
        middle = left + width / 2
        low = 0.62 if panel.show == "both" else 0.5
        _white(axes, middle, low, big, size, "bold")
        if panel.show == "both":
            _white(axes, middle, 0.2, one.name, SMALL + 0.5)


def _white(axes: Axes, x: float, y: float, text: str, size: float, weight: str = "normal") -> None:
    axes.text(x, y, text, ha="center", va="center", color="white", size=size, weight=weight)


def bargauge(axes: Axes, panel: Panel, asker: Asker) -> None:
    """Draw one bar per series, the first on top, with lines at the limits."""
    (query,) = panel.queries
    found = finite(asker.now(query.expr, query.legend))[::-1]
    if not found:
        axes.axis("off")
        empty(axes, panel)
        return
    top = max([panel.maximum or 0.0, *(one.last for one in found)])
    colours = [by_limit(one.last, panel.limits) for one in found]
    axes.barh(range(len(found)), [one.last for one in found], color=colours, height=0.7)
    axes.set_yticks(range(len(found)), [one.name for one in found])
    axes.set_xlim(panel.minimum or 0.0, 1.12 * top)
    for place, one in enumerate(found):
        axes.text(one.last, place, f" {show(one.last, panel.unit)}", va="center", size=SMALL)
    for limit in panel.limits[1:]:
        axes.axvline(limit.value, color=GREY, linewidth=0.8, linestyle="--")
    _plain(axes)


def barchart(axes: Axes, panel: Panel, asker: Asker) -> None:
    """Draw the queries' values side by side for each value of the first column's label."""
    key = panel.columns[0][0]
    answers = [asker.now(query.expr, query.legend) for query in panel.queries]
    names = sorted({one.labels[key] for answer in answers for one in answer})
    if not names:
        axes.axis("off")
        empty(axes, panel)
        return
    width = 0.8 / len(answers)
    for place, (query, answer) in enumerate(zip(panel.queries, answers, strict=True)):
        by_name = {one.labels[key]: one.last for one in answer}
        values = [by_name.get(name, 0.0) for name in names]
        where = np.arange(len(names)) + (place - (len(answers) - 1) / 2) * width
        axes.bar(where, values, width, color=COLOURS[1 - place], label=query.legend)
    axes.set_xticks(range(len(names)), names, rotation=45 if len(names) > 9 else 0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: show(value, panel.unit)))
    axes.set_ylim(top=1.15 * axes.get_ylim()[1])
    axes.legend(fontsize=SMALL, frameon=False, ncols=2, loc="upper right")
    _plain(axes)


def matrix(axes: Axes, panel: Panel, asker: Asker) -> None:
    """Draw counts by two labels as shaded cells."""
    (query,) = panel.queries
    found = finite(asker.now(query.expr))
    row, column = (name for name, _ in panel.columns[:2])
    rows = sorted({one.labels[row] for one in found})
    columns = sorted({one.labels[column] for one in found})
    if not found:
        axes.axis("off")
        empty(axes, panel)
        return
    cells = np.zeros((len(rows), len(columns)))
    for one in found:
        cells[rows.index(one.labels[row]), columns.index(one.labels[column])] += one.last
    shades = axes.imshow(cells, cmap="Blues", aspect="auto", vmin=0)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), [name[:LONGEST] for name in rows])
    axes.set_xlabel(column, size=SMALL)
    axes.set_ylabel(row, size=SMALL)
    for (y, x), value in np.ndenumerate(cells):
        if value:
            said = show(float(value), panel.unit)
            colour = ink(shades.cmap(float(value / cells.max())))
            axes.text(x, y, said, ha="center", va="center", size=SMALL, color=colour)
    axes.tick_params(labelsize=SMALL, colors=GREY, length=0)


def table(axes: Axes, panel: Panel, asker: Asker) -> None:
    """Draw the columns of a table, its rows in the order of the first query."""
    rows = joined(panel, [asker.now(query.expr, query.legend) for query in panel.queries])
    axes.axis("off")
    if not rows:
        empty(axes, panel)
        return
    room = 2 * panel.height - 3
    shown = rows[:room]
    filled = min(1.0, (len(shown) + 1) / (room + 1))
    drawn = axes.table(
        [[_cell(row, name, unit) for name, unit in panel.columns] for row in shown],
        colLabels=[name for name, _ in panel.columns],
        cellLoc="left",
        colLoc="left",
        bbox=Bbox.from_bounds(0, 1 - filled, 1, filled),
        edges="horizontal",
    )
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(SMALL + 0.5)
    for (line, _), cell in drawn.get_celld().items():
        cell.set_edgecolor("#e4e4e4")
        cell.get_text().set_fontweight("bold" if line == 0 else "normal")
    _paint(drawn.get_celld(), panel, shown)
    if len(rows) > room:
        axes.text(1, -0.02, f"… and {len(rows) - room} more rows", ha="right", size=SMALL)


def joined(panel: Panel, answers: Sequence[Sequence[Series]]) -> list[Row]:
    """Return rows of labels with every query's value under its legend, as Grafana merges them."""
    rows: list[Row] = []
    for query, answer in zip(panel.queries, answers, strict=True):
        for one in answer:
            labels = {name: value for name, value in one.labels.items() if name != "__name__"}
            for row in (row for row in rows if _fits(row, labels, query.legend)):
                row.update(labels)
                row[query.legend] = one.last
                break
            else:
                rows.append({**labels, query.legend: one.last})
    return rows


def _fits(row: Row, labels: Mapping[str, str], legend: str) -> bool:
    return legend not in row and all(
        row.get(name, value) == value for name, value in labels.items()
    )


def _cell(row: Row, name: str, unit: str) -> str:
    value = row.get(name, "")
    return show(value, unit) if isinstance(value, float) else value


def _paint(cells: Mapping[tuple[int, int], Cell], panel: Panel, rows: Sequence[Row]) -> None:
    names = [name for name, _ in panel.columns]
    first = panel.queries[0].legend
    if not panel.limits or first not in names:
        return
    for line, row in enumerate(rows, start=1):
        value = row.get(first)
        if isinstance(value, float):
            text = cells[line, names.index(first)].get_text()
            text.set(color=by_limit(value, panel.limits), fontweight="bold")


def _plain(axes: Axes) -> None:
    axes.tick_params(labelsize=SMALL, colors=GREY, length=2)
    axes.spines[["top", "right"]].set_visible(False)
