"""The inputs of a pipeline's file: checked like GitLab does, then written as defaults."""

import io
import json
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from demo.forge.errors import PipelineRefused

TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "array": list,
}
KEYWORDS = {"default", "description", "options", "regex", "type"}
_SEPARATOR = re.compile(r"^---[ \t]*(?:#.*)?$", re.MULTILINE)


def apply_inputs(text: str, given: Mapping[str, object]) -> str:
    """Return the file with the given inputs as the defaults of its header.

    gitlab-ci-local would hand inputs from its command line to every included file as well, over
    the values that the including file names; defaults of the root's header reach only the root.

    Raises PipelineRefused, with GitLab's words.
    """
    header, body = split_header(text)
    if header is None:
        if given:
            raise PipelineRefused([f"unknown input arguments: {', '.join(given)}"])
        return text
    declared: dict[str, Any] = dict((header.get("spec") or {}).get("inputs") or {})
    problems = []
    if unknown := [name for name in given if name not in declared]:
        problems.append(f"unknown input arguments: {', '.join(unknown)}")
    for name, rules in declared.items():
        checked = dict(rules or {})
        problem, value = _check(checked, given.get(name, _MISSING))
        if problem:
            problems.append(f"`{name}` input: {problem}")
        declared[name] = {**checked, "default": value}
    if problems:
        raise PipelineRefused(problems)
    return f"{json.dumps({'spec': {'inputs': declared}})}\n---\n{body}"


def split_header(text: str) -> tuple[dict[str, Any] | None, str]:
    """Return the header with `spec`, or None where there is none, and the rest of the file.

    Raises PipelineRefused.
    """
    starts = [match for match in _SEPARATOR.finditer(text) if text[: match.start()].strip()]
    if not starts:
        return None, text
    try:
        header = YAML(typ="safe", pure=True).load(io.StringIO(text[: starts[0].start()]))
    except YAMLError as error:
        raise PipelineRefused([f"Invalid configuration format: {error}"]) from error
    if not isinstance(header, dict) or "spec" not in header:
        return None, text
    return header, text[starts[0].end() :].lstrip("\n")


_MISSING = object()


def _check(rules: Mapping[str, Any], given: object) -> tuple[str | None, object]:
    """Return what is wrong with an input, if anything, and its value."""
    if unknown := rules.keys() - KEYWORDS:
        return f"unknown keyword in the specification: {', '.join(sorted(unknown))}", None
    kind = rules.get("type", "string")
    if kind not in TYPES:
        return f"unknown type in the specification: {kind}", None
    value = rules.get("default", _MISSING) if given is _MISSING else _coerced(given, kind)
    if value is _MISSING:
        return "required value has not been provided", None
    origin = "default" if given is _MISSING else "provided"
    if not isinstance(value, TYPES[kind]) or (kind == "number" and isinstance(value, bool)):
        return f"{origin} value is not {'an' if kind == 'array' else 'a'} {kind}", None
    options = rules.get("options")
    if options is not None and value not in options:
        return (
            f"`{value}` cannot be used because it is not in the list of the allowed options",
            None,
        )
    if "regex" in rules and isinstance(value, str) and not re.search(rules["regex"], value):
        return f"{origin} value does not match required RegEx pattern", None
    return None, value


def _coerced(value: object, kind: str) -> object:
    """Read the text of a form field as the type that is expected, as GitLab does."""
    if kind == "string" or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
