"""Labels: their shares of the training rows, and precision and recall of each."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.statistics.confusion import confusion_matrix, precision_recall
from training.report import plots
from training.report.markdown import code, image, table
from training.report.outputs.classes.answers import Answers
from training.report.report_inputs import ReportInputs


def label_shares(
    inputs: ReportInputs, here: dict[str, Any], before: dict[str, Any] | None, out: Path
) -> list[str]:
    """Return the picture of the training rows' labels, and which share changed most."""
    unit = "share of training rows"
    now = shares(here["train"]["labels"], inputs.labels)
    then = None if before is None else shares(before["train"]["labels"], inputs.labels)
    plots.label_shares(out / "labels.png", now, then, inputs.labels, unit=unit)
    blocks = [image("Share of training rows by label", "labels.png")]
    if then is not None and np.abs(now - then).max() > 0:
        most = int(np.abs(now - then).argmax())
        moved = f"from {then[most]:.1%} to {now[most]:.1%} of training rows"
        blocks.append(f"The share of {code(inputs.labels[most])} changed most: {moved}.")
    return blocks


def shares(counts: dict[str, int], labels: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the share of each label, shape (labels,); zeros where there are no rows."""
    found = np.array([counts.get(label, 0) for label in labels], dtype=np.float64)
    return found / max(float(found.sum()), 1.0)


def label_scores(found: Answers) -> str:
    """Return precision and recall of both models by label, on the rows of the comparison."""
    truth = found.inputs.rows.labels
    if not len(truth):
        return ""
    models = {"here": found.new} if found.old is None else {"main": found.old, "here": found.new}
    both = [precision_recall(confusion_matrix(given, truth)) for given in models.values()]
    rows = [
        [
            code(label),
            int((truth == i).sum()),
            *(f"{precision[i]:.3f}" for precision, _ in both),
            *(f"{recall[i]:.3f}" for _, recall in both),
        ]
        for i, label in enumerate(found.inputs.labels)
    ]
    scores = [f"{score}, {name}" for score in ("precision", "recall") for name in models]
    return table(["label", "rows", *scores], rows, numbers=len(scores) + 1)
