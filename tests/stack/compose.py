"""docker-compose.yml as docker compose reads it, with the variables of .env.example filled in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"
# What .env.example leaves for a person to fill in.
FILLED_IN = {
    "RELAY_GITLAB_URL": "https://gitlab.example",
    "RELAY_PROJECT": "group/project",
    "RELAY_MODELS": "digits",
}

VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::?-(?P<default>[^}]*)|:\?(?P<expected>[^}]*))?\}")


@dataclass(frozen=True)
class Variable:
    """One mention of a variable: its default, and whether it must be set."""

    name: str
    default: str | None
    required: bool


def variables() -> Iterator[Variable]:
    """Yield every mention of a variable in the file, comments left out."""
    text = "\n".join(line for line in FILE.read_text("utf-8").splitlines() if _is_code(line))
    for found in VARIABLE.finditer(text):
        yield Variable(found["name"], found["default"], found["expected"] is not None)


def _is_code(line: str) -> bool:
    return not line.lstrip().startswith("#")


def example() -> dict[str, str]:
    """Return the variables of .env.example."""
    lines = EXAMPLE.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def load() -> dict[str, Any]:
    """Return the file with its variables filled in, as `cp .env.example .env` would have it."""
    filled: dict[str, Any] = _fill(yaml.safe_load(FILE.read_text("utf-8")), example() | FILLED_IN)
    return filled


def _fill(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _fill(value, values) for key, value in part.items()}
    if isinstance(part, list):
        return [_fill(value, values) for value in part]
    if isinstance(part, str):
        return VARIABLE.sub(lambda found: values[found["name"]], part)
    return part


@dataclass(frozen=True)
class Mount:
    """Something of this machine, or a volume, that a container sees."""

    source: str
    target: str
    read_only: bool


def mounts(service: Mapping[str, Any]) -> list[Mount]:
    """Return the mounts of a service, of the short and the long form."""
    return [_mount(volume) for volume in service.get("volumes", ())]


def _mount(volume: Any) -> Mount:
    if isinstance(volume, str):
        source, target, *mode = volume.split(":")
        return Mount(source, target, mode == ["ro"])
    return Mount(volume["source"], volume["target"], volume.get("read_only", False))


def networks(service: Mapping[str, Any]) -> set[str]:
    """Return the networks that a service is in."""
    return set(service.get("networks", ["default"]))
