"""Check an ONNX file before it is loaded: no data outside it, and no more nodes than a model has.

Reads protobuf's wire format, of which a few lines are enough here; the `onnx` package would make
the service's image larger by 18 MB.
Source: https://protobuf.dev/programming-guides/encoding and onnx/onnx.proto3.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

MOST_NODES = 50_000
MOST_DEEP = 32  # graphs within graphs
_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5
_FIXED = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
# The fields that lead to nodes and tensors, by message: their numbers and the messages in them.
_INNER: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "model": {7: "graph", 25: "function"},
        "graph": {1: "node", 5: "tensor", 15: "sparse"},
        "function": {7: "node", 11: "attribute"},
        "node": {5: "attribute"},
        "attribute": {
            5: "tensor",
            6: "graph",
            10: "tensor",
            11: "graph",
            22: "sparse",
            23: "sparse",
        },
        "sparse": {1: "tensor", 2: "tensor"},
        "tensor": {},
    }
)


class NotOnnx(ValueError):
    """The bytes are no protobuf message."""


class Field(NamedTuple):
    """One field of a message: its number, and its bytes, or its value if it is a number."""

    number: int
    content: memoryview | int


def check(file: Path) -> None:
    """Raise NotOnnx if a file is no model, ValueError if it is too large or refers to others."""
    # The messages from the model down to the one that is read: however many a file has, no more
    # than these are in memory.
    path = [("model", _fields(memoryview(file.read_bytes())))]
    nodes = 0
    while path:
        kind, fields = path[-1]
        field = next(fields, None)
        if field is None:
            path.pop()
            continue
        number, content = field
        if kind == "tensor" and _is_external(number, content):
            raise ValueError("a tensor refers to another file, expected all data in this one")
        inner = _INNER[kind].get(number)
        if inner is None or not isinstance(content, memoryview):
            continue
        nodes += inner == "node"
        if nodes > MOST_NODES:
            raise ValueError(f"more than {MOST_NODES} nodes, expected at most so many")
        if len(path) > 4 * MOST_DEEP:
            raise ValueError(f"graphs within graphs, expected at most {MOST_DEEP} deep")
        path.append((inner, _fields(content)))


def _is_external(number: int, content: memoryview | int) -> bool:
    return number == _EXTERNAL_DATA or number == _DATA_LOCATION and content != 0


def _fields(message: memoryview) -> Iterator[Field]:
    position, end = 0, len(message)
    while position < end:
        tag, position = _varint(message, position)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, position = _varint(message, position)
            yield Field(number, value)
            continue
        size = _FIXED.get(wire)
        if wire == _LENGTH:
            size, position = _varint(message, position)
        if size is None or position + size > end:
            raise NotOnnx("expected an ONNX file, whose fields end where they say")
        yield Field(number, message[position : position + size])
        position += size


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    """Return a number of variable length, and the position after it."""
    value = shift = 0
    while position < len(message) and shift < 70:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
    raise NotOnnx("expected an ONNX file, whose numbers end")
