"""The pipeline's files as data: their jobs, rules and what training depends on."""

import itertools
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from demo.workspace import ROOT
from training.task.stages import PLACE, TEMPLATE

GLOBAL = {"default", "include", "stages", "variables", "workflow", "spec"}
# What GitLab says in a job's log of what is missing.
WARNING = re.compile(r"^(WARNING: .*no matching files|ERROR: ).*", re.MULTILINE)


class _Loader(yaml.SafeLoader):
    """YAML with GitLab's !reference."""


def _reference(loader: yaml.SafeLoader, node: yaml.SequenceNode) -> list[Any]:
    return ["!reference", *loader.construct_sequence(node)]


_Loader.add_constructor("!reference", _reference)


def files() -> list[Path]:
    """Return the root and every file of ci/."""
    return [ROOT / ".gitlab-ci.yml", *sorted((ROOT / "ci").glob("*.yml"))]


@cache
def read(file: Path) -> list[dict[str, Any]]:
    """Return the documents of a file: the header with `spec`, where there is one, and the rest."""
    return list(yaml.load_all(file.read_text(), Loader=_Loader))


def jobs() -> set[str]:
    """Return the name of every job, hidden ones left out."""
    names = {name for file in files() for name in read(file)[-1]}
    return {name for name in names - GLOBAL if not name.startswith(".")}


def changes(job: str) -> list[str]:
    """Return the patterns of the first rule of a job."""
    for file in files():
        if job in read(file)[-1]:
            found: list[str] = read(file)[-1][job]["rules"][0]["changes"]
            return found
    raise KeyError(job)


def tracked() -> list[str]:
    """Return every file that git carries."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def _paths(*keys: str) -> set[str]:
    """Return the paths under these keys of every stage, with TASK for the task's name."""
    paths = set()
    for stage in yaml.safe_load(TEMPLATE.read_text())["stages"].values():
        entries = [entry for key in keys for entry in stage.get(key, [])]
        # An entry is a path, or a path with its options.
        paths |= {next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries}
    return paths


def code_dependencies() -> set[str]:
    """Return what the stages depend on, without their outputs and what is the task's own."""
    found = _paths("deps") - _paths("outs", "metrics")
    return {path for path in found if PLACE not in path}


def training_inputs() -> list[str]:
    """Return every tracked file that a stage depends on, and those that steer it."""
    roots = {".dvc/config", ".dvcignore", "data", "training/tasks"} | code_dependencies()
    return [
        name
        for name in tracked()
        if any(name == root or name.startswith(f"{root}/") for root in roots)
    ]


def expression(pattern: str) -> str:
    """Return a pattern of rules:changes as a regular expression.

    >>> bool(re.fullmatch(expression("**/*.{py,sh}"), "a/b.sh")), expression("service/*.py")
    (True, 'service/[^/]*\\\\.py')
    """
    tokens = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "{": "(?:", "}": ")", ",": "|"}
    parts = re.findall(r"\*\*/|\*\*|.", pattern)
    depth = itertools.accumulate((p == "{") - (p == "}") for p in parts)
    return "".join(
        re.escape(part) if part == "," and not deep else tokens.get(part, re.escape(part))
        for part, deep in zip(parts, depth, strict=True)
    )
