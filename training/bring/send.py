"""Send the rows of a file to the running service, and then their labels, as clients would.

`make send TASK=churn FILE=next.csv TARGET=churned` calls it.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from perennial.bundle.manifest import PROMISED_HIGH, PROMISED_LOW
from perennial.errors import Described
from perennial.kinds.inputs.table import TableInput
from perennial.plural import plural
from perennial.validation import NOTHING
from training.bring.cells import read
from training.bring.reading import read_reading
from training.bring.rows_of import Sendable, rows_of
from training.bring.service import Service
from training.command_line import add_task, run
from training.errors import BadParameter
from training.task.discovery import named
from training.task.task import Task
from training.tasks import TASKS

BATCH = 20  # rows of a request
ADDRESS, HERE = "PERENNIAL_URL", "http://127.0.0.1:8000"


def parser(tasks: Mapping[str, Task] = TASKS) -> argparse.ArgumentParser:
    """Return the command line; each option is a variable of `make send`."""
    found = argparse.ArgumentParser(prog="python -m training.bring.send", description=__doc__)
    add_task(found, lambda name: named(name, tasks))
    found.add_argument("--file", default="", help="CSV or Parquet, with the task's columns")
    found.add_argument("--target", default="", help="the column of the labels; default: none")
    found.add_argument("--url", default="", help=f"of the service; default: {ADDRESS}, or {HERE}")
    found.add_argument("--rate", type=float, default=100.0, help="rows a second at most")
    found.add_argument("--decimal", default="", help="the decimal mark, if it is not clear")
    found.add_argument("--dates", default="", help="dmy or mdy, if it is not clear")
    return found


def main(
    arguments: Sequence[str] | None = None,
    *,
    tasks: Mapping[str, Task] = TASKS,
    environment: Mapping[str, str] = os.environ,
    root: Path = Path(),
) -> None:
    """Send all rows, a batch at a time with its labels. Raises BadParameter, ServiceRefused."""
    options = parser(tasks).parse_args(arguments)
    task, file = tasks[options.task], Path(options.file).expanduser()
    if not options.file or not file.is_file():
        raise BadParameter("FILE", options.file or NOTHING, "an existing CSV or Parquet file")
    if not options.rate > 0:
        raise BadParameter("RATE", options.rate, "more than 0 rows a second")
    if not isinstance(task.input, TableInput):
        raise BadParameter("TASK", Described(f"{options.task}, {task.input.kind}"), "a table")
    sendable = rows_of(
        read(file),
        task.input,
        task.output,
        options.target,
        reading=read_reading(options.task, root),
        decimal=options.decimal,
        dates=options.dates,
    )
    url = options.url or environment.get(ADDRESS, "") or HERE
    print(f"to {url}")
    service = Service(url, key=environment.get("PERENNIAL_API_KEY", ""))
    for doubt in sendable.doubts:
        print(f"  - {doubt}")
    for line in send(sendable, task, service, rate=options.rate):
        print(line, flush=True)


def send(sendable: Sendable, task: Task, service: Service, *, rate: float) -> Iterator[str]:
    """Send rows and labels; yield what to print, every few seconds and at the end."""
    sent, losses = 0, list[float]()
    said = start = time.monotonic()
    pairs = list(zip(sendable.instances, sendable.labels, strict=True))
    for first in range(0, len(pairs), BATCH):
        batch = pairs[first : first + BATCH]
        time.sleep(max(0.0, start + sent / rate - time.monotonic()))
        body = {"instances": [instance for instance, _ in batch]}
        answers = service.post("/predict", body)["predictions"]
        sent += len(batch)
        for answer, (_, label) in zip(answers, batch, strict=True):
            if label is not None:
                losses.append(_label(answer, label, task, service))
        if time.monotonic() - said > 5:
            said = time.monotonic()
            yield f"{sent} of {len(sendable.instances)} rows sent"
    seconds = time.monotonic() - start
    scored = _scored(losses, task, service) if losses else "no labels"
    yield f"{plural(sent, 'row')} sent in {seconds:.0f} s, {scored}"


def _scored(losses: Sequence[float], task: Task, service: Service) -> str:
    """Return the score of the answers, and between which ends the serving bundle promised it."""
    headline = task.output.headline
    score = task.output.loss_test.score(np.array(losses))
    found = f"{plural(len(losses), 'label')}; {task.output.metrics[headline].title} {score:.4g}"
    manifest = service.get("/model")["manifest"]
    ends = [manifest["metrics"].get(end) for end in (PROMISED_LOW, PROMISED_HIGH)]
    if None in ends:
        return found
    low, high = (f"{end['value']:.4g}" for end in ends)
    return f"{found}, where version {manifest['version']} promised {low} to {high}"


def _label(answer: Mapping[str, Any], label: Any, task: Task, service: Service) -> float:
    """Send the label of an answer; return the answer's loss."""
    service.post("/feedback", {"prediction_id": answer["prediction_id"], "label": label})
    stored = task.output.stored(dict(answer))
    return task.output.loss(stored[0], task.output.read_label(label))


if __name__ == "__main__":
    sys.exit(run(main))
