"""List the versions that still hold rows of a subject: `python -m training.feedback.holders`."""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet

from perennial.plural import plural
from training.artifacts.feedback_columns import SUBJECT
from training.command_line import run, task_parser
from training.errors import BadParameter, CollectRefused
from training.task.files import data_folder
from training.tasks import TASKS

# Returns a file of a commit, which DVC may have to fetch.
Read = Callable[[Path, str], bytes]


@dataclass(frozen=True)
class HoldingCommit:
    """A commit whose feedback holds rows of the subject, and the tags of its models.

    unreadable: why nobody can say how many, as where its data are gone from DVC's remote.

    >>> print(HoldingCommit("0123456789ab" * 3, 7, ("digits@v1.1.0",)))
    0123456789ab: 7 rows; digits@v1.1.0
    >>> print(HoldingCommit("0123456789ab" * 3, 0, (), unreadable="no such file"))
    0123456789ab: gone or out of reach (no such file); no tag
    """

    commit: str
    rows: int
    tags: tuple[str, ...]
    unreadable: str = ""

    def __str__(self) -> str:
        what = (
            f"gone or out of reach ({self.unreadable})"
            if self.unreadable
            else plural(self.rows, "row")
        )
        return f"{self.commit[:12]}: {what}; {', '.join(self.tags) or 'no tag'}"


def holders(task: str, subject: str, *, root: Path, read: Read) -> Iterator[HoldingCommit]:
    """Yield each commit of any branch or tag that changed the feedback and has the subject's rows.

    A model is trained on what its commit's feedback holds: a tag is named with the last change
    before it. Commits whose feedback cannot be read are among them, with the reason.
    Raises CollectRefused where git fails.
    """
    file = data_folder(task) / "feedback.parquet"
    pointer = f"{file.as_posix()}.dvc"
    tagged: dict[str, list[str]] = {}
    for tag in _git(root, "tag", "--list", f"{task}@*").split():
        last = _git(root, "log", "-1", "--format=%H", tag, "--", pointer).strip()
        tagged.setdefault(last, []).append(tag)
    changed = _git(root, "log", "--all", "--diff-filter=AM", "--format=%H", "--", pointer)
    for commit in changed.split():
        tags = tuple(tagged.get(commit, ()))
        try:
            content = read(file, commit)
        except CollectRefused as error:
            yield HoldingCommit(commit, 0, tags, unreadable=str(error))
            continue
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(content))
        if SUBJECT not in table.column_names:
            continue
        rows = table[SUBJECT].to_pylist().count(subject)
        if rows:
            yield HoldingCommit(commit, rows, tags)


def dvc_read(file: Path, commit: str) -> bytes:
    """Return a file as a commit has it, from DVC's cache or remote. Raises CollectRefused."""
    import dvc.api
    from dvc.exceptions import DvcException

    try:
        found: bytes = dvc.api.read(file.as_posix(), repo=os.curdir, rev=commit, mode="rb")
    except (DvcException, OSError) as error:
        reason = " ".join(str(error).split())
        raise CollectRefused(f"{file} of {commit[:12]}: DVC cannot read it ({reason})") from error
    return found


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CollectRefused(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def parser(tasks: Collection[str] = TASKS) -> argparse.ArgumentParser:
    """Return the command line."""
    found = task_parser("List the commits and tags whose feedback holds a subject's rows.", tasks)
    found.add_argument(
        "--subject", required=True, help="the pseudonym that `python -m service.erase` prints"
    )
    return found


def main(
    arguments: Sequence[str] | None = None,
    *,
    root: Path = Path(),
    read: Read = dvc_read,
    tasks: Collection[str] = TASKS,
) -> None:
    """Print each version that holds the subject, or that none does."""
    options = parser(tasks).parse_args(arguments)
    if not re.fullmatch("[0-9a-f]{64}", options.subject):
        raise BadParameter("--subject", options.subject, "a pseudonym of 64 hexadecimal digits")
    found = list(holders(options.task, options.subject, root=root, read=read))
    for holder in found:
        print(holder)
    if not any(holder.rows for holder in found):
        which = "no version that can be read" if found else "no version"
        print(f"{which} holds rows of this subject")


if __name__ == "__main__":
    sys.exit(run(main))
