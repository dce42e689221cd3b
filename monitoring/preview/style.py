"""What all pictures share: colours, sizes, and what stands where nothing is."""

from matplotlib.axes import Axes

from monitoring.grafana.panel import Limit, Panel

TEXT, GREY, PAPER, EDGE = "#24292f", "#57606a", "#ffffff", "#d0d7de"
SMALL, TITLE = 6.5, 8.5
# Characters of a name.
LONGEST = 34
# Relative luminance of a colour on which white and TEXT stand out equally, by WCAG 2.2.
MIDDLE = 0.225
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


def ink(paper: tuple[float, float, float, float]) -> str:
    """Return the colour of a text on a cell, whose colour is red, green and blue from 0 to 1.

    Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance

    >>> ink((0.97, 0.98, 1.0, 1.0)) == TEXT, ink((0.03, 0.19, 0.42, 1.0))
    (True, 'white')
    """
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in paper
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < MIDDLE else TEXT


def make_room(axes: Axes, left: float) -> None:
    """Move an axes' left end where the names of its rows begin before `left`, in pixels."""
    names = axes.yaxis.get_tightbbox()
    if names is None or not axes.axison or names.x0 >= left:
        return
    figure = axes.get_figure(root=True)
    assert figure is not None
    more = (left - names.x0) / figure.bbox.width
    box = axes.get_position()
    axes.set_position((box.x0 + more, box.y0, box.width - more, box.height))


def by_limit(value: float, limits: tuple[Limit, ...]) -> str:
    """Return the colour that a value has under a panel's limits."""
    passed = [limit.colour for limit in limits[1:] if value >= limit.value]
    first = limits[0].colour if limits else "blue"
    return colour(passed[-1] if passed else first)


def empty(axes: Axes, panel: Panel) -> None:
    """Say that there is nothing, and why if the panel knows."""
    why = panel.no_value or next((one.empty for one in panel.queries if one.empty), "no data")
    axes.text(0.5, 0.5, why, ha="center", va="center", color=GREY, transform=axes.transAxes)
