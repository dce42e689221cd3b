"""A toy kind of output: one number per row."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from perennial.errors import InvalidInput
from perennial.kinds.output_kind import Answer, Columns, OutputKind, SentLabel, Values
from perennial.kinds.reading import number
from perennial.kinds.record import Record
from perennial.statistics.counts import Floats, Ints
from perennial.statistics.metrics import Metric


class Amount(BaseModel):
    """The predicted amount."""

    amount: float


def _error(predicted: Floats, truth: Ints, weights: Floats) -> Floats:
    means: Floats = weights @ np.abs(predicted[:, 0] - truth) / weights.sum(axis=1)
    return means


class AmountOutput(Record):
    """The model returns shape (rows, 1)."""

    kind: Literal["amount"] = "amount"
    unit: str
    answer_type: ClassVar[Any] = Amount
    labels: ClassVar[tuple[str, ...]] = ()
    width: ClassVar[int] = 1
    signals: ClassVar[tuple[str, ...]] = ("amount", "whole")
    categories: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "whole": ("no", "yes", "other", "missing")
    }
    edges: ClassVar[Mapping[str, tuple[float, ...]]] = {}
    metrics: ClassVar[Mapping[str, Metric]] = {
        "mean_error": Metric("mean error", _error, "the unit", False)
    }

    @classmethod
    def example(cls) -> Self:
        """Return euros."""
        return cls(unit="EUR")

    def examples(self, count: int, seed: int) -> Values:
        """Return amounts in quarters."""
        return np.random.default_rng(seed).integers(0, 40, (count, 1)).astype(np.float32) / 4

    def answers(self, values: Values) -> list[Answer]:
        """Return the amounts."""
        return [{"amount": amount} for amount in values[:, 0].tolist()]

    def extract(self, values: Values) -> dict[str, NDArray[Any]]:
        """Return the amount, and whether it is whole."""
        amounts = values[:, 0]
        whole = np.where(np.isnan(amounts), 3, amounts == np.rint(amounts))
        return {"amount": amounts, "whole": whole.astype(np.int64)}

    def counts(self, columns: Columns) -> NDArray[np.int64]:
        """Return nothing, for there are no labels."""
        return np.zeros(0, np.int64)

    def confidence(self, columns: Columns) -> float:
        """Return 0, for an amount has no confidence."""
        return 0.0

    def stored(self, answer: Answer) -> tuple[str, float | None]:
        """Return the amount."""
        return str(answer["amount"]), None

    def read_label(self, label: SentLabel) -> str:
        """Return an amount that was sent as a number or as a text."""
        expected = f"an amount in {self.unit}"
        try:
            value = float(label)
        except (ValueError, OverflowError) as error:
            raise InvalidInput("label", label, expected) from error
        return str(number("label", value, expected) + 0.0)

    def loss(self, predicted: str, label: str) -> float:
        """Return how far off the amount is."""
        return abs(float(predicted) - float(label))

    def reference(self, values: Values, truths: NDArray[Any]) -> dict[str, float]:
        """Return the mean of the losses and their standard deviation."""
        losses = np.abs(values[:, 0] - truths)
        return {
            "loss": float(losses.mean()),
            "loss_deviation": float(losses.std()),
            "loss_size": len(losses),
        }


KIND: type[OutputKind] = AmountOutput
