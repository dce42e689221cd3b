"""Stage 4: write the bundle and check that it predicts what the training framework predicted."""

import math
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile, rmtree
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from perennial.bundle import (
    CARD,
    MANIFEST,
    MODEL,
    REFERENCE,
    SIGNALS,
    TOKENIZER,
    Bundle,
    SelfTest,
    write,
)
from perennial.bundle.manifest import PROMISED_HIGH, PROMISED_LOW
from perennial.bundle.predictor import Predictor
from perennial.errors import BundleRejected
from perennial.kinds.output_kind import OutputKind
from perennial.signals import Extraction
from perennial.statistics.serial import widened
from training import params
from training.artifacts.aside import aside
from training.artifacts.files import read_json
from training.artifacts.splits import Prepared
from training.command_line import run, task_parser
from training.errors import ExportRefused, MissingArtifact
from training.stages.basis import basis
from training.stages.model_card import model_card
from training.stages.reference import build
from training.task.files import digest_file, lock_file
from training.task.task import Task
from training.tasks import TASKS
from training.trackers.addition import add
from training.trackers.choose import wait_of

Floats = NDArray[np.float64]
# Rows that the bundle gets at once: a model of words needs a quarter of a megabyte for each.
ROWS = 1024


def check_equal(
    bundle: Bundle, inputs: NDArray[np.float32], expected: Floats, limit: float
) -> float:
    """Return the largest difference between the bundle's values and the framework's.

    Raises ExportRefused if it is over the limit.
    """
    predictor, starts = Predictor(bundle), range(0, len(inputs), ROWS)
    found = np.concatenate([predictor.predict(inputs[start : start + ROWS]) for start in starts])
    gaps = np.abs(found - expected).max(axis=1)
    worst = int(gaps.argmax())
    if not gaps[worst] <= limit:
        raise ExportRefused(
            f"{MODEL}: test row {worst} differs by {gaps[worst]:.2g} from the framework's "
            f"values, expected at most {limit:.2g}"
        )
    return float(gaps[worst])


def flat_metrics(output: OutputKind, metrics: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return the metrics that the manifest keeps, with their sample sizes."""
    return {
        f"{group}_{name}": {"value": metrics[group][name], "size": metrics[group]["rows"]}
        for group in ("base", "fresh")
        if group in metrics
        for name in output.metrics
        if metrics[group][name] is not None
    }


def promised(output: OutputKind, found: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return the ends between which the headline of as many rows that follow is expected.

    found: of the latest test rows, a group of metrics.json. Where rows have no time, it may be as
    far from theirs as two independent scores are from each other. Empty where nobody knows.
    """
    name = output.headline
    ends, own = _ends(found, f"{name}_next"), _ends(found, name)
    if own is None:
        return {}
    if ends is None:
        ends = widened(found[name], own, math.sqrt(2), highest=output.loss_test.highest)
    named = zip((PROMISED_LOW, PROMISED_HIGH), ends, strict=True)
    return {end: {"value": value, "size": found["rows"]} for end, value in named}


def _ends(found: Mapping[str, Any], name: str) -> tuple[float, float] | None:
    low, high = found.get(f"{name}_low"), found.get(f"{name}_high")
    return None if low is None or high is None else (low, high)


def data_version(lock: Path) -> str:
    """Return DVC's hash of the prepared rows, which DVC locks before this stage runs.

    Raises MissingArtifact.
    """
    if not lock.exists():
        raise MissingArtifact(lock)
    stages = YAML(typ="safe").load(lock.read_text(encoding="utf-8"))["stages"]
    version: str = stages["prepare"]["outs"][0]["md5"]
    return version


def export(
    name: str,
    folder: Path,
    numbers: params.Export,
    *,
    commit: str,
    data: str,
    now: datetime,
    tasks: Mapping[str, Task] = TASKS,
) -> Bundle:
    """Write the bundle from the artifacts of the earlier stages and check it.

    It is written aside and moved to its place once it has passed; an earlier one there is removed.
    commit: of the code.  data: DVC's hash of the prepared rows.  now: the time in UTC.
    Raises ExportRefused if the service would not load it, or it predicts something else.
    """
    task, out = tasks[name], folder / "bundle"
    if out.exists():
        rmtree(out)
    prepared = Prepared.read(folder / "prepared", task.input)
    facts = read_json(folder / "model" / "training.json")
    metrics = read_json(folder / "metrics" / "metrics.json")
    if not (folder / "model" / "predictions.npz").exists():
        raise MissingArtifact(folder / "model" / "predictions.npz")
    with np.load(folder / "model" / "predictions.npz") as file:
        validation, test = file["validation"], file["test"]
    rows = basis(prepared, task.output, validation, test, numbers)
    extraction = Extraction.fit(task.input, rows.fitted.inputs)
    reference = build(extraction, task.output, rows, numbers)
    manifest = {
        "task": name,
        "version": numbers.version,
        "created": now.isoformat(timespec="seconds"),
        "commit": commit,
        "data_version": data,
        "framework": facts["framework"],
        "framework_version": facts["framework_version"],
        "input": task.input.model_dump(),
        "output": task.output.model_dump(),
        "metrics": flat_metrics(task.output, metrics) | promised(task.output, metrics[rows.group]),
        "self_test": SelfTest.of(
            task.output,
            task.input.instance(prepared.test.inputs[0]),
            test[0],
            tolerance=numbers.tolerance,
        ).model_dump(),
    }
    with aside(folder) as place:
        made = place / out.name
        made.mkdir()
        for file in (MODEL, TOKENIZER):
            if file == MODEL or (folder / "model" / file).exists():
                copyfile(folder / "model" / file, made / file)
        (made / REFERENCE).write_text(reference.model_dump_json(indent=1) + "\n")
        extraction.save(made / SIGNALS)
        (made / CARD).write_text(model_card(task, name, numbers.version, metrics, facts))
        try:
            bundle = write(made, manifest)
            gap = check_equal(bundle, prepared.test.inputs, test, numbers.tolerance)
        except BundleRejected as error:
            raise ExportRefused(f"{error.file}: {error.problem}") from error
        made.rename(out)
    print(f"{name} {numbers.version}: bundle {bundle.digest[:12]}, largest difference {gap:.1g}")
    return replace(bundle, path=out)


def main(arguments: list[str] | None = None) -> None:
    """Run the stage for one task."""
    name = task_parser(__doc__).parse_args(arguments).task
    command = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    numbers, wait = params.load(name).export, wait_of(os.environ)
    folder = Path("artifacts", name)
    bundle = export(
        name,
        folder,
        numbers,
        commit=commit,
        data=data_version(lock_file(name)),
        now=datetime.now(UTC),
    )
    digest_file(name).write_text(f"{bundle.digest}  {bundle.path / MANIFEST}\n")
    scores = {f"test_{score}": found.value for score, found in bundle.manifest.metrics.items()}
    files = [*sorted(bundle.path.iterdir()), folder / "metrics" / "metrics.json"]
    add(folder, figures=scores, files=files, wait=wait)


if __name__ == "__main__":
    sys.exit(run(main))
