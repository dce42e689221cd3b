"""Writes each task's dvc.yaml: the same stages for every task, with its name, code and headline."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from training.task import card
from training.task.files import folder, stages_file
from training.task.published import MODULE

if TYPE_CHECKING:
    from training.task.task import Task

TEMPLATE = Path(__file__).with_name("stages.yaml")
PLACE, METRIC = "TASK", "HEADLINE"
# In the template, an item of this text becomes one for each of the task's Python files. DVC knows
# no patterns, and the whole folder has dvc.lock in it, which each stage changes.
CODE = "training/tasks/TASK/*.py"
# Left out where a task has none.
CARD = f"training/tasks/TASK/{card.CARD}"
HEAD = "# Generated from training/task/stages.yaml by `python -m training.tasks generate`.\n"


def stages(
    task: str, template: str, *, code: Sequence[str], headline: str, carded: bool = False
) -> str:
    """Return the text of a task's dvc.yaml. The template's own comment at its top is left out.

    code: the task's Python files, from the repository's root.
    headline: the metric of the task's output that is drawn per epoch.  carded: whether the task's
    model card begins with a file of its own.

    >>> template = "# About\\nstages:\\n  a:\\n    cmd: run TASK\\n    deps:\\n      - " + CODE
    >>> code = ["training/tasks/news/task.py"]
    >>> print(stages("news", template, code=code, headline="accuracy"), end="")
    # Generated from training/task/stages.yaml by `python -m training.tasks generate`.
    stages:
      a:
        cmd: run news
        deps:
          - training/tasks/news/task.py
    """
    lines = [line for line in template.splitlines() if carded or line.strip() != f"- {CARD}"]
    first = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    found = []
    for line in lines[first:]:
        files = code if line.strip() == f"- {CODE}" else [CODE]
        found += [line.replace(CODE, file) for file in files]
    text = "".join(f"{line}\n" for line in found)
    return HEAD + text.replace(PLACE, task).replace(METRIC, headline)


def code_files(task: str, root: Path = Path()) -> list[str]:
    """Return a task's Python files, from the repository's root, in the order of their names.

    Without the one that makes the rows: the stages depend on the rows themselves.
    """
    place = root / folder(task)
    files = (file for file in place.rglob("*.py") if file != place / f"{MODULE}.py")
    return sorted(file.relative_to(root).as_posix() for file in files)


def write_stages(tasks: Mapping[str, "Task"], root: Path = Path()) -> list[Path]:
    """Write the dvc.yaml of each task and return the files."""
    return [write_stages_of(name, task.output.headline, root) for name, task in tasks.items()]


def write_stages_of(name: str, headline: str, root: Path = Path()) -> Path:
    """Write the dvc.yaml of a task and return it. headline: of the task's output."""
    file = root / stages_file(name)
    file.write_text(stages_of(name, headline, root), encoding="utf-8")
    return file


def stages_of(name: str, headline: str, root: Path = Path()) -> str:
    """Return the dvc.yaml of a task, by the files that its folder has."""
    template = TEMPLATE.read_text(encoding="utf-8")
    code, carded = code_files(name, root), (root / folder(name) / card.CARD).is_file()
    return stages(name, template, code=code, headline=headline, carded=carded)
