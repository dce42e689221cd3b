"""Read numbers and strings out of parsed JSON; errors name the value."""

import math
from typing import Any

import numpy as np

from perennial.errors import InvalidInput

LARGEST = float(np.finfo(np.float32).max)


def number(field: str, value: Any, expected: str = "a number") -> float:
    """Return a finite number that float32 can hold. Raises InvalidInput."""
    if type(value) not in (int, float):
        raise InvalidInput(field, value, expected)
    if not abs(value) <= LARGEST:  # NaN too; a comparison, since an integer may have no float
        raise InvalidInput(field, value, f"a finite number from {-LARGEST:.3g} to {LARGEST:.3g}")
    return float(value)


def usual_number(value: Any) -> float:
    """Return a number, or NaN for None. Raises ValueError where `number` would raise InvalidInput.

    It does the same in half the time: it has no field to name.
    """
    if value is None:
        return math.nan
    if (type(value) is float or type(value) is int) and -LARGEST <= value <= LARGEST:
        found: float = value
        return found
    raise ValueError("no finite number of float32")


def text(field: str, value: Any, expected: str) -> str:
    """Return a string that UTF-8 can hold. Raises InvalidInput."""
    if type(value) is not str:
        raise InvalidInput(field, value, expected)
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidInput(field, value, "Unicode text without unpaired surrogates")
    return value
