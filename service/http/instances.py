"""Read `{"instances": [...]}`: plain numbers in one vectorised step, the rest value by value."""

import json
import math
from typing import Any

import numpy as np
import orjson

from perennial.errors import Described, InvalidInput
from perennial.rows import FIELD, read
from perennial.signals import InputSchema, Rows
from service.errors import MalformedJson, TooLarge

# The two quotes around the field's name; more quotes mean strings or other fields.
_QUOTES = 2


def parse(body: bytes, *, schema: InputSchema, limit: int) -> tuple[Rows, list[bytes]]:
    """Return the rows, shape (rows, *schema.shape), and each instance as JSON for the store.

    limit: maximum number of instances in a request.
    Raises MalformedJson, TooLarge or InvalidInput, naming the field such as `instances[3][0]`.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        document = _lenient(body, error)
    instances = _instances(document, limit)
    rows = _fast(body, instances, schema.shape) if schema.plain else None
    if rows is None:
        return read(schema, instances), [orjson.dumps(instance) for instance in instances]
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


def _fast(body: bytes, instances: list[Any], shape: tuple[int, ...]) -> Rows | None:
    """Return the rows, or None where a value may be wrong: numpy reads "1", true, null as floats.

    In a body whose only string is `instances`, a `u` or `l` means true, false or null. If the sum
    of squares is finite, every value is.
    """
    if body.count(b'"') != _QUOTES or b"u" in body or b"l" in body:
        return None
    try:
        with np.errstate(over="ignore"):
            rows: Rows = np.array(instances, dtype=np.float32)
            flat = rows.reshape(-1)
            finite = math.isfinite(flat.dot(flat))
    except (ValueError, TypeError, OverflowError):
        return None
    return rows if finite and rows.shape[1:] == shape else None


def _lenient(body: bytes, error: orjson.JSONDecodeError) -> Any:
    """Read NaN, Infinity and 1e999 as Python does, so that `read` can report their position."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        start = body[:60].decode(errors="replace")
        raise MalformedJson("body", start, f"JSON ({error})") from error
