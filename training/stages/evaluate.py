"""Stage 3: what the model scores on rows it never saw, from the framework's own predictions."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.statistics.comparison import calibration_error, wilson
from training import params
from training.artifacts.files import read_json, write_json
from training.artifacts.splits import Prepared
from training.command_line import run, task_parser
from training.errors import MissingArtifact
from training.tasks import TASKS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def measure(labels: tuple[str, ...], truth: Ints, probabilities: Floats) -> dict[str, Any]:
    """Return every metric of one set of rows.

    truth: indices, shape (rows,).  probabilities: shape (rows, labels).
    """
    from sklearn import metrics

    classes = np.arange(len(labels))
    predicted = probabilities.argmax(axis=1)
    low, high = wilson(int((predicted == truth).sum()), len(truth))
    scores = metrics.precision_recall_fscore_support(
        truth, predicted, labels=classes, zero_division=0.0
    )
    return {
        "rows": len(truth),
        "accuracy": float((predicted == truth).mean()),
        "accuracy_low": low,
        "accuracy_high": high,
        "macro_f1": float(scores[2].mean()),
        "auc": _auc(truth, probabilities),
        "log_loss": float(metrics.log_loss(truth, probabilities, labels=classes)),
        "calibration_error": calibration_error(probabilities, truth),
        "per_class": {
            label: {
                "precision": float(scores[0][i]),
                "recall": float(scores[1][i]),
                "rows": int(scores[3][i]),
            }
            for i, label in enumerate(labels)
        },
        "confusion": metrics.confusion_matrix(truth, predicted, labels=classes).tolist(),
    }


def _auc(truth: Ints, probabilities: Floats) -> float | None:
    """Return the mean one-against-rest area; None where a class has no rows and it is undefined."""
    from sklearn.metrics import roc_auc_score

    present = np.unique(truth)
    if len(present) < 2:
        return None
    areas = [roc_auc_score(truth == label, probabilities[:, label]) for label in present]
    return float(np.mean(areas))


def evaluate(labels: tuple[str, ...], prepared: Prepared, probabilities: Floats) -> dict[str, Any]:
    """Return the metrics of the base test rows, and of the latest incident's where there are any.

    probabilities: of all test rows, in their order.
    """
    test = prepared.test
    groups = {"base": test.source == "base"}
    if prepared.fresh is not None and (test.source == prepared.fresh).any():
        groups["fresh"] = test.source == prepared.fresh
    return {
        name: measure(labels, test.labels[rows], probabilities[rows])
        for name, rows in groups.items()
    }


def write_confusion(
    file: Path, labels: tuple[str, ...], truth: Ints, probabilities: Floats
) -> None:
    """Write one line per test row, as `dvc plots` wants it for its confusion matrix."""
    pairs = zip(truth, probabilities.argmax(axis=1), strict=True)
    lines = [f"{labels[actual]},{labels[predicted]}" for actual, predicted in pairs]
    file.write_text("\n".join(["actual,predicted", *lines]) + "\n")


def main(arguments: list[str] | None = None) -> None:
    """Run the stage for one task."""
    name = task_parser(__doc__).parse_args(arguments).task
    params.load(name)
    folder = Path("artifacts", name)
    out = folder / "metrics"
    out.mkdir(parents=True, exist_ok=True)
    predictions = folder / "model" / "predictions.npz"
    if not predictions.exists():
        raise MissingArtifact(predictions)
    with np.load(predictions) as file:
        probabilities = file["test"]
    labels = TASKS[name].labels
    prepared = Prepared.read(folder / "prepared")
    document = evaluate(labels, prepared, probabilities)
    training = read_json(folder / "model" / "training.json")
    cost = {
        "training_seconds": training["cost"]["wall_seconds"],
        "training_energy_joules": training["cost"]["energy_joules_estimate"],
    }
    write_json(out / "metrics.json", {**cost, **document})
    write_confusion(out / "confusion.csv", labels, prepared.test.labels, probabilities)
    for group, found in document.items():
        interval = f"{found['accuracy_low']:.4f} to {found['accuracy_high']:.4f}"
        print(f"{group}: accuracy {found['accuracy']:.4f} ({interval}) on {found['rows']} rows")


if __name__ == "__main__":
    sys.exit(run(main))
