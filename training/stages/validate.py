"""Stage 0: check base rows, collected feedback and their splits against the task's rules.

Also refuse a model that does not take the task's input, and parameters that it does not take,
before anything is trained.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from perennial.plural import plural
from training import params
from training.command_line import run, task_parser
from training.errors import InvalidData
from training.model import found
from training.task.files import data_folder, params_file
from training.task.task import Task
from training.tasks import TASKS
from training.validation.task_data import validate


def main(
    arguments: Sequence[str] | None = None,
    *,
    root: Path = Path(),
    tasks: Mapping[str, Task] = TASKS,
) -> None:
    """Run the stage for one task: write the findings, or raise InvalidData and write nothing."""
    name = task_parser(__doc__, tasks).parse_args(arguments).task
    task = tasks[name]
    numbers = params.load(name, root / params_file(name), of=task)
    found.find(numbers.train.model).check(numbers.train.parameters)
    feedback = root / data_folder(name) / "feedback.parquet"
    findings = validate(task, numbers.prepare, feedback)
    for warning in findings.warnings:
        print(f"warning: {warning}")
    if findings.broken:
        raise InvalidData(name, findings.broken)
    findings.write(root / "artifacts" / name / "validation" / "findings.json")
    rows = ", ".join(f"{source}: {plural(count, 'row')}" for source, count in findings.rows.items())
    warnings = plural(len(findings.warnings), "warning")
    print(f"{rows}; {plural(len(findings.checks), 'rule')} passed, {warnings}")


if __name__ == "__main__":
    sys.exit(run(main))
