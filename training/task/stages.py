"""Writes each task's dvc.yaml: the same stages for every task, with its name and its headline."""

from collections.abc import Mapping
from pathlib import Path

from training.task.files import stages_file
from training.task.task import Task

TEMPLATE = Path(__file__).with_name("stages.yaml")
PLACE, METRIC = "TASK", "HEADLINE"
HEAD = "# Generated from training/task/stages.yaml by `python -m training.tasks generate`.\n"


def stages(task: str, template: str, headline: str) -> str:
    """Return the text of a task's dvc.yaml. The template's own comment at its top is left out.

    headline: the metric of the task's output that is drawn per epoch.

    >>> print(stages("news", "# About\\nstages:\\n  a: {cmd: run TASK}", "accuracy"), end="")
    # Generated from training/task/stages.yaml by `python -m training.tasks generate`.
    stages:
      a: {cmd: run news}
    """
    lines = template.splitlines()
    first = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    return HEAD + "".join(f"{line}\n" for line in lines[first:]).replace(PLACE, task).replace(
        METRIC, headline
    )


def write_stages(tasks: Mapping[str, Task], root: Path = Path()) -> list[Path]:
    """Write the dvc.yaml of each task and return the files."""
    template = TEMPLATE.read_text(encoding="utf-8")
    files = []
    for name, task in tasks.items():
        files.append(root / stages_file(name))
        files[-1].write_text(stages(name, template, task.output.headline), encoding="utf-8")
    return files
