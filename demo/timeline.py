"""The timeline of events and samples, written as JSON and drawn as a plot."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402 - the backend must be chosen first
from matplotlib.axes import Axes  # noqa: E402

from monitoring.thresholds import Thresholds  # noqa: E402
from perennial.statistics.metrics import Metric  # noqa: E402


@dataclass(frozen=True)
class Sample:
    """The state at one time, in seconds since the demo began; None where nothing is known yet."""

    seconds: float
    score: float | None
    recorded: float | None
    psi: float | None


@dataclass
class Timeline:
    """The demo's record; `summary` has the figures measured once, at the end.

    metric: what the scores are.  limits: the model's.
    """

    metric: Metric
    limits: Thresholds
    events: list[tuple[str, float]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)

    def add(self, event: str, seconds: float) -> None:
        """Record an event."""
        self.events.append((event, round(seconds, 1)))

    def seconds(self, event: str) -> float:
        """Return when an event happened. Raises KeyError."""
        return dict(self.events)[event]

    def write(self, folder: Path, *, title: str) -> None:
        """Write timeline.json and timeline.png."""
        document = {
            "events": [{"event": event, "seconds": seconds} for event, seconds in self.events],
            **self.summary,
        }
        (folder / "timeline.json").write_text(json.dumps(document, indent=2) + "\n")
        draw(self, folder / "timeline.png", title=title)


def draw(timeline: Timeline, path: Path, *, title: str) -> None:
    """Draw the score above drift, with each event as a numbered line and a legend below."""
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(11, 6.6), sharex=True, height_ratios=(3, 2), layout="constrained"
    )
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, weight="bold")
    _curve(above, timeline, "score", "seen by clients, last 5 s", "#1f5fa8", "-")
    _curve(above, timeline, "recorded", "recorded by Prometheus", "#7a7a7a", "--")
    above.set(ylabel=f"{timeline.metric.title} ({timeline.metric.unit})")
    above.margins(y=0.2)  # room for the numbers of the events
    above.legend(loc="best", frameon=False)
    _curve(below, timeline, "psi", "most drifted signal", "#b3471d", "-")
    below.set(ylabel="drift (PSI)", xlabel="seconds since the demo began")
    below.set_ylim(bottom=0)
    window = timeline.limits.short_window
    limit, said = timeline.limits.psi_limit(window), f"limit in {window}"
    below.axhline(limit, color="#b3471d", linewidth=0.8, linestyle=":", label=said)
    below.legend(loc="upper left", frameon=False)
    _mark_events(timeline, above, below)
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#e4e4e4", linewidth=0.7)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def _curve(axes: Axes, timeline: Timeline, name: str, label: str, colour: str, style: str) -> None:
    """Draw what is known; the line breaks where nothing is."""
    values = [getattr(sample, name) for sample in timeline.samples]
    if any(value is not None for value in values):
        known = [math.nan if value is None else value for value in values]
        seconds = [sample.seconds for sample in timeline.samples]
        axes.plot(seconds, known, style, color=colour, label=label, linewidth=1.8)


def _mark_events(timeline: Timeline, above: Axes, below: Axes) -> None:
    for number, (_, seconds) in enumerate(timeline.events, start=1):
        for axes in (above, below):
            axes.axvline(seconds, color="#555555", linewidth=0.7, alpha=0.6)
        above.annotate(
            str(number),
            (seconds, 0.97 if number % 2 else 0.92),
            xycoords=above.get_xaxis_transform(),
            ha="center",
            va="center",
            fontsize=8,
            bbox={"boxstyle": "circle,pad=0.2", "fc": "white", "ec": "#555555", "lw": 0.7},
        )
    names = [
        f"{i} {name.replace('_', ' ')}" for i, (name, _) in enumerate(timeline.events, start=1)
    ]
    half = (len(names) + 1) // 2
    lines = ["    ".join(names[:half]), "    ".join(names[half:])]
    below.set_xlabel("seconds since the demo began\n\n" + "\n".join(lines), fontsize=9)
