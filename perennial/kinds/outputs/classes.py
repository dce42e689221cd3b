"""Classes: one of a fixed set of labels, with the probability of each."""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, Field, model_validator

from perennial.errors import InvalidField, InvalidInput
from perennial.kinds.adjustment import Adjustment
from perennial.texts import STORABLE, storable
from perennial.kinds.output_kind import (
    LONGEST_LABEL,
    Answer,
    Columns,
    OutputKind,
    SentLabel,
    Stored,
    Truths,
    Values,
)
from perennial.kinds.record import Record
from perennial.kinds.temperature import Temperature, fit_temperature
from perennial.signals import signal
from perennial.signals.bins import MISSING, OTHER
from perennial.signals.output import outputs
from perennial.statistics import share_right
from perennial.statistics.confusion import confusion_matrix, precision_recall
from perennial.statistics.counts import Floats
from perennial.statistics.log_loss import log_losses
from perennial.statistics.loss_test import LossTest
from perennial.statistics.metrics import METRICS, Metric


def _storable(label: str) -> str:
    if not storable(label):
        raise InvalidField("", label, STORABLE)
    return label


Label = Annotated[str, Field(min_length=1, max_length=LONGEST_LABEL), AfterValidator(_storable)]
# A confident model's quantiles all lie within 1e-6 of 1 and would measure rounding errors.
# If only two labels are likely, the margin is twice the confidence minus 1.
EDGES = {
    signal.CONFIDENCE: (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999),
    signal.MARGIN: (0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.96, 0.98, 0.998),
}
# Labels that a message names; all of 1,000 long ones would be 300 kB.
NAMED = 20


class ClassAnswer(BaseModel):
    """The predicted label and its probability."""

    label: str
    confidence: float = Field(ge=0, le=1, description="Calibrated probability of the label.")


class ClassesOutput(Record):
    """The labels in the order of the model's probabilities, shape (rows, labels)."""

    kind: Literal["classes"] = "classes"
    labels: tuple[Label, ...] = Field(min_length=2)
    answer_type: ClassVar[Any] = ClassAnswer
    quantiles: ClassVar[tuple[float | None, ...]] = ()
    coverage: ClassVar[float | None] = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        for label in self.labels:
            if self.labels.count(label) > 1 or label in (OTHER, MISSING):
                expected = f"distinct ones, none of them {OTHER!r} or {MISSING!r}"
                raise InvalidField("labels", label, expected)
        return self

    @classmethod
    def example(cls) -> Self:
        """Return three classes."""
        return cls(labels=("no", "yes", "vielleicht 🙂"))

    def examples(self, count: int, seed: int) -> Values:
        """Return probabilities."""
        drawn = np.random.default_rng(seed).dirichlet(np.full(self.width, 0.5), count)
        return drawn.astype(np.float32)

    @property
    def width(self) -> int:
        """How many labels there are."""
        return len(self.labels)

    @property
    def signals(self) -> tuple[str, ...]:
        """The predicted label, its probability, and its lead over the second."""
        return signal.OUTPUTS

    @property
    def categories(self) -> Mapping[str, tuple[str, ...]]:
        """The bins of the predicted label."""
        return {signal.PREDICTION: (*self.labels, OTHER, MISSING)}

    @property
    def edges(self) -> Mapping[str, tuple[float, ...]]:
        """The edges of the shares."""
        return EDGES

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """What a classifier is scored by."""
        return METRICS

    def answers(self, values: Values) -> list[Answer]:
        """Return the most probable label of each row with its probability."""
        labels, best = self.labels, values.argmax(axis=1).tolist()
        # Most batches have few rows, for which `item` takes less time than a second reduction.
        return [
            {"label": labels[index], "confidence": values.item(row, index)}
            for row, index in enumerate(best)
        ]

    def extract(self, values: Values) -> dict[str, NDArray[Any]]:
        """Return the signals of probabilities."""
        return outputs(values)

    def counts(self, columns: Columns) -> NDArray[np.int64]:
        """Return the rows per label; where a broken model returned NaN, a row has none."""
        found = np.bincount(columns[signal.PREDICTION], minlength=self.width)
        return found[: self.width]

    def confidence(self, columns: Columns) -> float:
        """Return the sum of the probabilities of the predicted labels."""
        return float(np.nansum(columns[signal.CONFIDENCE], dtype=np.float64))

    def stored(self, answer: Answer) -> Stored:
        """Return the label and its probability."""
        confidence = answer["confidence"]
        return Stored(answer["label"], None if math.isnan(confidence) else confidence)

    def read_label(self, label: SentLabel) -> str:
        """Return the label, which must be one of the set."""
        if type(label) is not str:
            raise InvalidInput("label", label, "a valid string")
        if label not in self.labels:
            raise InvalidInput("label", label, self._one_of)
        return label

    @property
    def _one_of(self) -> str:
        named = f"one of {list(self.labels[:NAMED])}"
        return named if self.width <= NAMED else f"{named} or of {self.width - NAMED} others"

    def loss(self, predicted: str, label: str) -> float:
        """Return 1 for a wrong label."""
        return float(predicted != label)

    def reference(self, values: Values, truths: NDArray[Any]) -> dict[str, Any]:
        """Return the share of rows that are right, their number, and the mean confidence."""
        return {
            "accuracy": METRICS["accuracy"].score(values.astype(np.float64), truths),
            "accuracy_size": len(truths),
            "confidence": float(values.max(axis=1).mean()),
        }

    headline: ClassVar[str] = "accuracy"
    loss_test: ClassVar[LossTest] = share_right.TEST
    loss_unit: ClassVar[str] = "nats"
    constant_answer: ClassVar[str] = "always predicting their most frequent label"

    @property
    def label_rule(self) -> str:
        """How many labels there are."""
        return f"one of {self.width} labels"

    def truths(self, labels: Sequence[str]) -> Truths:
        """Return the place of each label."""
        places = {label: place for place, label in enumerate(self.labels)}
        for label in labels:
            if label not in places:
                raise InvalidInput("label", label, self._one_of)
        return np.array([places[label] for label in labels], np.int64)

    def label_of(self, truth: Any) -> str:
        """Return the label at a place."""
        label: str = self.labels[int(truth)]
        return label

    def losses(self, values: Floats, truths: Truths) -> Floats:
        """Return 1 where the most probable label is not the true one."""
        wrong: Floats = (values.argmax(axis=1) != truths).astype(np.float64)
        return wrong

    def surprises(self, values: Floats, truths: Truths) -> Floats:
        """Return the log loss of each row."""
        return log_losses(values, truths)

    def constant(self, truths: Truths) -> Floats:
        """Return certainty of the most frequent label."""
        sure = np.zeros(self.width)
        sure[np.bincount(truths, minlength=self.width).argmax()] = 1
        return sure

    def shares(self, truths: Truths) -> Floats:
        """Return how often each label occurs."""
        found: Floats = np.bincount(truths, minlength=self.width) / len(truths)
        return found

    def translated(self, values: Floats, given: Self) -> Floats:
        """Return the probabilities of these labels; those not given have 0.

        Where others were given, there is one more column: the highest of their probabilities. So
        there is where a broken model gave no number: no label of these is the answer then.

        >>> kind, other = ClassesOutput(labels=("b", "c")), ClassesOutput(labels=("a", "b"))
        >>> kind.translated(np.array([[0.2, 0.8]]), other).tolist()
        [[0.8, 0.0, 0.2]]
        """
        others = [label not in self.labels for label in given.labels]
        found = np.zeros((len(values), self.width + any(others)))
        for column, label in enumerate(self.labels):
            if label in given.labels:
                found[:, column] = values[:, given.labels.index(label)]
        if any(others):
            found[:, -1] = values[:, others].max(axis=1)
        broken = ~np.isfinite(values).all(axis=1)
        if broken.any():
            if not any(others):
                found = np.pad(found, ((0, 0), (0, 1)))
            found[broken] = np.eye(found.shape[1])[-1]
        return found

    def flaw(self, values: Floats) -> str:
        """Return whether a row's values are no probabilities that sum to 1."""
        if not len(values) or (values.min() >= 0 and values.max() <= 1):
            off = np.abs(values.sum(axis=1) - 1).max(initial=0)
            return "" if off < 1e-4 else f"a row's probabilities are off the sum of 1 by {off:.2g}"
        return "probabilities are not from 0 to 1"

    def adjustment(self, values: Floats, truths: Truths) -> Adjustment:
        """Return the temperature that calibrates probabilities best."""
        return Temperature(fit_temperature(values, truths))

    def adjusted(self, facts: Mapping[str, Any]) -> str:
        """Return the temperature."""
        return (
            f"probabilities calibrated with temperature {facts['temperature']:.2f} on the "
            "validation split"
        )

    def details(self, values: Floats, truths: Truths) -> dict[str, Any]:
        """Return precision and recall per label, and the confusion matrix."""
        confusion = confusion_matrix(values, truths)
        precision, recall = precision_recall(confusion)
        per_class = {
            label: {
                "precision": float(precision[i]),
                "recall": float(recall[i]),
                "rows": int(confusion[i].sum()),
            }
            for i, label in enumerate(self.labels)
        }
        return {"per_class": per_class, "confusion": confusion.tolist()}

    def pairs(self, values: Floats, truths: Truths) -> list[tuple[str, str]]:
        """Return the true and the most probable label."""
        rows = zip(truths.tolist(), values.argmax(axis=1).tolist(), strict=True)
        return [(self.labels[true], self.labels[answer]) for true, answer in rows]


KIND: type[OutputKind] = ClassesOutput
