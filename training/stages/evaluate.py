"""Stage 3: score the framework's own predictions on the test rows."""

import csv
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from perennial.kinds.output_kind import OutputKind, Truths
from perennial.plural import plural
from perennial.statistics.counts import Bools, Floats
from perennial.statistics.loss_test import LossTest
from perennial.statistics.serial import design_effect, usual_change, widened
from training import params
from training.artifacts.files import read_json, write_json
from training.artifacts.splits import BASE, Prepared, Split
from training.artifacts.times import Times
from training.command_line import run, task_parser
from training.errors import MissingArtifact
from training.tasks import TASKS

LEVEL = 0.95  # confidence of the headline's interval
USUAL = 1.96  # times the usual change, which 95 % of changes do not exceed


def metrics_of(
    output: OutputKind, truths: Truths, values: Floats, times: Times | None = None
) -> dict[str, Any]:
    """Return every metric on one set of rows; None if it is undefined on them.

    Bounds of the headline are None if the rows do not tell them, such as a single one of a mean.
    truths: shape (rows,).  values: the model's, shape (rows, width).  times: of the rows, if any.
    """
    ends = intervals(output.loss_test, output.losses(values, truths), times)
    scores = {name: metric.score(values, truths) for name, metric in output.metrics.items()}
    scores |= {f"{output.headline}_{end}": score for end, score in ends.items()}
    return {
        "rows": len(truths),
        **{name: score if np.isfinite(score) else None for name, score in scores.items()},
        **output.details(values, truths),
    }


def intervals(
    test: LossTest, losses: Floats, times: Times | None, *, level: float = LEVEL
) -> dict[str, float]:
    """Return the ends of the interval of the score, by what follows its name in metrics.json.

    Where rows have a time, neighbours are alike, so the interval is wider; and the score of as many
    rows that follow is expected between `next_low` and `next_high`. It may be as far from this one
    as two independent scores are, or as stretches of the test rows are from those before them.
    """
    bounds = test.bounds(losses, level=level)
    if times is None:
        return dict(zip(("low", "high"), bounds, strict=True))
    score = test.score(losses)
    ordered = losses[np.argsort(times, kind="stable")]
    effect, change = design_effect(ordered), USUAL * usual_change(ordered)
    low, high = widened(score, bounds, math.sqrt(effect), highest=test.highest)
    apart = widened(score, bounds, math.sqrt(2 * effect), highest=test.highest)
    return {
        "low": low,
        "high": high,
        "next_low": min(apart[0], max(0.0, score - change)),
        "next_high": max(apart[1], min(test.highest, score + change)),
    }


def evaluate(output: OutputKind, prepared: Prepared, values: Floats) -> dict[str, Any]:
    """Return the metrics on base test rows, and on those of the latest incident if there are any.

    values: for all test rows, in their order.
    """
    test = prepared.test
    groups = {"base": test.source == BASE}
    if prepared.fresh is not None and (test.source == prepared.fresh).any():
        groups["fresh"] = test.source == prepared.fresh
    return {name: metrics_of(output, *_chosen(test, values, rows)) for name, rows in groups.items()}


def _chosen(rows: Split, values: Floats, chosen: Bools) -> tuple[Truths, Floats, Times | None]:
    times = None if rows.times is None else rows.times[chosen]
    return rows.labels[chosen], values[chosen], times


def write_confusion(file: Path, output: OutputKind, truths: Truths, values: Floats) -> None:
    """Write one line per test row, the format that `dvc plots` needs for a confusion matrix."""
    with file.open("w", newline="", encoding="utf-8") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(("actual", "predicted"))
        lines.writerows(output.pairs(values, truths))


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
        values = file["test"]
    task, output = TASKS[name], TASKS[name].output
    prepared = Prepared.read(folder / "prepared", task.input)
    document = evaluate(output, prepared, values)
    training = read_json(folder / "model" / "training.json")
    cost = {
        "training_seconds": training["cost"]["wall_seconds"],
        "training_energy_joules": training["cost"]["energy_joules_estimate"],
    }
    write_json(out / "metrics.json", {**cost, **document})
    write_confusion(out / "confusion.csv", output, prepared.test.labels, values)
    for group, found in document.items():
        low, value, high = (found[f"{output.headline}{end}"] for end in ("_low", "", "_high"))
        bounds = "" if None in (low, high) else f" ({low:.4f} to {high:.4f})"
        score = f"{output.metrics[output.headline].title} {value:.4f}{bounds}"
        print(f"{group}: {score} on {plural(found['rows'], 'row')}")


if __name__ == "__main__":
    sys.exit(run(main))
