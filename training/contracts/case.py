"""A model fitted to an example, which the checks of a fit share."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.contracts.examples import Example
from training.model.model import Fitted, Model


@dataclass(frozen=True)
class Attempt:
    """A fitted model, and what fitting it did.

    logged: figures, and how many epochs there would be.
    left_alone: whether the rows are as they were.
    """

    model: Fitted
    logged: list[tuple[dict[str, float], int | None]]
    left_alone: bool


@dataclass(frozen=True)
class Case:
    """A model and an example that it takes."""

    model: Model[Any]
    example: Example

    def fit(self) -> Attempt:
        """Fit the model once, with the parameters of its trial."""
        logged: list[tuple[dict[str, float], int | None]] = []

        def log(figures: Mapping[str, float], *, epochs: int | None = None) -> None:
            logged.append(({name: float(value) for name, value in figures.items()}, epochs))

        one = self.example
        given: list[NDArray[Any]] = [one.rows.train.inputs, one.rows.train.labels]
        given += [one.rows.validation.inputs, one.rows.validation.labels]
        before = [array.copy() for array in given]
        fitted = self.model.fit(one.rows, one.schema, one.output, self.model.trial, log)
        return Attempt(fitted, logged, all(map(_same, given, before)))

    @cached_property
    def attempt(self) -> Attempt:
        """The first fit, which the checks share."""
        return self.fit()

    def values(self) -> NDArray[np.float64]:
        """Return the framework's values for the validation rows."""
        return self.attempt.model.values(self.example.rows.validation.inputs)


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    equal = (one == other) | ((one != one) & (other != other))  # NaN where NaN was
    return bool(np.all(equal))
