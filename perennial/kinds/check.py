"""A rule on the values of one column, applied to rows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Check:
    """Which rows break a rule.

    column: its name in the Arrow table.  rule: what must hold, such as `values from 0 to 16`.
    bad: whether each row breaks it, shape (rows,).
    value: returns what is wrong in a row, for a message.
    """

    column: str
    rule: str
    bad: NDArray[np.bool_]
    value: Callable[[int], object]
