"""A number: how much, how many, how long, with an interval that holds the truth so often."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, FiniteFloat, model_validator

from perennial.errors import InvalidField, InvalidInput
from perennial.kinds.adjustment import Adjustment
from perennial.kinds.conformal import Conformal, widening
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
from perennial.signals.signal import INTERVAL_WIDTH, PREDICTION
from perennial.statistics import mean_loss
from perennial.statistics.counts import Floats
from perennial.statistics.loss_curve import fit_curve, held_out
from perennial.statistics.loss_test import LossTest
from perennial.statistics.metrics import Metric
from perennial.statistics.number_losses import LOSSES, NumberLoss, number_metrics
from perennial.statistics.regression import ANSWER, HIGH, LOW, covered

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# As float32 has about 7 digits; more would be noise, such as 12.300000190734863 for 12.3.
DIGITS = 7
GROUPS = 5  # bins of truths and answers, for a picture of their pairs


class NumberAnswer(BaseModel):
    """The predicted number, and the interval that holds the truth as often as the model says."""

    value: float
    low: float = Field(description="The lower end of the interval.")
    high: float = Field(description="The upper end of the interval.")


class NumberOutput(FineLosses, Record, serialize_by_alias=True):
    """The model returns the answer and the low and the high end of its interval, shape (rows, 3).

    unit: what the number counts, for people.  low, high: the smallest and largest possible label.
    loss: `absolute` (the answer is the median), `squared` (the mean), or `pinball` (the quantile
    `quantile`: at 0.9 an answer that is too low costs 9 times as much as one that is too high).
    coverage: the share of labels that the intervals hold.
    """

    kind: Literal["number"] = "number"
    unit: str = Field(default="", max_length=40)
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    minimised: Literal["absolute", "squared", "pinball"] = Field(default="absolute", alias="loss")
    quantile: float = Field(default=0.5, gt=0, lt=1)
    coverage: float = Field(default=0.9, ge=0.5, le=0.99)
    answer_type: ClassVar[Any] = NumberAnswer
    labels: ClassVar[tuple[str, ...]] = ()
    width: ClassVar[int] = 3
    categories: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    edges: ClassVar[Mapping[str, tuple[float, ...]]] = {}
    signals: ClassVar[tuple[str, ...]] = (PREDICTION, INTERVAL_WIDTH)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if None not in (self.low, self.high) and self._least >= self._most:
            raise InvalidField("high", self.high, f"a number over {self.low}, the low")
        if self.quantile != 0.5 and self.minimised != "pinball":
            raise InvalidField("quantile", self.quantile, "0.5, since only the loss pinball has it")
        return self

    @classmethod
    def example(cls) -> Self:
        """Return rentals in an hour."""
        return cls(unit="rentals", low=0, high=1000)

    def examples(self, count: int, seed: int) -> Values:
        """Return whole answers from the low end on, or 20 steps up to the high end."""
        random = np.random.default_rng(seed)
        least = self._least if self.low is not None else min(0.0, self._most - 40)
        # A power of two, so that float32 has every answer exactly.
        room = min(40.0, self._most - least)
        step = 2.0 ** math.floor(math.log2(room / 40))
        places = np.stack([random.integers(10, 30, count), *random.integers(0, 10, (2, count))])
        answer, below, above = least + step * places
        low, high = answer - (below - least), answer + (above - least)
        return np.stack([answer, low, high], axis=1).astype(np.float32)

    @property
    def _least(self) -> float:
        return -math.inf if self.low is None else self.low

    @property
    def _most(self) -> float:
        return math.inf if self.high is None else self.high

    @property
    def quantiles(self) -> tuple[float, float | None, float]:
        """The levels of low end, answer and high end that a model fits; None is the mean."""
        tail = (1 - self.coverage) / 2
        centre = {"absolute": 0.5, "squared": None, "pinball": self.quantile}[self.minimised]
        return round(tail, 6), centre, round(1 - tail, 6)

    @property
    def _loss(self) -> NumberLoss:
        return LOSSES[self.minimised]

    @cached_property
    def metrics(self) -> Mapping[str, Metric]:
        """What a model of numbers is scored by."""
        unit = self.unit or "units of the label"
        found = number_metrics(unit, quantile=self.quantile, coverage=self.coverage)
        kept = {"mse": self.minimised == "squared", "pinball_loss": self.minimised == "pinball"}
        return {
            name: replace(metric, brief=metric.brief or name == self.headline)
            for name, metric in found.items()
            if kept.get(name, True)
        }

    def answers(self, values: Values) -> list[Answer]:
        """Return the numbers, within their limits, in as many digits as float32 has."""
        return [
            {"value": self._shown(answer), "low": self._shown(low), "high": self._shown(high)}
            for answer, low, high in values.tolist()
        ]

    def _shown(self, value: float) -> float:
        # Rounding may put a number slightly over its limit. NaN stays NaN.
        return min(max(float(f"{value:.{DIGITS}g}"), self._least), self._most)

    def extract(self, values: Values) -> dict[str, NDArray[Any]]:
        """Return the answer and the width of its interval, NaN where any value is no number."""
        with np.errstate(invalid="ignore", over="ignore"):
            width = values[:, HIGH] - values[:, LOW]
        broken = ~np.isfinite(values).all(axis=1)
        columns = {PREDICTION: values[:, ANSWER], INTERVAL_WIDTH: width}
        if not broken.any():
            return columns
        return {name: np.where(broken, np.nan, column) for name, column in columns.items()}

    def counts(self, columns: Columns) -> NDArray[np.int64]:
        """Return nothing, since labels are no fixed set."""
        return np.zeros(0, np.int64)

    def confidence(self, columns: Columns) -> float:
        """Return 0: a number has an interval in place of a confidence."""
        return 0.0

    def stored(self, answer: Answer) -> Stored:
        """Return the number as text, and its interval."""
        ends = answer["low"], answer["high"]
        return Stored(repr(answer["value"]), None, ends if all(map(math.isfinite, ends)) else None)

    def read_label(self, label: SentLabel) -> str:
        """Return a number that was sent as a number or as a text."""
        sent = label
        if type(label) is str:
            sent = float(label) if NUMBER.fullmatch(label) else math.nan
            if not math.isfinite(sent):
                raise InvalidInput("label", label, self._expected)
        value = number("label", sent, self._expected)
        if not self._least <= value <= self._most:
            raise InvalidInput("label", label, self._expected)
        return repr(value + 0.0)  # -0.0 is 0.0

    @property
    def _expected(self) -> str:
        """What a label has to be, for messages."""
        words = ["a number"]
        if self.low is not None:
            words.append(f"from {self.low:g}")
        if self.high is not None:
            words.append(f"to {self.high:g}" if self.low is not None else f"up to {self.high:g}")
        return " ".join([*words, *([f"({self.unit})"] if self.unit else [])])

    def loss(self, predicted: str, label: str) -> float:
        """Return what the error costs."""
        error = np.array([float(label) - float(predicted)])
        return float(self._loss.of(error, self.quantile)[0])

    def reference(self, values: Values, truths: NDArray[Any]) -> dict[str, Any]:
        """Return mean and deviation of the losses, the intervals' coverage, and the loss to expect.

        The last is read off the width of a row's interval.
        """
        found = values.astype(np.float64)
        losses, widths = self.losses(found, truths), found[:, HIGH] - found[:, LOW]
        power = self._loss.power
        curve = fit_curve(widths, losses, power=power)
        missed = losses - held_out(widths, losses, power=power) if len(losses) > 1 else losses
        return {
            "loss": float(losses.mean()),
            "loss_deviation": float(losses.std()),
            "loss_size": len(losses),
            "coverage": float(covered(found, truths).mean()),
            "expected_loss": {
                "signal": INTERVAL_WIDTH,
                "at": curve.at.tolist(),
                "loss": curve.loss.tolist(),
                "power": power,
                "deviation": float(np.sqrt((missed**2).mean())),
            },
        }

    @property
    def headline(self) -> str:
        """The mean of the loss that the task names."""
        return self._loss.metric

    loss_test: ClassVar[LossTest] = mean_loss.TEST

    @property
    def loss_unit(self) -> str:
        """The unit of the numbers."""
        return self.unit or "units of the label"

    @property
    def label_rule(self) -> str:
        """Between which limits numbers lie."""
        return self._expected

    @property
    def constant_answer(self) -> str:
        """The best constant answer by the loss."""
        centre = self._loss.centre
        named = f"{centre} {self.quantile:g}" if self.minimised == "pinball" else centre
        return f"always answering their {named}"

    def truths(self, labels: Sequence[str]) -> Truths:
        """Return the numbers."""
        return np.array([float(self.read_label(label)) for label in labels], np.float64)

    def label_of(self, truth: Any) -> str:
        """Return a number as text."""
        return repr(float(truth) + 0.0)

    def losses(self, values: Floats, truths: Truths) -> Floats:
        """Return what the error of each row costs."""
        return self._loss.of(truths - values[:, ANSWER], self.quantile)

    def constant(self, truths: Truths) -> Floats:
        """Return the best constant answer, and the quantiles of the truths as its interval."""
        low, _, high = self.quantiles
        ends = np.quantile(truths, [low, high])
        return np.array([self._loss.best(truths, self.quantile), *ends])

    def translated(self, values: Floats, given: Self) -> Floats:
        """Return the values, since a number means the same in every schema."""
        return values

    def flaw(self, values: Floats) -> str:
        """Return whether a row's values are no numbers."""
        return "" if np.isfinite(values).all() else "a row's answer or interval is not finite"

    def adjustment(self, values: Floats, truths: Truths) -> Adjustment:
        """Return what makes the intervals hold as many labels as they should."""
        widened = widening(values, truths, coverage=self.coverage)
        return Conformal(widened, self._least, self._most)

    def adjusted(self, facts: Mapping[str, Any]) -> str:
        """Return by how much intervals were widened."""
        way = "widened" if facts["widened"] >= 0 else "narrowed"
        return (
            f"{self.coverage:.0%} intervals {way} by {abs(facts['widened']):.4g} at both ends, as "
            "the validation split asks"
        )

    def details(self, values: Floats, truths: Truths) -> dict[str, Any]:
        """Return how many intervals hold their label, and how wide they are."""
        widths = values[:, HIGH] - values[:, LOW]
        return {
            "interval_coverage": float(covered(values, truths).mean()),
            "interval_width": float(widths.mean()),
        }

    def pairs(self, values: Floats, truths: Truths) -> list[tuple[str, str]]:
        """Return the fifth of the truths that truth and answer lie in, from the lowest."""
        edges = np.unique(np.quantile(truths, np.arange(1, GROUPS) / GROUPS))
        names = [f"{place + 1}: to {edge:g}" for place, edge in enumerate(edges)]
        names.append(f"{len(names) + 1}: over {edges[-1]:g}")
        places = np.searchsorted(edges, np.stack([truths, values[:, ANSWER]], axis=1))
        return [(names[truth], names[answer]) for truth, answer in places.tolist()]


KIND: type[OutputKind] = NumberOutput
