"""What all pictures share: shades, open axes, and an opaque background with a margin."""

from io import BytesIO
from pathlib import Path
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image

DPI = 110
# This model, main's, and grid lines; distinguishable in grey too.
HERE, MAIN, FAINT = "#1f3b57", "#8a8a8a", "#d4d4d4"


def new(width: float, height: float) -> Figure:
    """Return an empty figure; width and height in inches."""
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12)
    return Figure(figsize=(width, height), layout=layout, facecolor="white")


def text(value: str, most: int = 14) -> str:
    """Return text for a picture: one line, shortened, with dollars escaped (they start formulas).

    >>> text("a very long label"), text("5$ or 6$")
    ('a very long l…', '5\\\\$ or 6\\\\$')
    """
    line = " ".join(value.split())
    short = line if len(line) <= most else line[: most - 1] + "…"
    return short.replace("$", r"\$")


def opened(axes: Axes, *, grid: Literal["x", "y"] = "y") -> None:
    """Drop the box around a plot; add faint lines to read values by."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis=grid, color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def save(figure: Figure, file: Path) -> None:
    """Write a PNG with a white background and margin, readable on light and dark pages.

    256 colours are enough for every picture and take a third of the bytes.
    """
    drawn = BytesIO()
    figure.savefig(drawn, dpi=DPI, facecolor="white", format="png")
    with Image.open(drawn) as picture:
        picture.convert("RGB").quantize(256).save(file, format="png", optimize=True)
