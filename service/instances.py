"""Read `{"instances": [...]}`: one vectorised conversion; a slow walk only names what is wrong."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson

from service.errors import Described, InvalidInput, MalformedJson, TooLarge
from service.predictor import Floats32

FIELD = "instances"
# The two quotes around the one field; any more are strings or other fields.
_QUOTES = 2
_LARGEST = float(np.finfo(np.float32).max)


def parse(body: bytes, *, shape: tuple[int, ...], limit: int) -> tuple[Floats32, list[bytes]]:
    """Return the rows, shape (rows, *shape), and each instance as JSON for the store.

    limit: most instances of one request.
    Raises MalformedJson, TooLarge or InvalidInput, naming the field such as `instances[3][0]`.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        document = _lenient(body, error)
    instances = _instances(document, limit)
    rows = _fast(body, instances, shape)
    if rows is None:
        _check(instances, shape)
        rows = np.array(instances, dtype=np.float32)
    if len(instances) == 1:
        return rows, [body[body.index(b"[") + 1 : body.rindex(b"]")]]
    return rows, [orjson.dumps(instance) for instance in instances]


def _instances(document: Any, limit: int) -> list[Any]:
    if type(document) is not dict:
        raise InvalidInput("body", document, 'an object {"instances": [...]}')
    if FIELD not in document:
        raise InvalidInput(FIELD, None, "a list of instances; the field is missing")
    if len(document) > 1:
        unknown = min(document.keys() - {FIELD})
        raise InvalidInput(unknown, document[unknown], "no such field; only 'instances' is known")
    instances = document[FIELD]
    if type(instances) is not list or not instances:
        raise InvalidInput(FIELD, instances, "a list of at least one instance")
    if len(instances) > limit:
        raise TooLarge(FIELD, Described(f"{len(instances)} instances"), f"at most {limit}")
    return instances


def _fast(body: bytes, instances: list[Any], shape: tuple[int, ...]) -> Floats32 | None:
    """Return the rows, or None where one may be wrong: numpy takes "1", true, null for floats.

    In a body whose only string is `instances`, a `u` or `l` means true, false or null. And where
    the sum of squares is finite, so is every value.
    """
    if body.count(b'"') != _QUOTES or b"u" in body or b"l" in body:
        return None
    try:
        with np.errstate(over="ignore"):
            rows: Floats32 = np.array(instances, dtype=np.float32)
            flat = rows.reshape(-1)
            finite = math.isfinite(flat.dot(flat))
    except (ValueError, TypeError, OverflowError):
        return None
    return rows if finite and rows.shape[1:] == shape else None


def _lenient(body: bytes, error: orjson.JSONDecodeError) -> Any:
    """Read NaN, Infinity and 1e999 as Python does, so that `_check` names where they stand."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        start = body[:60].decode(errors="replace")
        raise MalformedJson("body", start, f"JSON ({error})") from error


def _check(instances: Sequence[Any], shape: tuple[int, ...]) -> None:
    for index, instance in enumerate(instances):
        _check_value(f"{FIELD}[{index}]", instance, shape, whole=shape)


def _check_value(field: str, value: Any, shape: tuple[int, ...], *, whole: tuple[int, ...]) -> None:
    if not shape:
        if type(value) not in (int, float):
            raise InvalidInput(field, value, "a number")
        if not math.isfinite(value) or abs(value) > _LARGEST:
            raise InvalidInput(field, value, f"a finite number of at most {_LARGEST:.3g}")
        return
    if type(value) is not list or len(value) != shape[0]:
        found = Described(f"a list of {len(value)}") if type(value) is list else value
        expected = f"a list of {shape[0]} {'numbers' if len(shape) == 1 else 'lists'}"
        raise InvalidInput(field, found, f"{expected} (an instance has shape {list(whole)})")
    for index, part in enumerate(value):
        _check_value(f"{field}[{index}]", part, shape[1:], whole=whole)
