"""Parameters of an API call, read from query and body and checked against the declared fields."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from demo.forge.errors import invalid

TRUE, FALSE = ("true", "1", "on", "t"), ("false", "0", "off", "f")
_NESTED = re.compile(r"(\w+)\[([^\]]*)\]")


@dataclass(frozen=True)
class Field:
    """One declared parameter.

    kind: text, integer, boolean, map, list, labels or file.
    values: all that is allowed, if not empty.
    """

    kind: str = "text"
    required: bool = False
    values: tuple[str | int, ...] = ()


@dataclass(frozen=True)
class File:
    """A file that came in a multipart form."""

    name: str
    content: bytes


PAGING = {"page": Field("integer"), "per_page": Field("integer")}


def from_query(text: str) -> dict[str, Any]:
    """Read a query or a form; `a[b]=c` becomes a map.

    Raises ApiError.

    >>> from_query("ref=main&inputs[task]=digits")
    {'ref': 'main', 'inputs': {'task': 'digits'}}
    """
    return from_pairs(parse_qsl(text, keep_blank_values=True))


def from_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Nest pairs whose names have brackets.

    Raises ApiError.
    """
    result: dict[str, Any] = {}
    for name, value in pairs:
        match = _NESTED.fullmatch(name)
        if match is None:
            result[name] = value
        else:
            inner = result.setdefault(match[1], {})
            if not isinstance(inner, dict):
                raise invalid(f"{match[1]} is invalid")
            inner[match[2]] = value
    return result


def from_json(body: bytes) -> dict[str, Any]:
    """Read a JSON body.

    Raises ApiError.
    """
    try:
        data = json.loads(body)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise invalid("message body does not match declared format") from error
    if not isinstance(data, dict):
        raise invalid("message body does not match declared format")
    return data


def check(given: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the parameters with their types.

    Unlike GitLab, which drops a name that it does not know, this refuses it, for a wrong name in
    our code must not go unnoticed.

    Raises ApiError.
    """
    problems = [f"{name} is not known to this stand-in" for name in given if name not in fields]
    checked: dict[str, Any] = {}
    for name, field in fields.items():
        value = given.get(name)
        if value is None:
            if field.required:
                problems.append(f"{name} is missing")
            continue
        if field.required and value == "":
            problems.append(f"{name} is empty")
            continue
        parsed = _parse(value, field.kind)
        if parsed is None:
            problems.append(f"{name} is invalid")
        elif field.values and parsed not in field.values:
            problems.append(f"{name} does not have a valid value")
        else:
            checked[name] = parsed
    if problems:
        raise invalid(*problems)
    return checked


def _parse(value: Any, kind: str) -> Any:
    """Return the value as its kind, or None where it is not."""
    if kind == "text":
        return value if isinstance(value, str) else None
    if kind == "integer":
        return _integer(value)
    if kind == "boolean":
        return _boolean(value)
    if kind == "labels":
        parts = value.split(",") if isinstance(value, str) else value
        right = isinstance(parts, list) and all(isinstance(part, str) for part in parts)
        return [part.strip() for part in parts if part.strip()] if right else None
    wanted = {"map": dict, "list": list, "file": File}[kind]
    return value if isinstance(value, wanted) else None


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value) else None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    return True if text in TRUE else False if text in FALSE else None
