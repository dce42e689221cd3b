"""The interface of a kind of output."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.adjustment import Adjustment
from perennial.statistics.counts import Floats
from perennial.statistics.loss_test import LossTest
from perennial.statistics.metrics import Metric

LONGEST_LABEL = 200  # characters

Values = NDArray[np.floating]
Truths = NDArray[Any]
Columns = Mapping[str, NDArray[Any]]
Answer = dict[str, Any]
SentLabel = str | int | float


class Stored(NamedTuple):
    """What the database keeps of an answer.

    label: the answer as text.
    confidence: None where answers have none, or a broken model gave no number.
    interval: its low and high end; None likewise.
    """

    label: str
    confidence: float | None = None
    interval: tuple[float, float] | None = None


class OutputKind(Protocol):
    """What one model returns: the schema in the manifest, and everything that follows from it.

    *Values* are what the model computes for rows, shape (rows, width). An *answer* is what a
    client gets for one of them. A *label* is the truth that a client sends back, as text. *Truths*
    are what labels are to a model: what it is fitted to and scored against, shape (rows,).
    """

    # The model of an answer, for the documentation of the API.
    answer_type: ClassVar[Any]

    @property
    def kind(self) -> str:
        """The name of the kind, as the manifest has it."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The answers that there are, in the order of the values; empty if not a fixed set."""

    @property
    def width(self) -> int:
        """How many values the model returns for a row."""

    @property
    def quantiles(self) -> tuple[float | None, ...]:
        """What a model of numbers fits: low end, answer, high end; None is the mean.

        Its values have another order: answer, low end, high end. Empty where values are none such.
        """

    @property
    def coverage(self) -> float | None:
        """The share of labels that intervals are made to hold; None where answers have none.

        Where they have one, truths are numbers.
        """

    @property
    def signals(self) -> tuple[str, ...]:
        """The names of the output's signals."""

    @property
    def categories(self) -> Mapping[str, tuple[str, ...]]:
        """The bins of its categorical signals."""

    @property
    def edges(self) -> Mapping[str, tuple[float, ...]]:
        """The edges of numeric signals from 0 to 1 that are not cut at the data's quantiles."""

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """What a model is scored by, by name."""

    @classmethod
    def example(cls) -> Self:
        """Return a small output of this kind, to hold the kind's promises against."""

    def examples(self, count: int, seed: int) -> Values:
        """Return values made at random; the same seed gives the same ones."""

    def model_dump(self, *, mode: str = "python") -> dict[str, Any]:
        """Return the schema for the manifest; every pydantic record has this method."""

    def answers(self, values: Values) -> list[Answer]:
        """Return the answer to each row, ready for JSON."""

    def extract(self, values: Values) -> dict[str, NDArray[Any]]:
        """Return the output's signals as columns of shape (rows,)."""

    def counts(self, columns: Columns) -> NDArray[np.int64]:
        """Return how many rows have each label, of the columns of `extract`, shape (labels,)."""

    def confidence(self, columns: Columns) -> float:
        """Return the sum of the rows' confidences, of the columns of `extract`; 0 without any."""

    # What the service keeps and counts of answers and of their labels.

    def stored(self, answer: Answer) -> Stored:
        """Return what the database keeps of an answer."""

    def read_label(self, label: SentLabel) -> str:
        """Return the one text of a label, which is read from it again unchanged.

        label: a JSON string or number of a client, or such a text.
        Raises InvalidInput, naming what it may be.
        """

    def loss(self, predicted: str, label: str) -> float:
        """Return the loss of one row, 0 or more, from the texts of its answer and its label.

        NaN where a broken model gave no number. Monitoring watches its mean where labels are not a
        fixed set; where they are, it watches the confusion matrix.
        """

    def reference(self, values: Values, truths: NDArray[Any]) -> dict[str, Any]:
        """Return the fields of `Reference` that live labels are compared with.

        values: of held-out rows, shape (rows, width).  truths: of the same rows, shape (rows,).
        With a fixed set of labels, `accuracy`, `accuracy_size` and `confidence`; else `loss`,
        `loss_deviation` and `loss_size`, `coverage` where answers have intervals, and
        `expected_loss` where a signal tells how large a row's loss may be.
        """

    # How a model of this kind is fitted, scored and compared.

    @property
    def headline(self) -> str:
        """The metric that reports and messages lead with: brief, and the score of `loss_test`."""

    @property
    def loss_test(self) -> LossTest:
        """How the losses of two models are compared."""

    @property
    def loss_unit(self) -> str:
        """The unit of the loss that models log while they are fitted."""

    @property
    def label_rule(self) -> str:
        """What a label is, for the rule that validation checks: `one of 10 labels`."""

    @property
    def constant_answer(self) -> str:
        """What to always answer, for `constant`, is: `always predicting their most frequent …`."""

    def truths(self, labels: Sequence[str]) -> Truths:
        """Return labels as int64 or float64. Raises InvalidInput where `read_label` would."""

    def label_of(self, truth: Any) -> str:
        """Return a truth's label."""

    def losses(self, values: Floats, truths: Truths) -> Floats:
        """Return the loss of each row, shape (rows,): 0 is right."""

    def surprises(self, values: Floats, truths: Truths) -> Floats | None:
        """Return the log loss of each row in nats, shape (rows,); None if `losses` is as fine.

        Where a row is only right or wrong, it tells two models apart on fewer rows.
        """

    def constant(self, truths: Truths) -> Floats:
        """Return the values, shape (width,), that have the least loss if all rows get them."""

    def shares(self, truths: Truths) -> Floats | None:
        """Return the values, shape (width,), of the least log loss if all rows get them.

        None where there are no `surprises`.
        """

    def translated(self, values: Floats, given: Self) -> Floats:
        """Return values of a model with another schema of this kind, to score by these truths.

        A row that is no numbers stays so, or becomes an answer that is always wrong.
        """

    def flaw(self, values: Floats) -> str:
        """Return what is wrong with values that a model made, as a clause; empty if nothing."""

    def adjustment(self, values: Floats, truths: Truths) -> Adjustment:
        """Return what has to be done to a fitted model's values; values: of validation rows."""

    def adjusted(self, facts: Mapping[str, Any]) -> str:
        """Return what was done, as a clause for the model card; facts: of the adjustment."""

    def details(self, values: Floats, truths: Truths) -> dict[str, Any]:
        """Return what metrics.json has beside the metrics, ready for JSON.

        None has the name of a metric, of the headline with `_low`, `_high`, `_next_low` or
        `_next_high`, or is `rows`.
        """

    def pairs(self, values: Floats, truths: Truths) -> list[tuple[str, str]]:
        """Return each row's truth and answer in few words, which `dvc plots` draws as a matrix.

        Where answers are not a fixed set, these are the names of bins.
        """
