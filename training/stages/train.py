"""Stage 2: fit a model, adjust it, and write it as ONNX with the framework's own predictions."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from perennial.bundle import TOKENIZER
from perennial.kinds.adjustment import Adjustment
from perennial.kinds.output_kind import OutputKind
from training import params
from training.artifacts.files import write_json
from training.artifacts.splits import Prepared
from training.command_line import run, task_parser
from training.cost.machine import this_machine
from training.cost.meter import Reading, metered
from training.model import found
from training.model.model import Fitted, Log, Model, Rows
from training.model.parameters import flat
from training.model.portable import write_onnx
from training.model.rounded import rounding
from training.stages.epoch_log import EpochLog
from training.stages.window import (
    Tried,
    as_float32,
    as_served,
    calibrated,
    least_loss,
    windows,
)
from training.task.task import Task
from training.tasks import TASKS
from training.trackers import TRACKERS
from training.trackers.choose import DEFAULT, NONE, VARIABLE, chosen, wait_of
from training.trackers.links import links_of
from training.trackers.runs import Runs
from training.trackers.spooled import FOLDER, SpooledRun
from training.trackers.tracker import Tracker


def emphasise(prepared: Prepared, times: int) -> Rows:
    """Return the rows to fit to, the training rows of the latest incident `times` times."""
    fresh = prepared.train.source == (prepared.fresh or "")
    cases = np.repeat(np.arange(len(fresh)), np.where(fresh, times, 1))
    return Rows(prepared.train.where(cases), prepared.validation, cases)


def train(
    prepared: Prepared,
    numbers: params.Train,
    task: Task,
    out: Path,
    *,
    model: Model[Any],
    tracker: Tracker,
    machine: Callable[[], Reading],
) -> Fitted:
    """Fit and adjust the model and write this stage's outputs.

    model: the one that the numbers name.
    machine: measures the cost of fitting, without adjusting and writing.
    """
    history = EpochLog(out / "history.csv", tracker, task.output.headline)
    try:
        with metered(machine) as meter:
            tried = _fitted(prepared, numbers, task, model, history.log)
    except BaseException:
        tracker.end(failed=True)
        raise
    tracker.end()
    fitted = tried[0].fitted
    cost = meter.cost(
        device=fitted.device,
        precision=fitted.precision,
        watts_per_core=numbers.watts_per_core,
    )
    history.write()
    adjustment = _write_model(tried[0], prepared, task.output, out)
    facts = {
        "model": numbers.model,
        "framework": fitted.framework[0],
        "framework_version": fitted.framework[1],
        "seconds": cost.wall_seconds,
        **adjustment.facts,
        **rounding(fitted, prepared.validation, task.output),
        "rows": tried[0].rows,
        "cost": cost.document(),
    }
    if len(tried) > 1:
        facts["windows"] = {str(one.rows): one.loss for one in tried}
    write_json(out / "training.json", facts)
    return fitted


def _fitted(
    prepared: Prepared, numbers: params.Train, task: Task, model: Model[Any], log: Log
) -> list[Tried]:
    """Return the models that were fitted, the one to take first."""

    def fit(window: Prepared, told: Log) -> Fitted:
        rows = emphasise(window, numbers.fresh_weight)
        return model.fit(rows, task.input, task.output, numbers.parameters, told)

    found = windows(prepared, task.output, most=numbers.windows)
    if len(found) == 1:
        return [Tried(fit(prepared, log), prepared)]
    tried = least_loss(found, task.output, fit)
    tried[0].kept.tell(log)
    return tried


def _write_model(tried: Tried, prepared: Prepared, output: OutputKind, out: Path) -> Adjustment:
    fitted = tried.fitted
    adjustment = calibrated(fitted, tried.window.validation, output)
    np.savez_compressed(
        out / "predictions.npz",
        allow_pickle=False,
        validation=as_float32(adjustment.apply(as_served(fitted, prepared.validation))),
        test=as_float32(adjustment.apply(as_served(fitted, prepared.test))),
    )
    (out / TOKENIZER).unlink(missing_ok=True)  # of another model
    write_onnx(fitted, out / "model.onnx")
    adjustment.append(out / "model.onnx")
    return adjustment


def main(arguments: list[str] | None = None, *, tasks: Mapping[str, Task] = TASKS) -> None:
    """Run the stage for one task."""
    parser = task_parser(__doc__, tasks)
    known = ", ".join(sorted(TRACKERS))
    parser.epilog = f"{VARIABLE} lists trackers: {NONE}, or of {known}; default: {DEFAULT}."
    name = parser.parse_args(arguments).task
    trackers, wait = chosen(os.environ), wait_of(os.environ)
    task = tasks[name]
    numbers = params.load(name, of=task).train
    folder, model = Path("artifacts", name), found.find(numbers.model)
    prepared = Prepared.read(folder / "prepared", task.input)
    out = folder / "model"
    out.mkdir(parents=True, exist_ok=True)
    print(f"training {numbers.model} on {len(prepared.train.labels)} rows", flush=True)
    tracker = SpooledRun(
        folder / FOLDER,
        trackers,
        task=name,
        parameters=flat(numbers.model_dump()),
        links=links_of(os.environ, commit=commit()),
    )
    try:
        train(prepared, numbers, task, out, model=model, tracker=tracker, machine=this_machine())
    finally:
        links = tracker.finish(wait=wait)
    Runs(tracker.name, links).write(out)


def commit() -> str:
    """Return the commit that is checked out; empty outside a repository."""
    command = ["git", "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    sys.exit(run(main))
