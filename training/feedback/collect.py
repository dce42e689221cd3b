"""Collect labelled feedback as training rows: `python -m training.feedback.collect`."""

import argparse
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
from ruamel.yaml import YAML

from training import params
from training.command_line import run, task_parser
from training.errors import BadParameter, CollectRefused, InvalidData
from training.feedback.rows import Known, Sifted, parse, parse_time, read, sift
from training.tasks import TASKS
from training.tasks.task import Task
from training.validation.findings import Findings
from training.validation.table import SCHEMA, check_feedback

MANUAL = "manual"
DATABASE = "sqlite:///var/perennial.db"
# Puts a file under DVC, or raises CollectRefused.
Track = Callable[[Path], None]


@dataclass(frozen=True)
class Request:
    """What to collect: an incident's rows, or those since a moment, or all."""

    task: str
    incident: str
    since: datetime | None
    database: str


@dataclass(frozen=True)
class Collected:
    """What was done."""

    sifted: Sifted
    total: int
    version: str


def load_known(task: Task, file: Path) -> Known:
    """Return what was collected before.

    Raises CollectRefused where DVC tracks the file but it is not here: it would be lost.
    Raises InvalidData where it breaks the task's rules.
    """
    if not file.exists():
        if dvc_file(file).exists():
            raise CollectRefused(f"{file}: not found, but DVC tracks it; run 'dvc pull'")
        return Known()
    check(task, file)
    table = pyarrow.parquet.read_table(file)
    labels = table["label"].to_pylist()
    inputs = (np.asarray(row, dtype=np.float32).tobytes() for row in table["input"].to_pylist())
    return Known(
        frozenset(table["prediction_id"].to_pylist()), dict(zip(inputs, labels, strict=True))
    )


def check(task: Task, file: Path) -> None:
    """Raise InvalidData where the file breaks the rules that stop a training."""
    findings = Findings()
    if not check_feedback(findings, task, file):
        raise InvalidData(file, findings.broken)


def dvc_file(file: Path) -> Path:
    """Return the small file that stands in git for a tracked one."""
    return file.with_name(file.name + ".dvc")


def collect(request: Request, *, root: Path, track: Track) -> Collected:
    """Append the new labelled rows to the task's feedback and raise its model version.

    root: the repository.  Where anything fails, no file is changed.
    Raises CollectRefused, BadParameter, InvalidData.
    """
    task = TASKS[request.task]
    parameters = root / params.FILE
    limits = params.load(request.task, parameters).collect
    file = root / "data" / request.task / "feedback.parquet"
    known = load_known(task, file)
    labelled = read(request.database, request.task, _earliest(request, limits.lookback_seconds))
    rows = (parse(row, shape=task.input.shape, labels=task.labels) for row in labelled)
    sifted = sift(rows, known, schema=task.schema)
    if len(sifted.rows) < limits.least_rows:
        expected = f"expected at least {limits.least_rows} ({request.task}.collect.least_rows)"
        raise CollectRefused(f"rows: got {sifted}; {expected}")
    text, version = bump(parameters.read_text(encoding="utf-8"), request.task)
    with unchanged_on_failure(
        file, dvc_file(file), file.with_name(".gitignore"), file.with_name("feedback.new")
    ):
        total = append(file, sifted, request.incident)
        check(task, file)
        track(file)
        replace(parameters, text.encode())
    return Collected(sifted, total, version)


def _earliest(request: Request, lookback_seconds: float) -> datetime | None:
    if request.since is None or request.incident == MANUAL:
        return request.since
    return request.since - timedelta(seconds=lookback_seconds)


def append(file: Path, sifted: Sifted, incident: str) -> int:
    """Add the rows to the file and return how many it now holds."""
    columns = {
        "input": [row.input for row in sifted.rows],
        "label": [row.label for row in sifted.rows],
        "observed_at": [row.observed_at for row in sifted.rows],
        "incident": [incident] * len(sifted.rows),
        "prediction_id": [row.prediction_id for row in sifted.rows],
    }
    table = pyarrow.table(columns, schema=SCHEMA)
    if file.exists():
        table = pyarrow.concat_tables([pyarrow.parquet.read_table(file, schema=SCHEMA), table])
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name("feedback.new")
    pyarrow.parquet.write_table(table, fresh)
    os.replace(fresh, file)  # DVC may have linked the old one to its cache: never write into it
    return int(table.num_rows)


def bump(text: str, task: str) -> tuple[str, str]:
    """Return params.yaml with the task's minor version raised, comments kept, and the version.

    >>> bump("t:\\n  export:\\n    version: 1.0.3 # semantic\\n", "t")
    ('t:\\n  export:\\n    version: 1.1.0 # semantic\\n', '1.1.0')
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    document = yaml.load(text)
    major, minor, _ = str(document[task]["export"]["version"]).split(".")
    version = f"{major}.{int(minor) + 1}.0"
    document[task]["export"]["version"] = version
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue(), version


def replace(file: Path, content: bytes) -> None:
    """Write a file in one step: the old content or the new, never half."""
    fresh = file.with_name(file.name + ".new")
    fresh.write_bytes(content)
    os.replace(fresh, file)


@contextmanager
def unchanged_on_failure(*files: Path) -> Iterator[None]:
    """Put the files back as they were if the block raises."""
    before = {file: file.read_bytes() if file.exists() else None for file in files}
    try:
        yield
    except BaseException:
        for file, content in before.items():
            if content is None:
                file.unlink(missing_ok=True)
            elif not file.exists() or file.read_bytes() != content:
                replace(file, content)
        raise


def dvc_add(file: Path) -> None:
    """Put a file under DVC.

    Raises CollectRefused.
    """
    # Without --quiet, which would hide what went wrong.
    command = [sys.executable, "-m", "dvc", "add", file.name]
    done = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CollectRefused(f"dvc add {file}: {(done.stderr or done.stdout).strip()}")


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = task_parser(
        "Append labelled predictions to data/TASK/feedback.parquet and raise the model's version. "
        "Empty values count as not given."
    )
    found.add_argument("--incident", default="", help="12 hexadecimal digits; default: by hand")
    found.add_argument("--incident-started", default="", metavar="ISO", help="when it began, UTC")
    found.add_argument("--since", default="", metavar="ISO", help="by hand: the earliest row")
    found.add_argument(
        "--database",
        default=os.environ.get("PERENNIAL_DATABASE_URL", DATABASE),
        metavar="URL",
        help="the service's; default: $PERENNIAL_DATABASE_URL or " + DATABASE,
    )
    return found


def request_of(options: argparse.Namespace) -> Request:
    """Check the command line's values.

    Raises BadParameter.
    """
    incident, started = options.incident, options.incident_started
    if incident and not re.fullmatch("[0-9a-f]{12}", incident):
        raise BadParameter("--incident", incident, "12 hexadecimal digits, or nothing")
    if bool(incident) != bool(started):
        raise BadParameter("--incident-started", started, "a time if and only if --incident is set")
    if incident and options.since:
        raise BadParameter("--since", options.since, "nothing beside --incident")
    name, text = ("--incident-started", started) if incident else ("--since", options.since)
    since = parse_time(text, name=name) if text else None
    return Request(options.task, incident or MANUAL, since, options.database)


def main(
    arguments: Sequence[str] | None = None, *, root: Path = Path(), track: Track = dvc_add
) -> None:
    """Collect, and say what was done."""
    request = request_of(parser().parse_args(arguments))
    moment = "the beginning" if request.since is None else request.since.isoformat()
    kind = "" if request.incident == MANUAL else ", when the incident began, less the lookback"
    print(f"{request.task}: reading labelled predictions since {moment}{kind}", flush=True)
    done = collect(request, root=root, track=track)
    print(f"{request.task}: {done.sifted}")
    print(f"{request.task}: feedback has {done.total} rows now, the next model is {done.version}")


if __name__ == "__main__":
    sys.exit(run(main))
