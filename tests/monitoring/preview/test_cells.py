"""Panels of one moment, drawn without a Prometheus: what stands on them can be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from monitoring.grafana.panel import Board, Panel, Query
from monitoring.preview import cells
from monitoring.preview.ask import Asker
from monitoring.preview.dashboard import draw
from monitoring.prometheus_client import Series

COLUMNS = (("alert", ""), ("outcome", ""), ("incidents", "none"))
MATRIX = Panel("table", "T", "D.", (Query("a", "b"),), (), (), columns=COLUMNS, matrix=True)


@dataclass(frozen=True, kw_only=True)
class Answers(Asker):
    """A Prometheus that has these counts, by the name of a row."""

    counts: dict[str, float]

    def now(self, expr: str, legend: str = "") -> list[Series]:
        """Return a series for each."""
        pairs = self.counts.items()
        return [Series({"alert": name, "outcome": "open"}, [0.0], [one]) for name, one in pairs]


def _answers(**counts: float) -> Answers:
    return Answers(url="", end=60.0, span=60.0, values={"window": "1h"}, counts=counts)


@pytest.mark.parametrize("counts", ([1.0], [188.0, 611.0, 900.0, 1000.0], [1.0, 1.0, 1.0]))
def test_every_number_of_a_matrix_stands_out_from_its_cell(counts: list[float]) -> None:
    """Also the one of a single cell, and the least of several."""
    axes = plt.figure().add_axes((0, 0, 1, 1))
    cells.matrix(axes, MATRIX, _answers(**{f"row{place}": one for place, one in enumerate(counts)}))
    (image,) = axes.images
    assert len(axes.texts) == len(counts)
    for text, count in zip(axes.texts, counts, strict=True):
        paper = image.cmap(float(np.interp(count, image.get_clim(), (0, 1))))
        lights = sorted([_luminance(to_rgb(text.get_color())), _luminance(paper[:3])])
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 3  # WCAG's least contrast of graphics
    plt.close("all")


def _luminance(colour: Sequence[float]) -> float:
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in colour]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_long_names_of_rows_stay_in_their_panel(tmp_path: Path) -> None:
    """Nothing is written left of the frame of the leftmost panel."""
    board = Board("uid", "T", "D.", (MATRIX,), ())
    draw(board, _answers(EstimatedAccuracyDrop=1.0), tmp_path / "uid.png")
    left = imread(tmp_path / "uid.png")[:, :3]
    assert (left == left[0, 0]).all()
