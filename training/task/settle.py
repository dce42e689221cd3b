"""Completes the tasks of a fork that merged a newer version."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from training.errors import TrainingError
from training.task.creation import SKELETON
from training.task.files import params_file

if TYPE_CHECKING:
    from training.task.task import Task


def settle(tasks: Mapping[str, "Task"], root: Path = Path()) -> Iterator[str]:
    """Give each task the numbers that it lacks; yield what was added and what is still wrong."""
    from training import params  # not above: it imports every model

    skeleton = (SKELETON / params_file("").name).read_text(encoding="utf-8")
    for name in tasks:
        file = root / params_file(name)
        text, added = complete(file.read_text(encoding="utf-8"), skeleton)
        if added:
            file.write_text(text, encoding="utf-8")
            yield f"{params_file(name)} got {', '.join(added)}, as new tasks have them"
        try:
            params.load(name, file, of=tasks[name])
        except TrainingError as error:
            yield f"{name} needs a change: {error}"


def complete(text: str, skeleton: str) -> tuple[str, list[str]]:
    """Return a params.yaml with the fields that a new task has and it lacks, and their names.

    What a model's parameters lack is the model's matter.

    >>> complete("gate: {level: 0.1}\\n", "gate:\\n  level: 0.05\\n  seed: 7 # any\\n")
    ('gate: {level: 0.1, seed: 7}\\n', ['gate.seed: 7'])
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    document, added = yaml.load(text), []
    for block, fields in yaml.load(skeleton).items():
        own = document.setdefault(block, {})
        for name, value in fields.items():
            if name not in own:
                own[name] = value
                if (comment := fields.ca.items.get(name)) and not own.fa.flow_style():
                    own.ca.items[name] = comment
                added.append(f"{block}.{name}: {value}")
    out = io.StringIO()
    yaml.dump(document, out)
    return (out.getvalue() if added else text), added
