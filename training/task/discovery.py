"""Finds the tasks: each folder with a task.py is one, by the folder's name."""

import re
from collections.abc import Collection, Iterator, Mapping
from importlib import import_module
from keyword import iskeyword
from pathlib import Path

from pydantic import ValidationError

from perennial import validation
from training.errors import BadParameter
from training.task.task import Task

CODE = "task.py"
OBJECT = "TASK"
NAME = re.compile(r"[a-z][a-z0-9_]*")
NAMED = "a name of small letters, digits and _ that begins with a letter, and no Python keyword"


class Tasks(Mapping[str, Task]):
    """The tasks in a folder, by name; a task's code is imported when that task is asked for.

    So a task that is broken, or slow to import, does not concern the others.
    """

    def __init__(self, folder: Path, package: str) -> None:
        """folder: where the tasks are.  package: the name of the package that it is."""
        self._folder = folder
        self._package = package

    def __iter__(self) -> Iterator[str]:
        """Yield the names in order. Raises BadParameter."""
        for file in sorted(self._folder.glob(f"*/{CODE}")):
            yield checked_name(file.parent.name, field=str(file.parent))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    def __getitem__(self, name: str) -> Task:
        """Return a task. Raises BadParameter if its code does not define one."""
        if name not in self:
            raise KeyError(name)
        file = self._folder / name / CODE
        try:
            module = import_module(f"{self._package}.{name}.{CODE.removesuffix('.py')}")
        except ValidationError as error:
            wrong = validation.first(error)
            raise BadParameter(f"{file}: {wrong.field()}", wrong.value, wrong.expected) from error
        if not hasattr(module, OBJECT):
            raise BadParameter(f"{file}: {OBJECT}", validation.NOTHING, "the task")
        task: Task = getattr(module, OBJECT)
        return task


def named(name: str, tasks: Collection[str]) -> str:
    """Return a task's name; without one, that of the only task. Raises BadParameter.

    >>> named("", ["news"])
    'news'
    """
    known = list(tasks)
    if not name and len(known) == 1:
        return known[0]
    if name not in known:
        expected = f"one of {', '.join(known)}" if known else "a folder in training/tasks"
        raise BadParameter("task", name or validation.NOTHING, expected)
    return name


def checked_name(name: str, *, field: str = "task") -> str:
    """Return a name that a task may have. Raises BadParameter.

    >>> checked_name("news_2")
    'news_2'
    """
    if not NAME.fullmatch(name) or iskeyword(name):
        raise BadParameter(field, name, NAMED)
    return name
