"""What the stages' command lines share: the --task option, and errors as one line."""

import argparse
import sys
from collections.abc import Callable, Collection

from perennial.gitlab.errors import GitLabError
from training.errors import BadParameter, TrainingError
from training.task.discovery import checked_name, named
from training.tasks import TASKS


def task_parser(description: str | None, tasks: Collection[str] = TASKS) -> argparse.ArgumentParser:
    """Return a parser with the option --task, which is one of the tasks."""
    parser = argparse.ArgumentParser(prog=called(), description=description)
    add_task(parser, lambda name: named(name, tasks))
    return parser


def name_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the option --task for a command that needs no code of the task."""
    parser = argparse.ArgumentParser(prog=called(), description=description)
    add_task(parser, name_or_only)
    return parser


def called() -> str | None:
    """Return how the running module is called, None for a script; argparse says __main__.py."""
    spec = sys.modules["__main__"].__spec__
    return None if spec is None else f"python -m {spec.name.removesuffix('.__main__')}"


def name_or_only(name: str) -> str:
    """Return a name that a task may have; without one, that of the only task."""
    return checked_name(name) if name else named(name, TASKS)


def add_task(parser: argparse.ArgumentParser, check: Callable[[str], str]) -> None:
    """Add the option --task to a parser. check: returns the name, or raises BadParameter."""

    def checked(name: str) -> str:
        try:
            return check(name)
        except BadParameter as error:
            text = f"got {error.value}, expected {error.expected}"
            raise argparse.ArgumentTypeError(text) from error

    parser.add_argument("--task", type=checked, default="", help="default: the only task")


def run(main: Callable[[], int | None]) -> int:
    """Run a command; return its exit code, or 2 after printing a known error."""
    try:
        return main() or 0
    except (GitLabError, TrainingError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
