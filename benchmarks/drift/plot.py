"""The plot for the docs: requests until the alarm by strength of shift, one panel per task."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.drift.run import SettingResult

DPI = 110
GRADES = ("barely\nvisible", "slight", "plain", "gross")
TICKS = (50, 100, 250, 500, 1_000, 2_500, 6_000)
# Distinguishable in grey: by marker and dash, ours by line width.
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "#1f3b57", "marker": "o", "linewidth": 2.6},
    {"color": "#8a8a8a", "marker": "s", "linestyle": "--"},
    {"color": "#5c5c5c", "marker": "^", "linestyle": ":"},
    {"color": "#8a8a8a", "marker": "D", "linestyle": "-."},
    {"color": "#b0b0b0", "marker": "v", "linestyle": "-"},
    {"color": "#3c3c3c", "marker": "x", "linestyle": "--"},
)


def draw(results: Sequence[SettingResult], detectors: Sequence[str], file: Path) -> None:
    """Write the PNG. results: those of one variant per detector."""
    from matplotlib.figure import Figure

    tasks = list(dict.fromkeys(result.task for result in results))
    figure = Figure(figsize=(2.5 * len(tasks) + 0.6, 3.6), layout="constrained", facecolor="white")
    panels = figure.subplots(1, len(tasks), sharey=True, squeeze=False)[0]
    for axes, task in zip(panels, tasks, strict=True):
        for detector, look in zip(detectors, LOOKS, strict=False):
            means = _by_grade(results, task, detector)
            axes.plot(range(1, len(means) + 1), means, label=detector, markersize=5, **look)
        axes.set_title(task, fontsize=10)
        axes.set_yscale("log")
        axes.set_yticks(TICKS, [f"{tick:,}" for tick in TICKS], fontsize=8)
        axes.minorticks_off()
        axes.set_xticks(range(1, len(GRADES) + 1), GRADES, fontsize=7.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#d4d4d4", linewidth=0.6)
    panels[0].set_ylabel("requests until the alarm\n(mean; 6,000 where none came)", fontsize=9)
    figure.supxlabel("strength of the shift", fontsize=9)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, fontsize=8, frameon=False)
    figure.savefig(file, dpi=DPI, facecolor="white")


def _by_grade(results: Sequence[SettingResult], task: str, detector: str) -> list[float]:
    own = [o for o in results if (o.task, o.detector) == (task, detector)]
    grades = sorted({o.grade for o in own})
    return [float(np.mean([o.cost for o in own if o.grade == grade])) for grade in grades]
