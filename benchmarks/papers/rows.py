"""The rows of a run: all published ones, and the official test rows where there are such."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow
from pyarrow import parquet

from perennial.kinds.pictures import pixels
from training import params
from training.artifacts.splits import Prepared, Split
from training.stages.prepare import prepare
from training.task.task import Rows, Task
from training.tasks.cifar10.task import TASK as CIFAR10
from training.tasks.cifar10.task import THINGS
from training.tasks.digits.task import TASK as DIGITS
from training.tasks.news.published import PUBLISHED, convert
from training.tasks.news.task import HELD_OUT, LABEL
from training.tasks.news.task import TASK as NEWS

# Named here, since a checkout without the rows of a task does not have it among its tasks.
TASKS: Mapping[str, Task] = {"news": NEWS, "cifar10": CIFAR10, "digits": DIGITS}
# Every so many training rows are looked at after each epoch, and calibrate; they are trained on.
WATCHED = 10
VARIABLE = "PERENNIAL_DATA"


def prepared(task: str) -> Prepared:
    """Return the rows of a task, read from the folder that the variable names, or shipped."""
    if task not in READ:  # split as its pipeline does
        return prepare(TASKS[task], params.load(task).prepare, Path("no feedback"))
    train, test = READ[task](Path(os.environ[VARIABLE]))
    of = TASKS[task]
    base = Split.of_base(of, train)
    watched = base.where(np.arange(0, len(base.labels), WATCHED))
    return Prepared(base, watched, Split.of_base(of, test), None)


def _news(folder: Path) -> tuple[Rows, Rows]:
    table = convert(*((folder / name).read_bytes() for name in PUBLISHED.local))

    def part(held_out: bool) -> Rows:
        chosen = table.filter(pyarrow.compute.equal(table[HELD_OUT], held_out))
        return Rows(chosen.select(["input"]), chosen[LABEL].to_pylist(), None)

    return part(False), part(True)


def _cifar10(folder: Path) -> tuple[Rows, Rows]:
    def part(name: str) -> Rows:
        with parquet.ParquetFile(folder / "cifar10" / name) as stored:
            table = stored.read()
        shape = CIFAR10.input.shape
        images = [pixels(name, file, "jpeg", shape) for file in table["image"].to_pylist()]
        labels = [THINGS[code] for code in table["label"].to_pylist()]
        return Rows(CIFAR10.input.arrow_of(np.stack(images)), labels, None)

    return part("train.parquet"), part("test.parquet")


READ = {"news": _news, "cifar10": _cifar10}
