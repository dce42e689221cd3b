"""Calibration: whether confidence matches accuracy."""

from pathlib import Path

import numpy as np

from perennial.statistics.calibration import confidence_bins
from perennial.statistics.counts import Floats, Ints
from perennial.statistics.intervals import wilson
from perennial.statistics.metrics import METRICS
from training.report import plots
from training.report.markdown import image, signed, table
from training.report.outputs.classes.answers import Answers
from training.report.plots.reliability import Bins

LEAST_ROWS = 10


def section(found: Answers, out: Path) -> list[str]:
    """Return the reliability diagram of both models, and their mean confidence."""
    truth = found.inputs.rows.labels
    if not len(truth):
        return []
    models = ({} if found.old is None else {"main": found.old}) | {"here": found.new}
    drawn = {name: binned(given, truth) for name, given in models.items()}
    plots.reliability(out / "calibration.png", drawn)
    columns = [_figures(given, truth) for given in models.values()]
    names = ("accuracy", "mean confidence", "confidence − accuracy", "calibration error")
    rows = [list(row) for row in zip(names, *columns, strict=True)]
    return [
        "## Calibration",
        _calibrated(found),
        image("Accuracy by confidence, with 95% intervals", "calibration.png"),
        table(["share of rows", *models], rows, numbers=len(models)),
    ]


def binned(probabilities: Floats, truth: Ints, *, least: int = LEAST_ROWS) -> Bins:
    """Return the rows in the confidence bins of the calibration error.

    least: a bin with fewer rows is merged with those below it, the lowest with the next above.
    """
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    confidence = probabilities.max(axis=1)[order]
    right = (probabilities.argmax(axis=1) == truth)[order]
    ends = np.flatnonzero(np.diff(confidence_bins(confidence))) + 1
    cuts = [0]
    for end in ends:
        if end - cuts[-1] >= least and len(confidence) - end >= least:
            cuts.append(int(end))
    groups = [right[rows] for rows in np.split(np.arange(len(right)), cuts[1:])]
    bounds = np.array([wilson(int(rows.sum()), len(rows)) for rows in groups])
    return Bins(
        confidence=np.array([part.mean() for part in np.split(confidence, cuts[1:])]),
        accuracy=np.array([rows.mean() for rows in groups]),
        low=bounds[:, 0],
        high=bounds[:, 1],
    )


def _figures(probabilities: Floats, truth: Ints) -> list[str]:
    confidence = float(probabilities.max(axis=1).mean())
    accuracy = METRICS["accuracy"].score(probabilities, truth)
    gap = signed(confidence - accuracy)
    error = METRICS["calibration_error"].score(probabilities, truth)
    return [f"{accuracy:.4f}", f"{confidence:.4f}", gap, f"{error:.4f}"]


def _calibrated(found: Answers) -> str:
    """Return whether mean confidence lies within the interval of the accuracy."""
    confidence = float(found.new.max(axis=1).mean())
    level = 1 - found.inputs.numbers.gate.level
    low, high = wilson(int(found.right.sum()), len(found.right), level)
    bounds = f"{level:.0%} interval of the accuracy, {low:.4f} to {high:.4f}"
    mean = f"mean confidence {confidence:.4f}"
    if low <= confidence <= high:
        return f"Confidence matches accuracy: {mean} lies within the {bounds}."
    way, side = ("Overconfident", "above") if confidence > high else ("Underconfident", "below")
    return (
        f"**{way}**: {mean} lies {side} the {bounds}. Without labels, the service's accuracy is "
        "estimated from confidence and will be wrong by as much."
    )
