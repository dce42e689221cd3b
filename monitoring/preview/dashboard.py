"""One dashboard on one picture: its panels in Grafana's grid."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402 - the backend must be chosen first
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.patches import Rectangle  # noqa: E402

from monitoring.grafana.panel import Board, Panel  # noqa: E402
from monitoring.preview import cells, charts  # noqa: E402
from monitoring.preview.ask import Asker  # noqa: E402
from monitoring.preview.style import EDGE, GREY, SMALL, TEXT, TITLE, colour, make_room  # noqa: E402

COLUMNS = 24
# Inches of one cell of the grid, and of the head above it.
WIDE, TALL, HEAD = 0.6, 0.37, 0.75
# Room inside a panel, in inches: left, right, below and above its axes.
MARGINS = {
    "stat": (0.08, 0.08, 0.08, 0.3),
    "table": (0.12, 0.12, 0.16, 0.32),
    "bargauge": (1.15, 0.2, 0.28, 0.36),
    "timeline": (1.75, 0.2, 0.28, 0.36),
    "timeseries": (0.55, 0.15, 0.75, 0.36),
    "matrix": (0.45, 0.15, 0.42, 0.34),
}
OTHERS = (0.6, 0.15, 0.36, 0.36)
PLAIN = "Drawn by matplotlib from this dashboard's own panels; Grafana shows them in more detail."

Marks = Sequence[tuple[float, str]]
Draw = Callable[[Axes, Panel, Asker], None]
KINDS: dict[str, Draw] = {
    "stat": cells.stat,
    "table": cells.table,
    "matrix": cells.matrix,
    "bargauge": cells.bargauge,
    "barchart": cells.barchart,
    "heatmap": charts.heatmap,
    "timeline": charts.timeline,
}


@dataclass(frozen=True)
class Placed:
    """A panel at its place, in cells from the top left, with the values it is repeated for."""

    panel: Panel
    left: int
    top: int
    asker: Asker


def draw(board: Board, asker: Asker, path: Path) -> None:
    """Write a dashboard's picture. Raises PrometheusFailed."""
    placed = list(place(board, asker))
    rows = max(one.top + one.panel.height for one in placed)
    height = rows * TALL + HEAD
    figure = plt.figure(figsize=(COLUMNS * WIDE, height), facecolor="#f4f5f7")
    _head(figure, board, asker, height)
    marks = list(_marks(board, asker))
    for one in placed:
        _panel(figure, one, height, marks)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(figure)


def place(board: Board, asker: Asker) -> Iterator[Placed]:
    """Yield every panel at its place, as Grafana's builders lay them out."""
    left = top = deepest = 0
    for panel, own in _repeated(board, asker):
        yield Placed(panel, left, top, own)
        left, deepest = left + panel.width, max(deepest, panel.height)
        if left >= COLUMNS:
            left, top, deepest = 0, top + deepest, 0


def _repeated(board: Board, asker: Asker) -> Iterator[tuple[Panel, Asker]]:
    """Yield the panels; one that is repeated, for the signals that moved most, in one row."""
    for panel in board.panels:
        if not panel.repeat:
            yield panel, asker
            continue
        worst = board.panels[0].queries[0].expr  # the table of signals, worst first
        for one in asker.now(worst)[: COLUMNS // panel.width]:
            value = one.labels[panel.repeat]
            title = panel.title.replace(f"${panel.repeat}", value)
            values = {**asker.values, panel.repeat: value}
            yield replace(panel, title=title), replace(asker, values=values)


def _head(figure: Figure, board: Board, asker: Asker, height: float) -> None:
    def line(inches: float, text: str, size: float, colour: str, weight: str = "normal") -> None:
        figure.text(0.008, 1 - inches / height, text, size=size, color=colour, weight=weight)

    start, end = (
        datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%d %H:%M")
        for when in (asker.start, asker.end)
    )
    line(0.29, board.title, 13, TEXT, "bold")
    line(0.48, board.description, 9, TEXT)
    since = " (there are no older data)" if asker.cut else ""
    chosen = f"{start} to {end} UTC{since}, window {asker.values['window']}."
    line(0.65, f"{PLAIN} {chosen}", 7.5, GREY)


def _panel(figure: Figure, placed: Placed, height: float, marks: Marks) -> None:
    panel, gap = placed.panel, 0.04
    x, y = placed.left * WIDE + gap, HEAD + placed.top * TALL + gap
    wide, tall = panel.width * WIDE - 2 * gap, panel.height * TALL - 2 * gap
    kind = "matrix" if panel.matrix else panel.kind
    width = COLUMNS * WIDE
    frame = Rectangle(
        (x / width, 1 - (y + tall) / height),
        wide / width,
        tall / height,
        transform=figure.transFigure,
        facecolor="white",
        edgecolor=EDGE,
        zorder=-1,
    )
    figure.add_artist(frame)
    title = shorten(panel.title, int(13 * wide), placeholder="…")
    figure.text((x + 0.08) / width, 1 - (y + 0.2) / height, title, size=TITLE, weight="bold")
    left, right, below, above = MARGINS.get(kind, OTHERS)
    box = (
        (x + left) / width,
        1 - (y + tall - below) / height,
        (wide - left - right) / width,
        (tall - above - below) / height,
    )
    axes = figure.add_axes(box)
    axes.tick_params(labelsize=SMALL, colors=GREY)
    if kind == "timeseries":
        charts.timeseries(axes, panel, placed.asker, marks)
    else:
        KINDS[kind](axes, panel, placed.asker)
    make_room(axes, (x + gap) * figure.dpi)


def _marks(board: Board, asker: Asker) -> Iterator[tuple[float, str]]:
    """Yield the moment that each span of an annotation begins, and its colour."""
    for annotation in board.annotations:
        for one in asker.over(annotation.expr):
            before = -float("inf")
            for when in one.times:
                if when - before > 1.5 * asker.step:
                    yield when, colour(annotation.colour)
                before = when
