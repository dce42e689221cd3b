"""Section 3: accuracy and loss per epoch."""

import csv
from pathlib import Path

from training import plots
from training.errors import MissingArtifact
from training.report.source import Source


def section(source: Source, out: Path) -> list[str]:
    """Return the curves, where there is more than one epoch."""
    history = read_history(source.folder / "model" / "history.csv")
    if len(history["loss"]) < 2:
        return []
    plots.curves(out / "curves.png", history)
    return ["## Training curves", "![Accuracy and loss per epoch](curves.png)"]


def read_history(file: Path) -> dict[str, list[float]]:
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
