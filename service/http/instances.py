"""Read `{"instances": [...]}`: plain numbers in one vectorised step, the rest value by value."""

import json
from typing import Any

import numpy as np
import orjson

from perennial.errors import Described, InvalidInput
from perennial.kinds.input_kind import FIELD, InputKind
from perennial.kinds.reading import LARGEST
from perennial.signals import Rows
from perennial.http.errors import TooLarge
from service.errors import MalformedJson

# The two quotes around the field's name; more quotes mean strings or other fields.
_QUOTES = 2
_WHITE_SPACE = b" \t\r\n"
# Longer integers are read as floats, as orjson does: it could not write them either.
_DIGITS = 18
_LARGEST_SQUARE = LARGEST**2
_TWICE = Described("two values")


def parse(body: bytes, *, schema: InputKind, limit: int) -> tuple[Rows, list[bytes]]:
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
        rows = schema.read(instances)
        _check_names(body, instances)
    elif len(instances) == 1:
        # Between brackets there are only numbers: without white space they are compact.
        sent = body[body.index(b"[") + 1 : body.rindex(b"]")].translate(None, _WHITE_SPACE)
        return rows, [schema.stored(instances[0], sent=sent)]
    return rows, [schema.stored(instance) for instance in instances]


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
    of squares is not over float32's largest number squared, every value is a float32.
    """
    if body.count(b'"') != _QUOTES or b"u" in body or b"l" in body:
        return None
    try:
        exact = np.array(instances, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        return None
    if exact.shape[1:] != shape or not np.vdot(exact, exact) <= _LARGEST_SQUARE:
        return None
    rows: Rows = exact.astype(np.float32)
    return rows


def _lenient(body: bytes, error: orjson.JSONDecodeError) -> Any:
    """Read NaN, Infinity and 1e999 as Python does, so that their position can be reported."""
    try:
        return json.loads(body.decode(), parse_int=_integer)
    except (ValueError, RecursionError):
        start = body[:60].decode(errors="replace")
        raise MalformedJson("body", start, f"JSON ({error})") from error


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else float(digits)


class _Pairs(list[tuple[str, Any]]):
    """The names and values of a JSON object, in which a name may occur twice."""


def _check_names(body: bytes, instances: list[Any]) -> None:
    """Refuse an object that has a name twice, of which parsers keep the last.

    Each name has a colon: if there are as many as names, none occurs twice.
    """
    names = sum(len(instance) for instance in instances if type(instance) is dict)
    if not names or body.count(b":") == names + 1:
        return
    document = dict(json.loads(body, object_pairs_hook=_Pairs))
    for index, pairs in enumerate(document[FIELD]):
        seen: set[str] = set()
        for name, _ in pairs if isinstance(pairs, _Pairs) else ():
            if name in seen:
                raise InvalidInput(f"{FIELD}[{index}].{name}", _TWICE, "each name once")
            seen.add(name)
