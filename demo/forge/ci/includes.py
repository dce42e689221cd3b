"""Includes of a pipeline's file: only local ones, so that all that runs is in the commit."""

import functools
import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from demo.forge.ci.inputs import split_header
from demo.forge.errors import PipelineRefused


def local_texts(checkout: Path, name: str) -> tuple[str, ...]:
    """Return what a file and those that it includes say.

    A file that cannot be read is left to the tool, which says why.

    Raises PipelineRefused where one of them includes from elsewhere.
    """
    seen: dict[str, str] = {}
    waiting = [name]
    while waiting:
        name = waiting.pop()
        file = checkout / name
        if name in seen or not file.is_file():
            continue
        seen[name] = file.read_text()
        for include in _includes(seen[name]):
            if (local := _local(include)) is None:
                raise PipelineRefused(
                    [f"{name}: include {include} is not supported by this stand-in for GitLab"]
                )
            waiting.append(local.lstrip("/"))
    return tuple(seen.values())


@functools.cache  # a forge reads the same few files again for each pipeline
def _includes(text: str) -> list[Any]:
    loader = YAML(typ="safe", pure=True)
    loader.constructor.add_multi_constructor("!", _tagged)
    try:
        document = loader.load(io.StringIO(split_header(text)[1]))
    except YAMLError:
        return []
    found = document.get("include") if isinstance(document, dict) else None
    return found if isinstance(found, list) else [] if found is None else [found]


def _tagged(constructor: Any, suffix: str, node: Any) -> None:
    """Read !reference as nothing: no include has one."""


def _local(include: Any) -> str | None:
    """Return the path of a local include, None for any other."""
    if isinstance(include, str):
        return None if "://" in include else include
    local = include.get("local") if isinstance(include, dict) else None
    return local if isinstance(local, str) else None
