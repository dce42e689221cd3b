"""Reads the JSON document of a request's body."""

import json
from typing import Any

import orjson

from perennial.errors import Described, InvalidInput
from service.errors import MalformedJson

# Longer integers are read as floats, as orjson does: it could not write them either.
_DIGITS = 18
_TWICE = Described("two values")


class Pairs(list[tuple[str, Any]]):
    """The names and values of a JSON object, in which a name may occur twice."""


def read(body: bytes) -> Any:
    """Return the document; NaN, Infinity and 1e999 are floats, so that their field can be named.

    Raises MalformedJson.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return _lenient(body, error)


def _lenient(body: bytes, error: orjson.JSONDecodeError) -> Any:
    """Read what orjson does not, as Python does."""
    try:
        return json.loads(body.decode(), parse_int=_integer)
    except (ValueError, RecursionError):
        # Not its text, which may name whom the request is about, and goes into the log.
        what = Described(f"{len(body)} bytes")
        raise MalformedJson("body", what, f"JSON ({error})") from error


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else float(digits)


def pairs_of(body: bytes) -> Any:
    """Return a document that was read before, with its objects as pairs."""
    return json.loads(body, object_pairs_hook=Pairs, parse_int=_integer)


def once(pairs: Pairs, place: str) -> None:
    """Refuse an object that has a name twice, of which parsers keep the last.

    place: what stands before its names in a message.
    Raises InvalidInput.
    """
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise InvalidInput(f"{place}{name}", _TWICE, "each name once")
        seen.add(name)
