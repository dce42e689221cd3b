"""A toy kind of output: one number per row."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from perennial.errors import InvalidInput
from perennial.kinds.adjustment import Adjustment, Unadjusted
from perennial.kinds.fine_losses import FineLosses
from perennial.kinds.output_kind import (
    Answer,
    Columns,
    OutputKind,
    SentLabel,
    Stored,
    Truths,
    Values,
)
from perennial.kinds.reading import number
from perennial.kinds.record import Record
from perennial.statistics import mean_loss
from perennial.statistics.counts import Floats
from perennial.statistics.loss_test import LossTest
from perennial.statistics.metrics import Metric


class Amount(BaseModel):
    """The predicted amount."""

    amount: float


def _error(predicted: Floats, truth: Truths, weights: Floats) -> Floats:
    means: Floats = weights @ np.abs(predicted[:, 0] - truth) / weights.sum(axis=1)
    return means


class AmountOutput(FineLosses, Record):
    """The model returns shape (rows, 1)."""

    kind: Literal["amount"] = "amount"
    unit: str
    answer_type: ClassVar[Any] = Amount
    labels: ClassVar[tuple[str, ...]] = ()
    width: ClassVar[int] = 1
    quantiles: ClassVar[tuple[float | None, ...]] = ()
    coverage: ClassVar[float | None] = None
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

    def stored(self, answer: Answer) -> Stored:
        """Return the amount."""
        return Stored(str(answer["amount"]))

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

    def reference(self, values: Values, truths: NDArray[Any]) -> dict[str, Any]:
        """Return the mean of the losses and their standard deviation."""
        losses = np.abs(values[:, 0] - truths)
        return {
            "loss": float(losses.mean()),
            "loss_deviation": float(losses.std()),
            "loss_size": len(losses),
        }

    headline: ClassVar[str] = "mean_error"
    loss_test: ClassVar[LossTest] = mean_loss.TEST
    loss_unit: ClassVar[str] = "squares"
    label_rule: ClassVar[str] = "an amount"
    constant_answer: ClassVar[str] = "always answering their median"

    def truths(self, labels: Sequence[str]) -> Truths:
        """Return the amounts."""
        return np.array([float(self.read_label(label)) for label in labels], np.float64)

    def label_of(self, truth: Any) -> str:
        """Return an amount as text."""
        return str(float(truth))

    def losses(self, values: Floats, truths: Truths) -> Floats:
        """Return how far off each amount is."""
        off: Floats = np.abs(values[:, 0] - truths)
        return off

    def constant(self, truths: Truths) -> Floats:
        """Return the median."""
        return np.array([np.median(truths)])

    def translated(self, values: Floats, given: Self) -> Floats:
        """Return the amounts, which mean the same in every schema."""
        return values

    def flaw(self, values: Floats) -> str:
        """Return whether one is no number."""
        return "" if np.isfinite(values).all() else "an amount is not finite"

    def adjustment(self, values: Floats, truths: Truths) -> Adjustment:
        """Return that there is nothing to adjust."""
        return Unadjusted()

    def adjusted(self, facts: Mapping[str, Any]) -> str:
        """Return nothing."""
        return ""

    def details(self, values: Floats, truths: Truths) -> dict[str, Any]:
        """Return the largest error."""
        return {"largest_error": float(self.losses(values, truths).max())}

    def pairs(self, values: Floats, truths: Truths) -> list[tuple[str, str]]:
        """Return the tens that truth and answer lie in."""
        tens = np.stack([truths, values[:, 0]], axis=1) // 10 * 10
        return [(f"from {truth:g}", f"from {answer:g}") for truth, answer in tens.tolist()]


KIND: type[OutputKind] = AmountOutput
