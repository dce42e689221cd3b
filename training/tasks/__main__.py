"""Commands about tasks. Run as `python -m training.tasks VERB`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from training.errors import BadParameter, RemovalRefused, TrainingError
from training.task.changes import changed_files, concerned
from training.task.creation import create
from training.task.discovery import checked_name, named
from training.task.files import rows_file, stages_file
from training.task.obtain import obtain
from training.task.removal import mentions, remove, unsaved
from training.task.stages import write_stages
from training.task.tracking import Track, dvc_add, dvc_file
from training.tasks import TASKS


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = argparse.ArgumentParser(prog="python -m training.tasks", description=__doc__)
    verbs = found.add_subparsers(dest="verb", required=True)

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, description=text)

    verb("list", "print the names of all tasks")
    named = verb("name", "print a task's name, without NAME that of the only task")
    named.add_argument("name", nargs="?", default="")
    changed = verb("changed", "print the tasks that the difference of two commits concerns")
    changed.add_argument("base")
    changed.add_argument("commit")
    timed = verb("timed", "print those of some tasks whose rows have a time")
    timed.add_argument("names", nargs="*", metavar="name")
    verb("generate", "write each task's dvc.yaml from training/task/stages.yaml")
    verb("new", "make a folder for a new task, with code to fill in").add_argument("name")
    data = verb("data", "get the published rows of a task, and its stages")
    data.add_argument("name")
    data.add_argument("--folder", default="", help="of data that is there already")
    removed = verb("remove", "remove a task's files")
    removed.add_argument("name")
    removed.add_argument("--force", action="store_true", help="also files that git does not have")
    return found


def main(
    arguments: Sequence[str] | None = None, *, root: Path = Path(), track: Track = dvc_add
) -> None:
    """Run a verb. Raises BadParameter, RemovalRefused, DataRefused, NotTracked."""
    options = parser().parse_args(arguments)
    if options.verb == "list":
        print(*TASKS)
        _say_waiting(TASKS.waiting)
    elif options.verb == "name":
        print(named(options.name, TASKS))
    elif options.verb == "changed":
        files = changed_files(options.base, options.commit, root)
        print(*concerned(files, list(TASKS)))
        _say_waiting(concerned(files, TASKS.waiting))
    elif options.verb == "timed":
        chosen = [named(name, TASKS) for name in options.names]
        print(*(name for name in chosen if TASKS[name].input.time is not None))
    elif options.verb == "generate":
        print(*write_stages(TASKS, root), sep="\n")
    elif options.verb == "new":
        print("made", *create(options.name, root), sep="\n  ")
        print("Fill in task.py, then run 'dvc repro --all-pipelines' and commit the folder.")
    elif options.verb == "data":
        _get_data(options.name, root, options.folder, track)
    else:
        known = [*TASKS, *TASKS.waiting]
        _remove(named(checked_name(options.name), known), root, force=options.force)


def _say_waiting(names: Sequence[str]) -> None:
    """Name the tasks whose rows are not here, beside the names that scripts read."""
    for name in names:
        print(f"{name} waits for its rows: 'make data TASK={name}' gets them", file=sys.stderr)


def _get_data(name: str, root: Path, folder: str, track: Track) -> None:
    """Write a task's rows and stages, and say what comes next.

    Raises BadParameter, DataRefused, NotTracked.
    """
    if name not in TASKS.published:
        raise BadParameter("task", name, f"one of {', '.join(TASKS.published)}")
    rows, stages = rows_file(name), stages_file(name)
    obtain(TASKS.source(name), root / rows, folder=Path(folder) if folder else None)
    track(root / rows)
    write_stages({name: TASKS.load(name)}, root)
    print(
        f"{rows} has the rows of {name}. 'dvc repro {stages}' trains it; then 'dvc push', and "
        f"commit {dvc_file(rows)} and {stages.parent}"
    )


def _remove(name: str, root: Path, *, force: bool) -> None:
    """Remove a task and list what still names it. Raises RemovalRefused."""
    if not force and (lost := unsaved(name, root)):
        raise RemovalRefused(name, lost)
    print("removed", *remove(name, root), sep="\n  ")
    if found := mentions(name, root):
        print(f"these files still mention {name}:", *found, sep="\n  ")
    print(
        f"Look also at GitLab's variables that end with _{name}, and at the relay's RELAY_MODELS."
    )


if __name__ == "__main__":
    try:
        main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output, such as `head`, has gone: each verb prints after it has acted.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except TrainingError as error:
        sys.exit(f"{type(error).__name__}: {error}")
