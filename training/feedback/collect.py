"""Collect labelled feedback as training rows: `python -m training.feedback.collect`."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from perennial.plural import plural
from perennial.settings import describe
from training.command_line import run, task_parser
from training.errors import TooFewRows
from training.feedback.collection import CollectResult, collect, erase
from training.feedback.request import MANUAL, Request, request_of
from training.feedback.settings import Settings
from training.task.tracking import Track, dvc_add
from training.task.task import Task
from training.tasks import TASKS

# How many rows there were; monitoring/relay/gitlab.py reads it among the job's artifacts.
COUNT_FILE = "artifacts/{task}/collect/collect.json"


def parser(tasks: Collection[str] = TASKS) -> argparse.ArgumentParser:
    """Return the command line."""
    found = task_parser(
        "Append labelled predictions to data/TASK/feedback.parquet and raise the model's version. "
        "Empty values count as not given.",
        tasks,
    )
    found.add_argument("--incident", default="", help="12 hexadecimal digits; default: none")
    found.add_argument("--incident-started", default="", metavar="ISO", help="its start, UTC")
    found.add_argument(
        "--since", default="", metavar="ISO", help="without --incident: time of the earliest row"
    )
    found.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="the service's database; default: of the environment variables below",
    )
    found.add_argument(
        "--erase-only",
        action="store_true",
        help="only drop rows of erased subjects and columns that are sensitive now, and raise the "
        "version if there are any",
    )
    found.epilog = describe(Settings)
    found.formatter_class = argparse.RawDescriptionHelpFormatter
    return found


def main(
    arguments: Sequence[str] | None = None,
    *,
    root: Path = Path(),
    track: Track = dvc_add,
    tasks: Mapping[str, Task] = TASKS,
) -> None:
    """Collect and print what was done."""
    options = parser(tasks).parse_args(arguments)
    request = request_of(options)
    if options.erase_only:
        gone, version = erase(request, tasks[request.task], root=root, track=track)
        next_version = f"; next model version {version}" if gone else ""
        print(f"{request.task}: {gone}{next_version}")
        return
    start = "the beginning" if request.since is None else request.since.isoformat()
    note = "" if request.incident == MANUAL else " (start of the incident) minus the lookback"
    print(f"{request.task}: reading labelled predictions since {start}{note}", flush=True)
    done = _counted(request, tasks[request.task], root, track)
    print(f"{request.task}: {done.new}")
    for left_out in done.left_out:
        print(f"{request.task}: {left_out}")
    for source, rows in sorted(Counter(done.collected.sources).items()):
        print(f"{request.task}: {rows} of {source!r} collected")
    if done.earlier:
        print(f"{request.task}: {plural(done.earlier, 'row')} from just before the incident too")
    if done.dropped:
        print(f"{request.task}: {done.dropped}")
    total = plural(done.total, "row")
    print(f"{request.task}: feedback now has {total}; next model version {done.version}")


def _counted(request: Request, task: Task, root: Path, track: Track) -> CollectResult:
    """Collect, and write how many rows there were, where the relay finds it. Raises as `collect`.

    Of a pipeline that ends for want of rows it then waits for more.
    """
    file = root / COUNT_FILE.format(task=request.task)
    file.unlink(missing_ok=True)
    try:
        done = collect(request, task, root=root, track=track)
    except TooFewRows as error:
        _write(file, error.rows, error.least)
        raise
    _write(file, len(done.collected), done.least)
    return done


def _write(file: Path, rows: int, least: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"rows": rows, "least_rows": least}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(run(main))
