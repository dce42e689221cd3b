"""Claim: a million rows of 14 columns are validated, prepared and trained in ten minutes and 8 GiB.

Each stage of a pipeline runs in a process of its own, on at most two cores, as DVC runs it: the
rows come from a Parquet file, with gaps and unknown categories, and go to gradient boosting.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray
from pyarrow import parquet

from benchmarks import results
from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.output_kind import OutputKind
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.kinds.outputs.number import NumberOutput
from tests.toy.numbers import NUMBERS as PARAMETERS
from training import params
from training.artifacts.splits import Prepared
from training.cost.machine import this_machine
from training.model import found
from training.stages import prepare, train
from training.task.rows_file import read_rows
from training.task.schema import Schema
from training.task.task import Rows
from training.trackers.spooled import FOLDER, SpooledRun
from training.validation.task_data import validate

ROWS = 1_000_000
CORES = 2
MOST_SECONDS, MOST_BYTES = 600, 8 * 2**30
NUMBERS, WORDS = 8, 6
TABLE = TableInput(
    columns=(
        *(NumberColumn(name=f"number_{at}") for at in range(NUMBERS)),
        *(
            CategoryColumn(name=f"word_{at}", categories=tuple(f"word {c}" for c in range(10)))
            for at in range(WORDS)
        ),
    )
)
OUTPUTS: Mapping[str, OutputKind] = {
    "classes": ClassesOutput(labels=("no", "yes")),
    "number": NumberOutput(unit="EUR"),
}
GAPS, NEW = 0.05, 0.002
SHARES = PARAMETERS.prepare.model_copy(update={"validation": 0.1, "test": 0.1})


class Million:
    """A task whose rows are a file."""

    input = TABLE
    schema = Schema(most_duplicates=0.01, uneven=100)
    about = "Made up."

    def __init__(self, folder: Path, output: OutputKind) -> None:
        self._file, self.output = folder / "rows.parquet", output

    def load(self) -> Rows:
        """Read the file."""
        return read_rows(self._file, self.input, label="label")


def write_rows(folder: Path, output: str, rows: int) -> None:
    """Write rows whose truth depends on numbers and words, and on chance."""
    random = np.random.default_rng(1)
    numbers = random.lognormal(0, 1, (rows, NUMBERS)).round(3)
    codes = random.integers(0, 10, (rows, WORDS))
    amount = numbers[:, 0] * 3 + numbers[:, 1] * numbers[:, 2] + np.where(codes[:, 0] > 4, 4, 0)
    amount += codes[:, 1] / 3 + random.normal(size=rows)
    numbers[random.random(numbers.shape) < GAPS] = np.nan
    words = np.array([f"word {c}" for c in range(10)] + ["new"])
    codes[random.random(codes.shape) < NEW] = 10
    columns: dict[str, Any] = {f"number_{at}": numbers[:, at] for at in range(NUMBERS)}
    columns |= {f"word_{at}": words[codes[:, at]] for at in range(WORDS)}
    columns["label"] = _labels(output, amount)
    parquet.write_table(pyarrow.table(columns), folder / "rows.parquet")


def _labels(output: str, amount: NDArray[np.float64]) -> Any:
    return amount.round(2) if output == "number" else np.where(amount > 8, "yes", "no")


def _validate(task: Million, folder: Path) -> None:
    findings = validate(task, SHARES, folder / "feedback.parquet")
    print("\n".join(map(str, [*findings.broken, *findings.warnings])))


def _prepare(task: Million, folder: Path) -> None:
    prepared = prepare.prepare(task, SHARES, folder / "feedback.parquet")
    prepared.write(folder / "prepared", task.output.labels)


def _train(task: Million, folder: Path) -> None:
    prepared, out = Prepared.read(folder / "prepared", task.input), folder / "model"
    out.mkdir()
    model = found.find("boosting")
    block = {**PARAMETERS.train.model_dump(), "model": "boosting"}
    numbers = params.Train.model_validate({**block, "parameters": model.trial.model_dump()})
    tracker = SpooledRun(folder / FOLDER, ["dvclive"], task="million", parameters={}, links={})
    train.train(prepared, numbers, task, out, model=model, tracker=tracker, machine=this_machine())
    tracker.finish(wait=30)


STAGES: Mapping[str, Callable[[Million, Path], None]] = {
    "validate": _validate,
    "prepare": _prepare,
    "train": _train,
}


def measure(stage: str, output: str, folder: Path) -> tuple[float, int]:
    """Return the seconds and the peak bytes of one stage. Raises RuntimeError if it fails."""
    command = [sys.executable, "-m", "benchmarks.million", "--stage", stage, "--output", output]
    environment = {**os.environ, "OMP_NUM_THREADS": str(CORES)}
    started = os.times().elapsed
    process = os.posix_spawn(sys.executable, [*command, "--folder", str(folder)], environment)
    _, status, used = os.wait4(process, 0)
    if status:
        raise RuntimeError(f"{stage}: ended with {os.waitstatus_to_exitcode(status)}")
    return os.times().elapsed - started, used.ru_maxrss * 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each stage, write the figures, print the table; return 1 if the claim fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.million", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--output", choices=list(OUTPUTS), default="classes")
    parser.add_argument("--out", type=Path, default=results.RESULTS, help="JSON to merge into")
    parser.add_argument("--stage", choices=list(STAGES), help="run only this one, in --folder")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args(arguments)
    if options.stage:
        STAGES[options.stage](Million(options.folder, OUTPUTS[options.output]), options.folder)
        return 0
    with tempfile.TemporaryDirectory() as name:
        write_rows(Path(name), options.output, options.rows)
        spent = {stage: measure(stage, options.output, Path(name)) for stage in STAGES}
    seconds, peak = sum(one for one, _ in spent.values()), max(one for _, one in spent.values())
    figures = {
        **{f"{stage}_s": round(one, 1) for stage, (one, _) in spent.items()},
        **{f"{stage}_gib": round(one / 2**30, 2) for stage, (_, one) in spent.items()},
    }
    about = {"rows": options.rows, "columns": NUMBERS + WORDS, "cores": CORES}
    results.merge(f"million_{options.output}", {**figures, **about}, path=options.out)
    print(results.table(["what", "figure"], [[name, value] for name, value in figures.items()]))
    return int(seconds > MOST_SECONDS or peak > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
