"""The pictures of one signal as SVG, in colours that the page's style chooses."""

import io
import re
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from monitoring.prometheus_client import Series
from monitoring.safe_text import plain
from monitoring.drift_report.signal_counts import SignalCounts
from monitoring.drift_report.signal_drift import SignalDrift
from monitoring.drift_report.report import DriftReport
from monitoring.thresholds import Thresholds

SIZE = (5.4, 2.5)
SMALL = 8
# More bins than this would be unreadable; those that moved most are shown then.
MOST_BINS = 24
LONGEST = 14
# More letters than this stand upright.
CROWDED = 60
# Drawn in these, which stand for variables of the style sheet.
INK, LIVE, REFERENCE, SHORT, LONG = "#24292f", "#0072b2", "#8a8f98", "#56b4e9", "#0072b3"
VARIABLES = {
    INK: "var(--ink)",
    LIVE: "var(--live)",
    REFERENCE: "var(--reference)",
    SHORT: "var(--short)",
    LONG: "var(--live)",
}
STYLE: Any = {
    "svg.fonttype": "none",
    # A label may hold a dollar.
    "text.parse_math": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.size": SMALL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": SMALL + 1,
    "legend.frameon": False,
}


def shares(found: SignalDrift) -> str:
    """Return live against reference shares by bin."""
    with rc_context({**STYLE, "svg.hashsalt": f"shares of {found.signal.name}"}):
        figure, axes = _axes()
        _shares(axes, found.signal)
        return _svg(figure)


def over_time(found: SignalDrift, report: DriftReport, thresholds: Thresholds) -> str:
    """Return the recorded PSI over the span, each window with its limit."""
    with rc_context({**STYLE, "svg.hashsalt": f"PSI of {found.signal.name}"}):
        figure, axes = _axes()
        _over_time(axes, found.signal.name, report, thresholds)
        return _svg(figure)


def _axes() -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE, layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    axes.grid(axis="y", color=REFERENCE, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def _shares(axes: Axes, signal: SignalCounts) -> None:
    moved = np.abs(signal.live - signal.shares)
    shown = np.sort(np.argsort(-moved, kind="stable")[:MOST_BINS])
    where = np.arange(len(shown))
    axes.bar(where - 0.2, 100 * signal.shares[shown], 0.4, color=REFERENCE, label="reference")
    if signal.rows:
        axes.bar(where + 0.2, 100 * signal.live[shown], 0.4, color=LIVE, label="in the span")
    names = [plain(signal.bins[place], LONGEST) for place in shown]
    crowded = len(names) * max(map(len, names)) > CROWDED
    axes.set_xticks(where, names, rotation=90 if crowded else 0)
    axes.set_ylabel("share of rows, %")
    part = f", {len(shown)} of {len(signal.bins)}" if len(shown) < len(signal.bins) else ""
    axes.set_xlabel(f"bin{part}" + (", low to high" if signal.numeric else ""))
    _legend(axes)


def _over_time(axes: Axes, name: str, report: DriftReport, thresholds: Thresholds) -> None:
    span, top = report.span, 0.0
    styles = ((SHORT, 1.0), (LONG, 1.8))[-len(report.history) :]
    for (window, found), (colour, width) in zip(report.history.items(), styles, strict=True):
        limit = thresholds.psi_limit(window)
        top = max(top, limit)
        axes.axhline(limit, color=colour, linewidth=1, linestyle="--")
        if one := found.get(name):
            _line(axes, one, f"over {window}", color=colour, linewidth=width)
            top = max(top, *one.values)
    axes.plot([], [], color=REFERENCE, linewidth=1, linestyle="--", label="its least limit")
    axes.set_xlim(*_days((span.start, span.end)))
    axes.set_ylim(0, 1.1 * top)
    axes.set_ylabel("PSI")
    axes.set_xlabel("UTC")
    _clock(axes)
    if not any(name in found for found in report.history.values()):
        axes.text(0.5, 0.5, "not recorded", ha="center", transform=axes.transAxes)
    _legend(axes)


def _line(axes: Axes, series: Series, label: str, **style: Any) -> None:
    # A line through a single point would not be seen.
    marker = "o" if len(series.times) == 1 else ""
    axes.plot(_days(series.times), series.values, marker=marker, label=label, **style)


def _days(moments: Sequence[float]) -> list[float]:
    """Return moments as matplotlib's dates: in days since 1970."""
    return [when / 86400 for when in moments]


def _clock(axes: Axes) -> None:
    places = AutoDateLocator(tz=UTC, minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(places)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(places, tz=UTC)  # type: ignore[no-untyped-call]
    )


def _legend(axes: Axes) -> None:
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)


def _svg(figure: Figure) -> str:
    """Return the picture for use inside a page: no prologue, no ids but those it refers to."""
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    drawn = file.getvalue()
    drawn = re.sub(r'<g id="[a-zA-Z0-9_.]+">', "<g>", drawn[drawn.index("<svg") :])
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    for colour, variable in VARIABLES.items():
        drawn = drawn.replace(colour, variable)
    return drawn
