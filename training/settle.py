"""Complete the tasks of a fork that merged a newer version. Run as `python -m training.settle`."""

import argparse
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from training import params
from training.errors import TrainingError
from training.task.creation import SKELETON
from training.task.files import params_file
from training.task.removal import unlink
from training.task.task import Task
from training.tasks import TASKS

# What a new task has says nothing of another one's; nor how many models a retrain may cost.
MODEL = ("model", "windows", "parameters")


def main(arguments: Sequence[str] | None = None, *, root: Path = Path()) -> None:
    """Take out links to folders that are gone, add what is missing, say what is still wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.settle", description=__doc__)
    parser.add_argument("dropped", nargs="*", help="folders that are gone")
    unlink([root / place for place in parser.parse_args(arguments).dropped], root)
    for line in settle(TASKS, root):
        print(line)


def settle(tasks: Mapping[str, Task], root: Path = Path()) -> Iterator[str]:
    """Give each task the numbers that it lacks; yield what was added and what is still wrong."""
    skeleton = (SKELETON / params_file("").name).read_text(encoding="utf-8")
    for name in tasks:
        file = root / params_file(name)
        try:
            if added := _completed(file, skeleton):
                yield f"{params_file(name)} got {', '.join(added)}, as new tasks have them"
            params.load(name, file, of=tasks[name])
        except (TrainingError, ImportError) as error:
            yield f"{name} needs a change: {error}"


def _completed(file: Path, skeleton: str) -> list[str]:
    """Write the fields that a file lacks into it and return them; none where it is no YAML."""
    try:
        text, added = complete(file.read_text(encoding="utf-8"), skeleton)
    except YAMLError:  # two lines with one name, say; params.load names the place
        return []
    if added:
        file.write_text(text, encoding="utf-8")
    return added


def complete(text: str, skeleton: str) -> tuple[str, list[str]]:
    """Return a params.yaml with the fields that a new task has and it lacks, and their names.

    >>> complete("gate: {level: 0.1}\\n", "gate:\\n  level: 0.05\\n  seed: 7 # any\\n")
    ('gate: {level: 0.1, seed: 7}\\n', ['gate.seed: 7'])
    >>> complete("gate:\\n", "gate:\\n  seed: 7 # any\\n")
    ('gate:\\n  seed: 7 # any\\n', ['gate.seed: 7'])
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    document, added = yaml.load(text) or CommentedMap(), list[str]()
    for block, fields in yaml.load(skeleton).items():
        if document.get(block) is None:
            document[block] = CommentedMap()
        own = document[block]
        for name, value in fields.items():
            if name not in own and name not in MODEL:
                own[name] = value
                added.append(f"{block}.{name}: {value}")
                if (comment := fields.ca.items.get(name)) and not own.fa.flow_style():
                    own.ca.items[name] = comment
    out = io.StringIO()
    yaml.dump(document, out)
    return (out.getvalue() if added else text), added


if __name__ == "__main__":
    main()
