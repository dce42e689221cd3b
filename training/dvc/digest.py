"""Compares a bundle with the digest in git: `python -m training.dvc.digest TASK…`.

Uses only Python's standard library, since jobs that deploy install no packages.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from training.errors import RemoteRefused, TrainingError
from training.task.files import digest_file


def check(task: str, bundle: Path, recorded: str | None) -> None:
    """Raise RemoteRefused unless a bundle has the digest that the text of the task's file names.

    recorded: None where there is no such file.
    """
    file = digest_file(task)
    if recorded is None:
        raise RemoteRefused(
            f"{file}: not there; run 'dvc repro -P' and commit the digest it writes"
        )
    expected = recorded[:64]
    if not re.fullmatch(r"[0-9a-f]{64}(\s.*)?", recorded, re.DOTALL):
        raise RemoteRefused(
            f"{file}: got {recorded[:80]!r}, expected 64 hexadecimal digits as `export` writes them"
        )
    manifest = bundle / "manifest.json"
    if not manifest.is_file():
        raise RemoteRefused(f"{manifest}: not there, expected the bundle that {file} names")
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    if digest != expected:
        raise RemoteRefused(
            f"{bundle}: its digest is {digest[:12]}, {file} names {expected[:12]}; "
            "train the task again in a merge request"
        )


def check_here(task: str, root: Path = Path()) -> None:
    """Raise RemoteRefused unless the task's bundle in a checkout has the digest beside its lock."""
    file = root / digest_file(task)
    recorded = file.read_text(errors="replace") if file.is_file() else None
    check(task, root / "artifacts" / task / "bundle", recorded)


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare the tasks' bundles, or one bundle with a digest from elsewhere."""
    known = argparse.ArgumentParser(prog="python -m training.dvc.digest", description=__doc__)
    known.add_argument("tasks", nargs="+", metavar="TASK")
    known.add_argument("--bundle", type=Path, help="this folder, and a digest that stdin names")
    options = known.parse_args(arguments)
    if options.bundle and len(options.tasks) > 1:
        known.error("--bundle is for one task")
    for task in options.tasks:
        if options.bundle:
            check(task, options.bundle, sys.stdin.read())
        else:
            check_here(task)


if __name__ == "__main__":
    try:
        main()
    except TrainingError as error:
        sys.exit(f"digest: {error}")
