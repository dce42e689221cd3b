"""Check the fitted arrays of an extraction: their names, types and shapes."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]


class Expected(NamedTuple):
    """The type and shape of an array; None stands for any length."""

    dtype: str
    shape: tuple[int | None, ...]


def check(arrays: Mapping[str, NDArray[Any]], expected: Mapping[str, Expected]) -> None:
    """Raise ValueError for the first array that is missing, unknown, misshapen or not finite."""
    for name, wanted in expected.items():
        if name not in arrays:
            raise ValueError(f"array {name!r} is missing, expected one of shape {wanted.shape}")
        _check(name, arrays[name], wanted)
    for name in arrays:
        if name not in expected:
            raise ValueError(f"array {name!r} is unknown, expected one of {sorted(expected)}")


def _check(name: str, array: NDArray[Any], expected: Expected) -> None:
    if array.dtype != np.dtype(expected.dtype):
        raise ValueError(f"array {name!r} has type {array.dtype}, expected {expected.dtype}")
    sizes = zip(array.shape, expected.shape, strict=False)
    if array.ndim != len(expected.shape) or any(b not in (a, None) for a, b in sizes):
        raise ValueError(f"array {name!r} has shape {array.shape}, expected {expected.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"array {name!r} has NaN or infinite values, expected finite ones")
