"""Compares what DVC fetched with what git names: `python -m training.dvc.stored`.

DVC's own commands exit with 0 where `verify` refused a file, as long as it may be missing, and
`dvc get` reads a refused file from the remote after all. So this hashes the files themselves.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from dvc_data.hashfile.build import build
from dvc_data.hashfile.db import HashFileDB
from dvc_objects.fs.local import LocalFileSystem
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from training.errors import BadParameter, RemoteRefused, TrainingError

LOCKS = ("*dvc.lock", "*.dvc")


@dataclass(frozen=True)
class Output:
    """A file or folder that git names by its hash.

    files: how many files it is.
    """

    path: PurePosixPath
    md5: str
    files: int


def outputs(text: str, folder: PurePosixPath = PurePosixPath()) -> list[Output]:
    """Return what a lock, or a .dvc file in this folder, names.

    Raises BadParameter where the text is neither.
    """
    try:
        found = YAML(typ="safe").load(text)
        if "stages" in found:  # a lock's paths start at the root
            outs = [out for stage in found["stages"].values() for out in stage.get("outs", ())]
            folder = PurePosixPath()
        else:
            outs = found["outs"]
        return [_output(out, folder) for out in outs]
    except (YAMLError, LookupError, TypeError, AttributeError) as error:
        raise BadParameter("lock", text[:80], "a file that DVC wrote, without conflicts") from error


def _output(out: Any, folder: PurePosixPath) -> Output:
    return Output(folder / out["path"], out["md5"], out.get("nfiles", 1))


def content_hash(path: Path) -> str:
    """Return DVC's hash of a file or folder, computed from its content."""
    files = LocalFileSystem()  # type: ignore[no-untyped-call]
    _, _, found = build(HashFileDB(files, str(path)), str(path), files, "md5", dry_run=True)
    return str(found.hash_info.value)


def differences(wanted: Sequence[Output], root: Path) -> Iterator[tuple[Output, str]]:
    """Yield each output that is missing below a root or has another content, with the problem."""
    for output in wanted:
        path = root / output.path
        if not path.exists():
            yield output, "missing"
        elif (found := content_hash(path)) != output.md5:
            yield output, f"its MD5 is {found}, git names {output.md5}"


def named(root: Path) -> list[Output]:
    """Return what every lock and .dvc file in git names."""
    command = ["git", "ls-files", "-z", "--", *LOCKS]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    files = [PurePosixPath(name) for name in listed.split("\0") if name]
    return [one for file in files for one in outputs((root / file).read_text(), file.parent)]


def check(wanted: Sequence[Output], root: Path) -> str:
    """Return how many files were compared.

    Raises RemoteRefused, which names each output that is missing or has another content.
    """
    wrong = list(differences(wanted, root))
    total = sum(output.files for output in wanted)
    verified = total - sum(output.files for output, _ in wrong)
    count = f"{verified} of {total} files that git names were fetched and verified"
    if wrong:
        lines = "".join(f"\n  {output.path}: {problem}" for output, problem in wrong)
        raise RemoteRefused(f"{count}{lines}")
    return count


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = argparse.ArgumentParser(prog="python -m training.dvc.stored", description=__doc__)
    found.add_argument("--lock", help="read this lock instead of all of git; - for stdin")
    found.add_argument("--only", help="with --lock: the folder of outputs to compare")
    found.add_argument("--at", type=Path, help="with --only: where that folder was fetched to")
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare what is in the working tree, or one lock's outputs in a folder."""
    known = parser()
    options = known.parse_args(arguments)
    if options.lock is None:
        print(check(named(Path()), Path()))
        return
    if not options.only or not options.at:
        known.error("--lock needs --only and --at")
    text = sys.stdin.read() if options.lock == "-" else Path(options.lock).read_text()
    place = PurePosixPath(options.only)
    wanted = [
        Output(output.path.relative_to(place), output.md5, output.files)
        for output in outputs(text)
        if output.path.is_relative_to(place)
    ]
    print(check(wanted, options.at), file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except TrainingError as error:
        sys.exit(f"{type(error).__name__}: {error}")
