"""What the stages' command lines share: the --task option, and errors as one line."""

import argparse
import sys
from collections.abc import Callable

from perennial.gitlab.errors import GitLabError
from training.errors import TrainingError
from training.tasks import TASKS


def task_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the required option --task."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--task", required=True, choices=sorted(TASKS), help="name of the task")
    return parser


def run(main: Callable[[], int | None]) -> int:
    """Run a command; return its exit code, or 2 after printing a known error."""
    try:
        return main() or 0
    except (GitLabError, TrainingError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
