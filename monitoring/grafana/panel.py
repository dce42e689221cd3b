"""A panel as we mean it: what it asks Prometheus, and how the answer is to be read.

Grafana's JSON, the preview and the tests are all made from this, so they cannot disagree.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["stat", "timeseries", "table", "bargauge", "barchart", "heatmap", "timeline"]
Show = Literal["value", "name", "both"]
GREEN, ORANGE, RED = "green", "orange", "red"
LOOP, MODEL = "perennial-loop", "perennial-model"
SERVICE, RETRAINING = "perennial-service", "perennial-retraining"


@dataclass(frozen=True)
class Query:
    """One expression; `legend` names its series, or its column in a table.

    empty: why a healthy system has no series here; "" where it always has some.
    """

    expr: str
    legend: str
    empty: str = ""


@dataclass(frozen=True)
class Limit:
    """From `value` on, in the panel's unit, a value has this colour."""

    value: float
    colour: str


@dataclass(frozen=True)
class Panel:
    """One panel.

    description: what it shows and what to do about it.  unit: a unit of Grafana's.
    alerts: those whose value it shows; it links to their headings in the runbook.
    see: dashboards it links to.  width, height: in Grafana's grid, 24 columns wide.
    limits: colours by value, and lines in a timeseries.  words: a value's text instead of it.
    columns: of a table, label or query legend to unit, in order; `matrix` turns the first two into
    rows and columns.  repeat: the variable that it is repeated for.  bars: draw bars, not lines.
    """

    kind: Kind
    title: str
    description: str
    queries: tuple[Query, ...]
    alerts: tuple[str, ...]
    see: tuple[str, ...]
    unit: str = "short"
    width: int = 12
    height: int = 8
    limits: tuple[Limit, ...] = ()
    show: Show = "value"
    words: tuple[tuple[float, str], ...] = ()
    no_value: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    matrix: bool = False
    repeat: str = ""
    bars: bool = False
    minimum: float | None = None
    maximum: float | None = None

    @property
    def instant(self) -> bool:
        """Whether it shows one moment, not a range of time."""
        return self.kind in ("stat", "table", "bargauge", "barchart")


@dataclass(frozen=True)
class Annotation:
    """Moments or spans of time marked in every timeseries of a dashboard."""

    name: str
    expr: str
    title: str
    colour: str
    empty: str = ""


@dataclass(frozen=True)
class Board:
    """One dashboard; its panels flow from left to right in rows of 24 columns."""

    uid: str
    title: str
    description: str
    panels: tuple[Panel, ...]
    annotations: tuple[Annotation, ...] = ()
    since: str = "now-24h"
    per_signal: bool = False
