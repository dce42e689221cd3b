"""What all pictures share: colours, sizes, and what stands where nothing is."""

from matplotlib.axes import Axes

from monitoring.grafana.panel import Limit, Panel

TEXT, GREY, PAPER, EDGE = "#24292f", "#57606a", "#ffffff", "#d0d7de"
SMALL, TITLE = 6.5, 8.5
# Apart in grey, too: okabe and ito's set for every kind of sight.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c6d31")
NAMED = {
    "green": "#3a9a5b",
    "orange": "#e08b1d",
    "red": "#cf3f33",
    "blue": "#4c78c8",
    "purple": "#8d5ab8",
}


def colour(name: str) -> str:
    """Return a colour of Grafana's by its name."""
    return NAMED[name]


def by_limit(value: float, limits: tuple[Limit, ...]) -> str:
    """Return the colour that a value has under a panel's limits."""
    passed = [limit.colour for limit in limits[1:] if value >= limit.value]
    first = limits[0].colour if limits else "blue"
    return colour(passed[-1] if passed else first)


def empty(axes: Axes, panel: Panel) -> None:
    """Say that there is nothing, and why if the panel knows."""
    why = panel.no_value or next((one.empty for one in panel.queries if one.empty), "no data")
    axes.text(0.5, 0.5, why, ha="center", va="center", color=GREY, transform=axes.transAxes)
