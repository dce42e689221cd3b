"""The model registry in git. Run as `python -m training.registry VERB`."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from training import params
from training.command_line import add_task, called, name_or_only, run
from training.gitlab.git import Remote, Repository
from training.registry import champion, versions
from training.registry.deployed_bundle import open_bundle
from training.registry.register import register
from training.registry.trained import tagged, trained
from training.registry.upload import upload
from training.task.discovery import named
from training.task.files import params_file
from training.tasks import TASKS


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = argparse.ArgumentParser(prog=called(), description=__doc__)
    verbs = found.add_subparsers(dest="verb", required=True)
    for verb, text in {
        "register": "tag the version that main deployed and verified, and push the tags",
        "champion": "print which version serves and why; exit 1 if the service serves another",
        "upload": "upload the version to GitLab's model registry",
    }.items():
        add_task(verbs.add_parser(verb, help=text, description=text), name_or_only)
    text = "print the tasks that have a bundle in this commit"
    verbs.add_parser("trained", help=text, description=text)
    text = "print the task of a production tag, if its commit was merged"
    verbs.add_parser("tagged", help=text, description=text).add_argument("tag")
    return found


def main(
    arguments: Sequence[str] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    root: Path = Path(),
    remote: Remote | None = None,
    ask: Callable[[str], Any] | None = None,
) -> int:
    """Run a verb and return the exit code.

    remote: where to push; by default the project's repository.  ask: fetches JSON; by default with
    the key in PERENNIAL_API_KEY.
    """
    options = parser().parse_args(arguments)
    if options.verb == "trained":
        print(*trained(TASKS, Repository(root, environment)))
        return 0
    if options.verb == "tagged":
        main_branch = f"origin/{environment.get('CI_DEFAULT_BRANCH') or 'main'}"
        print(tagged(options.tag, TASKS, Repository(root, environment), main_branch))
        return 0
    if options.verb == "register":
        to = remote or Remote.of_job(environment)
        pushed = register(options.task, root=root, environment=environment, remote=to)
        for name in pushed:
            print(f"pushed {name}")
        if not pushed:
            print(f"{options.task}: the deployed version is already registered")
        return 0
    if options.verb == "upload":
        found = open_bundle(options.task, root / "artifacts" / options.task / "bundle")
        numbers = params.load(options.task, root / params_file(options.task))
        chosen = numbers.model_dump(include={"prepare", "train", "export"})
        repository = Repository(root, environment)
        for line in upload(found, repository, environment, chosen):
            print(line, flush=True)
        return 0
    known = versions.read(options.task, Repository(root, environment))
    if not known.versions and not known.assignments:
        named(options.task, TASKS)
    ask = ask or partial(champion.ask, key=environment.get("PERENNIAL_API_KEY", ""))
    lines, agrees = champion.describe(known, environment.get("PERENNIAL_URL", ""), ask)
    print("\n".join(lines))
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(run(main))
