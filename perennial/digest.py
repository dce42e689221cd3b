"""A row's digest: a number computed from its content, used to find equal rows."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray


def digest(row: NDArray[Any]) -> int:
    """Return the first 64 bits of the SHA-256 of a row's values as float32.

    Equal rows have equal digests, whatever their shape. -0.0 equals 0.0, and every NaN equals every
    other. The chance of a collision among a million different rows is 3e-8.

    >>> digest(np.array([[0.0, 1.0]])) == digest(np.array([-0.0, 1.0], np.float32))
    True
    """
    values = np.asarray(row, np.float32) + np.float32(0)  # which makes -0.0 a 0.0
    values[np.isnan(values)] = np.nan
    return digest_bytes(values.tobytes())


def digest_bytes(content: bytes) -> int:
    """Return the first 64 bits of the SHA-256 of a row that is no array of numbers."""
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")


def digest_rows(rows: NDArray[Any]) -> NDArray[np.uint64]:
    """Return the digest of each row's bytes, shape (rows,): equal bytes have equal digests.

    For values of which equal ones have equal bytes; it takes a microsecond a row.
    """
    content, size = rows.tobytes(), rows[:1].nbytes
    starts = range(0, len(content), size or 1)
    found = b"".join(hashlib.sha256(content[at : at + size]).digest()[:8] for at in starts)
    return np.frombuffer(found, ">u8").astype(np.uint64)


def digests(rows: NDArray[Any]) -> NDArray[np.uint64]:
    """Return the digest of each row, shape (rows,)."""
    return np.fromiter((digest(row) for row in rows), np.uint64, len(rows))
