"""Trains one run through the stages of the pipeline, serves its bundle, and returns its figures."""

import csv
import json
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import servers, wrk
from benchmarks.papers.rows import TASKS, prepared
from benchmarks.papers.runs import Run
from training import params
from training.artifacts.files import write_json
from training.artifacts.splits import Prepared
from training.cost.machine import this_machine
from training.model import found
from training.stages.evaluate import evaluate
from training.stages.export import export
from training.stages.train import train

CONNECTIONS, SECONDS = 16, 5
SOME = "0" * 40  # in place of a commit


class Silent:
    """A tracker that records nothing."""

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Record nothing."""

    def end(self, *, failed: bool = False) -> None:
        """Do nothing."""


def measure(run: Run, folder: Path, *, serve: bool) -> dict[str, Any]:
    """Return the figures of a run; its artifacts stay in the folder, which is emptied before.

    serve: whether to load the service with requests too, which needs wrk.
    """
    task, rows = TASKS[run.task], prepared(run.task)
    model = found.find(run.model)
    parameters = run.resolved()
    numbers = params.Train.model_construct(
        watts_per_core=10,
        fresh_weight=1,
        model=run.model,
        parameters=model.Parameters.model_validate(parameters),
    )
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "model").mkdir(parents=True)
    rows.write(folder / "prepared", task.output.labels)
    fitted = train(
        rows, numbers, task, folder / "model", model=model, tracker=Silent(), machine=this_machine()
    )
    figures = _scores(folder, rows, run.task)
    facts = json.loads((folder / "model" / "training.json").read_text())
    bundle = export(
        run.task,
        folder,
        params.load(run.task).export,
        commit=SOME,
        data=SOME,
        now=datetime.now(UTC),
        tasks=TASKS,
    )
    size = sum(file.stat().st_size for file in bundle.path.iterdir())
    return {
        **figures,
        "parameters": parameters,
        "rows": len(rows.train.labels),
        "epochs": parameters.get("epochs"),
        "arithmetic": fitted.precision,
        "training_seconds": facts["cost"]["wall_seconds"],
        "processor_seconds": facts["cost"]["cpu_seconds"],
        "history": _history(folder / "model" / "history.csv"),
        "load": os.getloadavg()[1],
        "cores": os.cpu_count(),
        "bundle_megabytes": size / 1e6,
        **(_served(folder, bundle.path) if serve else {}),
    }


def _history(file: Path) -> list[dict[str, float]]:
    """Return the figures of each epoch."""
    with file.open(newline="") as lines:
        return [{name: float(of) for name, of in row.items()} for row in csv.DictReader(lines)]


def _scores(folder: Path, rows: Prepared, task: str) -> dict[str, float]:
    from sklearn.metrics import precision_recall_fscore_support

    with np.load(folder / "model" / "predictions.npz") as file:
        values = file["test"]
    document = evaluate(TASKS[task].output, rows, values)
    (folder / "metrics").mkdir(exist_ok=True)
    write_json(folder / "metrics" / "metrics.json", document)
    base, truths = document["base"], rows.test.labels
    precision, recall, f1, _ = precision_recall_fscore_support(
        truths, values.argmax(axis=1), average="macro", zero_division=0
    )
    names = ("accuracy", "accuracy_low", "accuracy_high")
    macro = {"precision": float(precision), "recall": float(recall), "f1": float(f1)}
    return {**{name: base[name] for name in names}, **macro}


def _served(folder: Path, bundle: Path) -> dict[str, float]:
    """Return answers a second at 16 connections, and the latency at one."""
    loaded = servers.served(folder / "served", bundle)
    body = json.dumps({"instances": [loaded.manifest.self_test.instance]})
    with servers.service(folder / "served") as service:
        wrk.load(service, body, connections=1, seconds=1)
        alone = wrk.load(service, body, connections=1, seconds=SECONDS)
        many = wrk.load(service, body, connections=CONNECTIONS, seconds=SECONDS)
    return {"answers_per_second": many.rate, "p50_ms": alone.p50, "p99_ms": alone.p99}
