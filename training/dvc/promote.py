"""Copies what was judged to main's remote: `python -m training.dvc.promote --task TASK`.

Merge requests write to a remote of their own, which main reads here and nowhere else: what the
task's lock and .dvc files in this commit name, and main's remote lacks. DVC verifies each file when
it fetches it, and this compares the bundle with the digest in git before anything is copied.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from training.command_line import name_parser, run
from training.dvc import stored
from training.dvc.digest import check_here
from training.dvc.remote import NAMES, REVIEW_URL
from training.errors import RemoteRefused
from training.task.files import data_folder, lock_file, stages_file

REVIEW = NAMES[REVIEW_URL]


class Dvc:
    """DVC in a folder."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._environment = dict(environment)

    def lacking(self, task: str) -> list[str]:
        """Return the paths of a task that git names and main's remote lacks."""
        answer = json.loads(self.run("data", "status", "--json", "--not-in-remote"))
        places = (f"artifacts/{task}/", f"{data_folder(task)}/")
        return [path for path in answer.get("not_in_remote", ()) if path.startswith(places)]

    def run(self, *command: str) -> str:
        """Return what a command prints. Raises RemoteRefused with DVC's message."""
        done = subprocess.run(
            ["dvc", *command],
            cwd=self._root,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            raise RemoteRefused(f"dvc {command[0]}: {done.stderr.strip()}")
        return done.stdout


def promote(task: str, dvc: Dvc, root: Path) -> dict[str, str]:
    """Copy what main's remote lacks of a task; return what became of each path.

    What neither remote has is left out, as may be after `dvc gc`: an old version still deploys.
    Raises RemoteRefused if the bundle is not the one that git names; then nothing is copied.
    """
    lacking = dvc.lacking(task)
    if not lacking:
        return {}
    files = sorted((root / data_folder(task)).rglob("*.dvc"))
    targets = [str(stages_file(task)), *(str(file.relative_to(root)) for file in files)]
    dvc.run("pull", "--allow-missing", *targets)
    dvc.run("pull", "--allow-missing", "--remote", REVIEW, *targets)
    wanted = stored.outputs((root / lock_file(task)).read_text())
    for file in files:
        folder = file.relative_to(root).parent
        wanted += stored.outputs(file.read_text(), PurePosixPath(folder))
    wrong = {str(output.path): problem for output, problem in stored.differences(wanted, root)}
    bundle = f"artifacts/{task}/bundle"
    if bundle in wrong:
        raise RemoteRefused(
            f"{bundle}: {wrong[bundle]} after asking both remotes for it, so it is not in the DVC "
            "remote; run 'dvc push' where it was trained, or retrain it on a runner"
        )
    check_here(task, root)
    dvc.run("push", *targets)
    return {path: wrong.get(path.rstrip("/"), "copied") for path in lacking}


def main(
    arguments: Sequence[str] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    root: Path = Path(),
) -> None:
    """Copy a task's files and say which; do nothing where merge requests have no remote."""
    task = name_parser(__doc__).parse_args(arguments).task
    if not environment.get(REVIEW_URL):
        return
    for path, outcome in promote(task, Dvc(root, environment), root).items():
        print(f"{path}, which main's remote lacked: {outcome}")


if __name__ == "__main__":
    sys.exit(run(main))
