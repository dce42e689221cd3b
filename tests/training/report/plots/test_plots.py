"""Every picture: written, small, opaque, with a margin, whatever the number of labels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.report import plots
from training.report.plots.reliability import Bins
from training.report.plots.slices import Line

Draw = Callable[[Path, list[str]], None]
UNITS = {"accuracy": ("accuracy", "share of rows"), "loss": ("loss", "nats")}
RANDOM = np.random.default_rng(1)


def counts(labels: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Return a matrix as large as the label set."""
    return RANDOM.integers(0, 30, size=(len(labels), len(labels)))


def history(epochs: int) -> dict[str, list[float]]:
    """Return curves that are not straight."""
    names = ("accuracy", "loss", "val_accuracy", "val_loss")
    return {name: RANDOM.uniform(size=epochs).tolist() for name in names}


def shares(labels: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a share per label."""
    return RANDOM.dirichlet(np.ones(len(labels)))


def bins() -> Bins:
    """Return three bins."""
    middle = np.array([0.3, 0.6, 0.9])
    return Bins(middle, middle, middle - 0.1, middle + 0.1)


DRAWN: dict[str, Draw] = {
    "confusion": lambda file, labels: plots.confusion(file, counts(labels), labels, title="rows"),
    "change": lambda file, labels: plots.confusion_change(
        file, counts(labels) - 15, labels, title="change"
    ),
    "no change": lambda file, labels: plots.confusion_change(
        file, counts(labels) * 0, labels, title="change"
    ),
    "curves": lambda file, labels: plots.curves(
        file, history(len(labels)), history(5), units=UNITS
    ),
    "reliability": lambda file, labels: plots.reliability(file, {"main": bins(), "here": bins()}),
    "reliability alone": lambda file, labels: plots.reliability(file, {"here": bins()}),
    "slices": lambda file, labels: plots.slices(
        file, [Line(label, 0.5, 0.1, 0.7, False) for label in labels], unit="points", zero=True
    ),
    "label shares": lambda file, labels: plots.label_shares(
        file, shares(labels), shares(labels), labels, unit="share of rows"
    ),
    "drift": lambda file, labels: plots.drift(
        file, "prediction", shares(labels), shares(labels), labels
    ),
    "grey images": lambda file, labels: plots.mistakes(
        file, RANDOM.normal(size=(7, 28, 28, 1)).astype(np.float32), labels * 4, limits=(-3, 3)
    ),
    "colour images": lambda file, labels: plots.mistakes(
        file, RANDOM.uniform(size=(10, 96, 96, 3)).astype(np.float32), labels * 5, limits=(0, 1)
    ),
}


@pytest.mark.parametrize("labels", [["no", "yes"], [f"class {i} of $ and $" for i in range(21)]])
@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_small_and_readable_on_any_page(
    tmp_path: Path, name: str, labels: list[str]
) -> None:
    """Under 200 kB and 1,000 pixels wide; white at its edges, so that ink never meets a dark page.

    Noise in colour is the largest that a grid of images can be.
    """
    file = tmp_path / "picture.png"
    DRAWN[name](file, labels)
    assert file.stat().st_size < 200_000
    with Image.open(file) as picture:
        assert picture.width <= 1000 and "transparency" not in picture.info
        pixels = np.asarray(picture.convert("L"))
    for edge in (pixels[:4], pixels[-4:], pixels[:, :4], pixels[:, -4:]):
        assert edge.min() > 250


def test_an_interval_without_ends_is_left_out(tmp_path: Path) -> None:
    """The slice of one row has its marker only."""
    lines = [Line("many", 0.5, 0.1, 0.7, False), Line("one", 0.3, -np.inf, np.inf, True)]
    plots.slices(tmp_path / "one.png", lines, unit="points", zero=True)
    with Image.open(tmp_path / "one.png") as image:
        assert image.width > 300
