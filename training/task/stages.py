"""Writes each task's dvc.yaml: the same stages for every task, with its name."""

from collections.abc import Iterable
from pathlib import Path

from training.task.files import stages_file

TEMPLATE = Path(__file__).with_name("stages.yaml")
PLACE = "TASK"
HEAD = "# Generated from training/task/stages.yaml by `python -m training.tasks generate`.\n"


def stages(task: str, template: str) -> str:
    """Return the text of a task's dvc.yaml. The template's own comment at its top is left out.

    >>> print(stages("news", "# About\\nstages:\\n  a: {cmd: run TASK}"), end="")
    # Generated from training/task/stages.yaml by `python -m training.tasks generate`.
    stages:
      a: {cmd: run news}
    """
    lines = template.splitlines()
    first = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    return HEAD + "".join(f"{line}\n" for line in lines[first:]).replace(PLACE, task)


def write_stages(tasks: Iterable[str], root: Path = Path()) -> list[Path]:
    """Write the dvc.yaml of each task and return the files."""
    template = TEMPLATE.read_text(encoding="utf-8")
    files = [root / stages_file(task) for task in tasks]
    for file in files:
        file.write_text(stages(file.parent.name, template), encoding="utf-8")
    return files
