"""The limits of numbers that are valid in training; requests may go beyond them."""

from collections.abc import Iterator
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat, model_validator

from perennial.errors import InvalidField
from perennial.kinds.record import Record

Bools = NDArray[np.bool_]


class Limits(Record):
    """low, high: the lowest and the highest value, None for no limit.  whole: no fractions.

    They hold for training data: what a client sends beyond them is predicted, counted as a signal,
    and not trained on.
    """

    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    whole: bool = False

    @model_validator(mode="after")
    def _low_is_under_high(self) -> Self:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise InvalidField("low", self.low, f"less than high, {self.high}")
        return self

    def broken(self, values: NDArray[np.floating]) -> Iterator[tuple[str, Bools]]:
        """Yield each rule with the values that break it; missing ones break none.

        >>> limits = Limits(low=0, high=16, whole=True)
        >>> [(rule, bad.tolist()) for rule, bad in limits.broken(np.array([3, 2.5, 17]))]
        [('values from 0 to 16', [False, False, True]), ('whole numbers', [False, True, False])]
        """
        if self.low is not None or self.high is not None:
            low = -np.inf if self.low is None else self.low
            high = np.inf if self.high is None else self.high
            yield self._range(), (values < low) | (values > high)
        if self.whole:
            yield "whole numbers", np.isfinite(values) & (values != np.rint(values))

    def _range(self) -> str:
        if self.low is None:
            return f"values up to {self.high:g}"
        return f"values from {self.low:g}" + ("" if self.high is None else f" to {self.high:g}")
