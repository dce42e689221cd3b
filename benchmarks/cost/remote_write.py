"""Prometheus' remote write, as far as a benchmark's history needs it: whole series at once.

The message is Protocol Buffers in a Snappy block. All samples have one width, so that numpy can
lay them out; the block stores them as one literal, which every decoder accepts.
Source: the remote write 1.0 specification; google/snappy, format_description.txt.
"""

from collections.abc import Mapping, Sequence
from urllib.request import Request, urlopen

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Milliseconds = NDArray[np.int64]

_LITERAL_OF_4_BYTES = 63 << 2
_VALUE, _TIMESTAMP = 0x09, 0x10
_TIMESTAMP_BYTES = 6  # Bytes of a varint of milliseconds since 1970, from 2004 to 2109.
_SAMPLE = b"\x12" + bytes([1 + 8 + 1 + _TIMESTAMP_BYTES])
_HEADERS = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}


def series_labels(labels: Mapping[str, str]) -> bytes:
    """Return a series' labels, including `__name__`, encoded for a message."""
    return b"".join(
        _field(1, _field(1, name.encode()) + _field(2, value.encode()))
        for name, value in sorted(labels.items())
    )


def samples(values: Floats, moments: Milliseconds) -> list[bytes]:
    """Return each series' samples, encoded for a message.

    values: shape (series, moments).  moments: in milliseconds since 1970.
    """
    rows, columns = values.shape
    head = len(_SAMPLE)
    laid = np.empty((rows, columns, head + 10 + _TIMESTAMP_BYTES), dtype=np.uint8)
    laid[:, :, :head] = np.frombuffer(_SAMPLE, dtype=np.uint8)
    laid[:, :, head] = _VALUE
    little = np.ascontiguousarray(values.astype("<f8"))
    laid[:, :, head + 1 : head + 9] = little.view(np.uint8).reshape(rows, columns, 8)
    laid[:, :, head + 9] = _TIMESTAMP
    laid[:, :, head + 10 :] = _varints(moments)
    return [row.tobytes() for row in laid]


def message(labels: Sequence[bytes], blocks: Sequence[bytes]) -> bytes:
    """Return the body of a request to write series with these labels and samples."""
    pairs = zip(labels, blocks, strict=True)
    content = b"".join(_field(1, label + block) for label, block in pairs)
    length = (len(content) - 1).to_bytes(4, "little")
    return _varint(len(content)) + bytes([_LITERAL_OF_4_BYTES]) + length + content


def send(url: str, body: bytes) -> None:
    """Post one message to a Prometheus with remote write enabled. Raises HTTPError."""
    with urlopen(Request(f"{url}/api/v1/write", data=body, headers=_HEADERS), timeout=300):
        pass


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _varints(values: Milliseconds) -> NDArray[np.uint8]:
    shifts = 7 * np.arange(_TIMESTAMP_BYTES)
    parts = (values[:, None] >> shifts) & 0x7F
    parts[:, :-1] |= 0x80
    return parts.astype(np.uint8)
