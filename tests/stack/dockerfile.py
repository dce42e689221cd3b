"""A Dockerfile as far as ours go: its stages' instructions, and the files that it copies."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = {"service": ROOT / "service/Dockerfile", "relay": ROOT / "monitoring/Dockerfile"}


@dataclass(frozen=True)
class Instruction:
    """One instruction; `flags` are its --name=value words, `value` the rest."""

    name: str
    value: str
    flags: dict[str, str]

    @property
    def words(self) -> list[str]:
        """The words of the value, of the exec form or of a plain one."""
        if self.value.startswith("["):
            words: list[str] = json.loads(self.value)
            return words
        return shlex.split(self.value)


def read(path: Path) -> list[list[Instruction]]:
    """Return the instructions of every stage; those before the first FROM are left out."""
    lines = [x for x in path.read_text("utf-8").splitlines() if not x.lstrip().startswith("#")]
    text = "\n".join(lines).replace("\\\n", " ")
    stages: list[list[Instruction]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        instruction = _parse(line)
        if instruction.name == "FROM":
            stages.append([])
        if stages:
            stages[-1].append(instruction)
    return stages


def _parse(line: str) -> Instruction:
    name, _, rest = line.partition(" ")
    flags = {}
    rest = rest.strip()
    while found := re.match(r"--([\w-]+)=(\S+)\s+", rest):
        flags[found[1]] = found[2]
        rest = rest[found.end() :]
    return Instruction(name, rest, flags)


def environment(stage: list[Instruction]) -> dict[str, str]:
    """Return what the ENV instructions of a stage set."""
    pairs = [word for one in stage if one.name == "ENV" for word in one.words]
    return dict(pair.split("=", 1) for pair in pairs)


def copied(stage: list[Instruction]) -> Iterator[tuple[Path, Path]]:
    """Yield each file of the repository that a stage copies, and its path in the working folder.

    Raises FileNotFoundError where a source is not there, or .dockerignore leaves it out.
    """
    for one in stage:
        if one.name == "COPY" and "from" not in one.flags:
            *sources, target = one.words
            for source in sources:
                yield from _copied(source, target)


def _copied(source: str, target: str) -> Iterator[tuple[Path, Path]]:
    path = ROOT / source
    files = [path] if path.is_file() else [x for x in path.rglob("*") if x.is_file()]
    files = [file for file in files if in_context(file.relative_to(ROOT))]
    if not files:
        raise FileNotFoundError(f"{source}: not there, or .dockerignore leaves it out")
    for file in files:
        inside = file.name if path.is_file() else file.relative_to(path)
        yield file, Path(target) / inside


def in_context(path: Path) -> bool:
    """Say whether .dockerignore lets a path of the repository into a build.

    The last pattern that matches the path or a folder above it decides.
    Source: https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    kept = True
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern = _expression(line.removeprefix("!"))
            if any(pattern.fullmatch(str(part)) for part in (path, *path.parents)):
                kept = line.startswith("!")
    return kept


def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", "[^/]*"))
