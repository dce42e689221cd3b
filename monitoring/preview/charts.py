"""Panels over time: lines and bars, a heatmap, a timeline of states."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from monitoring.grafana.panel import Panel
from monitoring.preview.ask import Asker
from monitoring.preview.style import COLOURS, GREY, LONGEST, SMALL, colour, empty
from monitoring.preview.units import show
from monitoring.prometheus_client import Series

MOST_NAMES = 12
TICKS = 6


def timeseries(axes: Axes, panel: Panel, asker: Asker, marks: Sequence[tuple[float, str]]) -> None:
    """Draw lines, or stacked bars, with the panel's limits and the dashboard's marks."""
    found = [one for query in panel.queries for one in asker.over(query.expr, query.legend)]
    _time_axis(axes, asker)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: show(value, panel.unit)))
    axes.grid(axis="y", color="#ececec", linewidth=0.7)
    axes.set_axisbelow(True)
    for when, style in marks:
        axes.axvline(when, color=style, linewidth=0.9, linestyle=":")
    for limit in panel.limits[1:]:
        axes.axhline(limit.value, color=colour(limit.colour), linewidth=0.9, linestyle="--")
    if not found:
        empty(axes, panel)
        return
    _bars(axes, found, asker) if panel.bars else _lines(axes, found)
    if panel.minimum is not None:
        axes.set_ylim(bottom=panel.minimum)
    _names(axes, found)


def _lines(axes: Axes, found: Sequence[Series]) -> None:
    for place, one in enumerate(found):
        limit = one.name.startswith(("limit", "accepted"))
        axes.plot(
            one.times,
            one.values,
            color=COLOURS[place % len(COLOURS)],
            linewidth=1.0 if limit else 1.5,
            linestyle="--" if limit else "-",
            label=one.name[:LONGEST],
        )


def _bars(axes: Axes, found: Sequence[Series], asker: Asker) -> None:
    ground: dict[float, float] = {}
    width = asker.step
    for place, one in enumerate(found):
        bottom = [ground.get(when, 0.0) for when in one.times]
        axes.bar(
            one.times,
            one.values,
            width,
            bottom=bottom,
            color=COLOURS[place % len(COLOURS)],
            label=one.name[:LONGEST],
        )
        for when, value in zip(one.times, one.values, strict=True):
            ground[when] = ground.get(when, 0.0) + value


def _names(axes: Axes, found: Sequence[Series]) -> None:
    handles, names = axes.get_legend_handles_labels()
    more = len(found) - MOST_NAMES
    if more > 0:
        names[MOST_NAMES - 1] = f"… and {more + 1} more"
    axes.legend(
        handles[:MOST_NAMES],
        names[:MOST_NAMES],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.11),
        ncols=min(4, len(found)),
        fontsize=SMALL,
        frameon=False,
        borderaxespad=0,
    )


def heatmap(axes: Axes, panel: Panel, asker: Asker) -> None:
    """Draw how a histogram's buckets fill over time; buckets that stay empty are left out."""
    (query,) = panel.queries
    found = sorted(asker.over(query.expr), key=lambda one: float(one.labels["le"]))
    times = sorted({when for one in found for when in one.times})
    if not times:
        empty(axes, panel)
        return
    columns = {when: place for place, when in enumerate(times)}
    below = np.full((len(found), len(times)), np.nan)
    for row, one in enumerate(found):
        below[row, [columns[when] for when in one.times]] = one.values
    within = np.diff(below, axis=0, prepend=0.0).clip(min=0)
    used = np.flatnonzero(np.nansum(within, axis=1))
    low, high = (used.min(), used.max() + 1) if used.size else (0, 1)
    _time_axis(axes, asker)
    axes.pcolormesh(times, np.arange(low, high), within[low:high], cmap="Blues", shading="nearest")
    names = [show(float(one.labels["le"]), panel.unit) for one in found]
    axes.set_yticks(np.arange(low, high), [f"≤ {name}" for name in names[low:high]])


def timeline(axes: Axes, panel: Panel, asker: Asker) -> None:
    """Draw a lane per series, filled while it is 1."""
    found = [one for query in panel.queries for one in asker.over(query.expr, query.legend)]
    found = sorted(found, key=lambda one: (one.name[:1], one.times[0]))[::-1]
    _time_axis(axes, asker)
    if not found:
        empty(axes, panel)
        return
    for row, one in enumerate(found):
        kind = int(one.name[0]) if one.name[:1].isdigit() else 0
        step = asker.step
        spans = [(a, b + step - a) for a, b in one.stretches(1.5 * step)]
        axes.broken_barh(spans, (row - 0.35, 0.7), color=COLOURS[kind % len(COLOURS)])
    axes.set_yticks(range(len(found)), [one.name[:LONGEST] for one in found])
    axes.set_ylim(-0.6, len(found) - 0.4)


def _time_axis(axes: Axes, asker: Asker) -> None:
    axes.set_xlim(asker.start, asker.end)
    ticks = [asker.start + asker.span * part / TICKS for part in range(1, TICKS)]
    pattern = "%m-%d %H:%M" if asker.span > 86400 else "%H:%M" if asker.span > 600 else "%H:%M:%S"
    names = [datetime.fromtimestamp(when, UTC).strftime(pattern) for when in ticks]
    axes.set_xticks(ticks, names)
    axes.tick_params(labelsize=SMALL, colors=GREY, length=2)
    axes.spines[["top", "right"]].set_visible(False)
