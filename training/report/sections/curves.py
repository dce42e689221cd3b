"""Training curves: headline metric and loss by epoch, or by number of trees."""

import csv
from pathlib import Path

from training.errors import MissingArtifact
from perennial.statistics.figures import figure
from training.model.figures import TREES
from training.report import plots
from training.report.markdown import capital, image
from training.report.report_inputs import ReportInputs

History = dict[str, list[float]]
# What a training counts, and the name of the axis.
AXES = {"epoch": "epoch", "tree": "trees"}


def section(inputs: ReportInputs, out: Path) -> list[str]:
    """Return the curves, if there is more than one epoch, and the last epoch's figures."""
    history = read_history(inputs.folder / "model" / "history.csv")
    file = inputs.of_main("model/history.csv")
    main = None if file is None else read_history(file)
    blocks = ["## Training curves"]
    if max(len(found["loss"]) for found in (history, main or history)) > 1:
        units = {
            inputs.output.headline: (inputs.metric.title, inputs.metric.unit),
            "loss": ("loss", inputs.output.loss_unit),
        }
        steps = {AXES[counts(found)]: None for found in (history, main) if found is not None}
        counted = " or ".join(steps)
        plots.curves(out / "curves.png", history, main, units=units, counted=counted)
        about = f"{capital(inputs.metric.title)} and loss by {counted}"
        about += "" if main is None else ", main in grey"
        blocks.append(image(about, "curves.png"))
    else:
        blocks.append("The model is fitted in one go: there are no curves.")
    return [
        *blocks,
        _last(inputs, "Here", history)
        + ("" if main is None else " " + _last(inputs, "Main", main)),
    ]


def _last(inputs: ReportInputs, whose: str, history: History) -> str:
    """Return the figures of a training's last epoch."""
    word, name = counts(history), inputs.output.headline
    many = int(history[TREES if TREES in history else "epoch"][-1])
    here, there = history[name][-1], history[f"val_{name}"][-1]
    return (
        f"{whose}, after {many} {word if many == 1 else word + 's'}: {inputs.metric.title} "
        f"{figure(here, there)} on training and {figure(there, here)} on validation rows."
    )


def counts(history: History) -> str:
    """Return what a training counts: its epochs, or its trees.

    >>> counts({"epoch": [1.0], "loss": [0.2]}), counts({"epoch": [1.0], "trees": [30.0]})
    ('epoch', 'tree')
    """
    return "tree" if TREES in history else "epoch"


def read_history(file: Path) -> History:
    """Return the training curves by name.

    Raises MissingArtifact.
    """
    if not file.is_file():
        raise MissingArtifact(file)
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    if not rows:
        raise MissingArtifact(f"{file}: an epoch")
    return {name: [float(row[name]) for row in rows] for name in rows[0]}
