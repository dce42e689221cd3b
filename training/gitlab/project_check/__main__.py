"""The command line: `python -m training.gitlab.project_check --url … --project …`."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime

from perennial.gitlab.job import Job
from training.command_line import run
from training.errors import BadParameter
from training.gitlab.project_check.check import Status
from training.gitlab.project_check.checks import check_project
from training.gitlab.project_check.listing import count, document, table
from training.gitlab.project_check.reader import TOKEN, read


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = argparse.ArgumentParser(
        prog="python -m training.gitlab.project_check",
        description="Read a project on GitLab and list what it lacks. Reads "
        f"{TOKEN.name} from the environment: {TOKEN.expected}. Changes nothing. Exits with 0 if "
        "nothing is missing, 1 if something is, 2 if the project could not be read.",
    )
    found.add_argument("--url", required=True, help="such as https://gitlab.example.com")
    found.add_argument("--project", required=True, help="its path, such as group/project")
    found.add_argument("--json", action="store_true", help="print the results as JSON")
    return found


def main(
    arguments: Sequence[str] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    today: date | None = None,
    write: Callable[[str], object] = print,
) -> int:
    """Print what is missing and return the exit code."""
    options = parser().parse_args(arguments)
    for name in ("url", "project"):
        if not getattr(options, name):
            # python-gitlab would send the token to gitlab.com.
            raise BadParameter(f"--{name}", "", "GitLab's address and the project's path")
    job = Job(environment)
    token = job.secret(TOKEN)
    day = today or datetime.now(UTC).date()
    facts = read(options.url, options.project, token=token, today=day, ca_file=job.ca_file)
    results = check_project(facts)
    if options.json:
        write(document(facts, results))
    else:
        write(table(facts, results, width=shutil.get_terminal_size().columns))
    return 1 if count(results, Status.MISSING) else 0


if __name__ == "__main__":
    sys.exit(run(main))
