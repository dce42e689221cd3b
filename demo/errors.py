"""Errors of the demo; each message is one sentence."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path


class DemoError(Exception):
    """The base class."""


class ProcessDied(DemoError):
    """A program that the demo started has ended unexpectedly."""

    def __init__(self, name: str, code: int, log: Path) -> None:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        super().__init__(
            f"{name} ended unexpectedly with exit code {code}; the end of {log}:\n{tail}"
        )


class ProgramFailed(DemoError):
    """A command that the demo ran has failed."""

    def __init__(self, command: str, code: int, log: Path) -> None:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        super().__init__(f"'{command}' failed with exit code {code}; the end of {log}:\n{tail}")


class TooSlow(DemoError):
    """An expected event of the loop has not happened in time."""

    def __init__(self, event: str, seconds: float) -> None:
        super().__init__(
            f"{event}: not seen after {seconds:.0f} s; is the machine busy? Close other "
            "programs and try again, or read the logs"
        )


class LoopBroken(DemoError):
    """The loop did something that it must not do."""


class FolderInUse(DemoError):
    """The demo's folder has other files, or another demo runs in it."""

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(f"--out: {folder} {problem}")


class NoPort(DemoError):
    """No port is free."""

    def __init__(self, among: Sequence[int]) -> None:
        super().__init__(f"port: none of {among[0]} to {among[-1]} is free on 127.0.0.1")


class MissingProgram(DemoError):
    """A program that the demo needs is not on the PATH."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: not found on the PATH; run 'make demo', which installs it")


class TaskMissing(DemoError):
    """The demo's task, or its rows, are not in the repository.

    waiting: the tasks whose rows are not there yet.
    """

    def __init__(self, name: str, known: Collection[str], waiting: Collection[str] = ()) -> None:
        expected = f"one of {', '.join(known)}" if known else "a folder in training/tasks"
        if name in waiting:
            expected = f"a task with its rows; 'make data TASK={name}' gets them"
        super().__init__(f"TASK: got {name!r}, expected {expected}")


class UnknownShift(DemoError):
    """The task has no such shift."""

    def __init__(self, name: str, task: str, known: Mapping[str, str]) -> None:
        listed = "".join(f"\n  {each}: {about}" for each, about in known.items())
        super().__init__(f"SHIFT: got {name!r}, expected one of those of {task}:{listed}")


class NothingToShift(DemoError):
    """A shift would send rows that the task's rules exclude from training."""

    def __init__(self, shift: str) -> None:
        super().__init__(
            f"SHIFT: got {shift!r}, expected a column whose changed values the task's rules allow "
            "in training; no retrain could learn from others"
        )


class NoHistory(DemoError):
    """A task's rows cannot be cut at a time."""

    def __init__(self, task: str, problem: str) -> None:
        super().__init__(
            f"SHIFT: got 'time', which {task} does not allow: {problem}; expected times in the "
            f"rows of data/{task}/rows.parquet, of which the task loads every one"
        )


class NoRowsAside(DemoError):
    """No rows of a task can be kept back for later."""

    def __init__(self, task: str, problem: str) -> None:
        super().__init__(
            f"SHIFT: {task} does not allow it: {problem}; expected data/{task}/rows.parquet, of "
            "which the task loads every row, some of them to keep back"
        )


class NoRecipe(DemoError):
    """Nobody has said what to change in a model for the example merge requests."""

    def __init__(self, model: str, known: Collection[str]) -> None:
        super().__init__(
            f"train.model: got {model!r}, expected one of {', '.join(known)}, which have a recipe "
            "in demo/recipe.py"
        )
