"""Finds the tasks: each folder with a task.py is one, by the folder's name.

A task whose rows are published elsewhere waits until they are here, or DVC knows them: until then
it is not among the tasks, so nothing trains, deploys or demands it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from training.errors import BadParameter
from training.task.files import DATA, ROWS
from training.task.published import MODULE as SOURCE
from training.task.published import OBJECT as PUBLISHED
from training.task.published import Published

if TYPE_CHECKING:
    from training.task.task import Task

CODE = "task.py"
OBJECT = "TASK"
NAME = re.compile(r"[a-z][a-z0-9_]*")
NAMED = "a name of small letters, digits and _ that begins with a letter, and no Python keyword"


class Tasks(Mapping[str, "Task"]):
    """The tasks in a folder, by name; a task's code is imported when that task is asked for.

    So a task that is broken, or slow to import, does not concern the others.
    """

    def __init__(self, folder: Path, package: str, data: Path = DATA) -> None:
        """folder: where the tasks are.  package: the name of the package that it is.

        data: the folder of the tasks' data.
        """
        self._folder = folder
        self._package = package
        self._data = data

    def __iter__(self) -> Iterator[str]:
        """Yield the names in order. Raises BadParameter."""
        return (name for name in self._names() if not self._waits(name))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    def __getitem__(self, name: str) -> "Task":
        """Return a task. Raises BadParameter if its code does not define one."""
        if name not in self:
            raise KeyError(name)
        return self.load(name)

    def load(self, name: str) -> "Task":
        """Return a task, even one that waits.

        Raises BadParameter if its code does not define one.
        """
        # Imported here, since most commands want the names alone.
        from pydantic import ValidationError

        from perennial import validation

        file = self._folder / name / CODE
        try:
            module = self._module(name, CODE.removesuffix(".py"))
        except ValidationError as error:
            wrong = validation.first(error)
            raise BadParameter(f"{file}: {wrong.field()}", wrong.value, wrong.expected) from error
        if not hasattr(module, OBJECT):
            raise BadParameter(f"{file}: {OBJECT}", validation.NOTHING, "the task")
        task: "Task" = getattr(module, OBJECT)
        return task

    @property
    def waiting(self) -> list[str]:
        """The names of those whose rows are not here yet, in order."""
        return [name for name in self._names() if self._waits(name)]

    @property
    def published(self) -> list[str]:
        """The names of those whose rows somebody publishes, here or not, in order."""
        return [name for name in self._names() if self._is_published(name)]

    def source(self, name: str) -> Published:
        """Return where a task's rows are published."""
        found: Published = getattr(self._module(name, SOURCE), PUBLISHED)
        return found

    def _names(self) -> Iterator[str]:
        for file in sorted(self._folder.glob(f"*/{CODE}")):
            yield checked_name(file.parent.name, field=str(file.parent))

    def _is_published(self, name: str) -> bool:
        return (self._folder / name / f"{SOURCE}.py").is_file()

    def _waits(self, name: str) -> bool:
        rows = self._data / name / ROWS
        # With a lock it does not: the task was trained, so that its rows are missing is an error.
        known = (rows, rows.with_name(f"{ROWS}.dvc"), self._folder / name / "dvc.lock")
        return self._is_published(name) and not any(file.exists() for file in known)

    def _module(self, name: str, module: str) -> ModuleType:
        return import_module(f"{self._package}.{name}.{module}")


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
        if name in getattr(tasks, "waiting", ()):
            expected += f"; 'make data TASK={name}' gets the rows of {name}"
        from perennial.validation import NOTHING  # not above, for the reason given in `load`

        raise BadParameter("task", name or NOTHING, expected)
    return name


def checked_name(name: str, *, field: str = "task") -> str:
    """Return a name that a task may have. Raises BadParameter.

    >>> checked_name("news_2")
    'news_2'
    """
    # With a capital, it is the name of a class: None, True and False cannot be one.
    if not NAME.fullmatch(name) or iskeyword(name) or iskeyword(name.capitalize()):
        raise BadParameter(field, name, NAMED)
    return name
