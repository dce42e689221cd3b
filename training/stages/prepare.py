"""Stage 1: split base rows and collected feedback into train, validation and test."""

import sys
from pathlib import Path

from training import params
from training.artifacts.arrangement import arrange
from training.artifacts.feedback import read_feedback
from training.artifacts.splits import SPLITS, Prepared, Split
from training.command_line import run, task_parser
from training.task.task import Task
from training.tasks import TASKS


def prepare(task: Task, numbers: params.Prepare, feedback: Path) -> Prepared:
    """Return all splits of a task's base rows and of the feedback file."""
    rows = task.load()
    base = Split.of_base(task, rows)
    return arrange(base, read_feedback(task, feedback), numbers, aside=rows.held_out)


def main(arguments: list[str] | None = None) -> None:
    """Run the stage for one task."""
    name = task_parser(__doc__).parse_args(arguments).task
    task, numbers = TASKS[name], params.load(name).prepare
    prepared = prepare(task, numbers, Path("data", name, "feedback.parquet"))
    prepared.write(Path("artifacts", name, "prepared"), task.output.labels)
    print(", ".join(f"{split}: {len(prepared.split(split).labels)} rows" for split in SPLITS))


if __name__ == "__main__":
    sys.exit(run(main))
