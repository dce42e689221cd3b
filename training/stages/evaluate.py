"""Stage 3: score the framework's own predictions on the test rows."""

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np

from perennial.kinds.output_kind import OutputKind
from perennial.statistics.confusion import confusion_matrix, precision_recall
from perennial.statistics.counts import Floats, Ints
from perennial.statistics.intervals import wilson
from training import params
from training.artifacts.files import read_json, write_json
from training.artifacts.splits import BASE, Prepared
from training.command_line import run, task_parser
from training.errors import MissingArtifact
from training.tasks import TASKS


def metrics_of(output: OutputKind, truth: Ints, probabilities: Floats) -> dict[str, Any]:
    """Return every metric on one set of rows; None if it is undefined on them.

    truth: indices, shape (rows,).  probabilities: shape (rows, labels).
    """
    confusion = confusion_matrix(probabilities, truth)
    low, high = wilson(int(np.trace(confusion)), len(truth))
    precision, recall = precision_recall(confusion)
    scores = {name: metric.score(probabilities, truth) for name, metric in output.metrics.items()}
    return {
        "rows": len(truth),
        **{name: None if np.isnan(score) else score for name, score in scores.items()},
        "accuracy_low": low,
        "accuracy_high": high,
        "per_class": {
            label: {
                "precision": float(precision[i]),
                "recall": float(recall[i]),
                "rows": int(confusion[i].sum()),
            }
            for i, label in enumerate(output.labels)
        },
        "confusion": confusion.tolist(),
    }


def evaluate(output: OutputKind, prepared: Prepared, probabilities: Floats) -> dict[str, Any]:
    """Return the metrics on base test rows, and on those of the latest incident if there are any.

    probabilities: for all test rows, in their order.
    """
    test = prepared.test
    groups = {"base": test.source == BASE}
    if prepared.fresh is not None and (test.source == prepared.fresh).any():
        groups["fresh"] = test.source == prepared.fresh
    return {
        name: metrics_of(output, test.labels[rows], probabilities[rows])
        for name, rows in groups.items()
    }


def write_confusion(
    file: Path, labels: tuple[str, ...], truth: Ints, probabilities: Floats
) -> None:
    """Write one line per test row, the format that `dvc plots` needs for a confusion matrix."""
    with file.open("w", newline="", encoding="utf-8") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(("actual", "predicted"))
        pairs = zip(truth, probabilities.argmax(axis=1), strict=True)
        lines.writerows((labels[actual], labels[predicted]) for actual, predicted in pairs)


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
    task = TASKS[name]
    prepared = Prepared.read(folder / "prepared", task.input)
    document = evaluate(task.output, prepared, probabilities)
    training = read_json(folder / "model" / "training.json")
    cost = {
        "training_seconds": training["cost"]["wall_seconds"],
        "training_energy_joules": training["cost"]["energy_joules_estimate"],
    }
    write_json(out / "metrics.json", {**cost, **document})
    truth = prepared.test.labels
    write_confusion(out / "confusion.csv", task.output.labels, truth, probabilities)
    for group, found in document.items():
        interval = f"{found['accuracy_low']:.4f} to {found['accuracy_high']:.4f}"
        print(f"{group}: accuracy {found['accuracy']:.4f} ({interval}) on {found['rows']} rows")


if __name__ == "__main__":
    sys.exit(run(main))
