"""A signal's bins, and the shares of the reference that they are compared with."""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from perennial.errors import Described, InvalidField
from perennial.plural import plural
from perennial.signals.bins import MISSING, OTHER, numeric_bins
from perennial.signals.expected_loss import ExpectedLoss

PREDICTION = "prediction"
CONFIDENCE = "confidence"
MARGIN = "margin"
INTERVAL_WIDTH = "interval_width"
# The output signals of a classifier.
OUTPUTS = (PREDICTION, CONFIDENCE, MARGIN)
# No column of a table may have one of these names.
RESERVED = (*OUTPUTS, INTERVAL_WIDTH)
# The fields of a reference that an output with a fixed set of labels has, and any other output.
ACCURACY = ("accuracy", "accuracy_size", "confidence")
LOSS = ("loss", "loss_deviation", "loss_size")
BESIDE_LOSS = ("coverage", "coverage_design_effect", "expected_loss")


class Signal(BaseModel):
    """One signal's bins and their reference shares.

    bins: names in order.  A numeric signal has numbered bins, then `outside` and `missing`; a
    categorical one has its categories, then `other` and `missing`.
    edges: upper bounds, inclusive, of all numbered bins but the last; none if categorical.
    low, high: the smallest and largest value that is not `outside`; none if categorical.
    shares: the reference share of each bin, strictly positive, summing to 1.
    size: rows the shares were counted on.
    critical_value: the limit of the G statistic at one test's share of the family-wise level.
    rank_critical_value: the limit of the rank statistic; none if categorical.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["numeric", "categorical"]
    bins: tuple[str, ...] = Field(min_length=3)
    edges: tuple[FiniteFloat, ...] = ()
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    shares: tuple[Annotated[float, Field(gt=0, le=1)], ...]
    size: int = Field(gt=0)
    critical_value: FiniteFloat = Field(gt=0)
    rank_critical_value: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _check(self) -> "Signal":
        if len(self.shares) != len(self.bins):
            found = Described(plural(len(self.shares), "share"))
            raise InvalidField("shares", found, f"{len(self.bins)}, one for each bin")
        if abs(sum(self.shares) - 1) > 1e-6:
            raise InvalidField("shares", Described(f"a sum of {sum(self.shares)}"), "a sum of 1")
        if self.kind == "numeric":
            self._check_numeric()
        else:
            self._check_categorical()
        return self

    def _check_numeric(self) -> None:
        if self.low is None or self.high is None or self.low > self.high:
            raise InvalidField("low", self.low, f"a number of at most high, {self.high}")
        if self.rank_critical_value is None:
            raise InvalidField("rank_critical_value", None, "a number, as for every numeric signal")
        if list(self.edges) != sorted(set(self.edges)):
            raise InvalidField("edges", self.edges, "increasing numbers")
        if self.edges and not self.low <= self.edges[0] <= self.edges[-1] < self.high:
            raise InvalidField("edges", self.edges, f"numbers from {self.low} to under {self.high}")
        if self.bins != numeric_bins(self.edges):
            raise InvalidField("bins", self.bins, str(numeric_bins(self.edges)))

    def _check_categorical(self) -> None:
        for name in ("edges", "low", "high", "rank_critical_value"):
            if (value := getattr(self, name)) not in ((), None):
                raise InvalidField(name, value, "none, because the signal is categorical")
        if len(set(self.bins)) != len(self.bins) or self.bins[-2:] != (OTHER, MISSING):
            expected = f"distinct names that end with {OTHER!r}, {MISSING!r}"
            raise InvalidField("bins", self.bins, expected)


class Reference(BaseModel):
    """The data that the model was accepted on: `reference.json` of a bundle.

    Of an output with a fixed set of labels, measured on held-out rows:
    accuracy: share of correct predictions; accuracy_size: how many rows.
    confidence: mean probability of the predicted label on these rows.
    Of any other output:
    loss: mean loss of a row; loss_deviation: its standard deviation; loss_size: how many rows.
    coverage: share of these rows whose label lies in the interval of its answer; None without any.
    expected_loss: what to expect of a row without its label; None if no signal tells.
    Of outputs of both sorts, if these rows have an order in time:
    design_effect: how many of them in a row tell as much of the accuracy or the loss as an
    independent one; coverage_design_effect: of the coverage. None: rows are taken for independent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    signals: tuple[Signal, ...] = Field(min_length=1)
    accuracy: float | None = Field(default=None, ge=0, le=1)
    accuracy_size: int | None = Field(default=None, gt=0)
    confidence: float | None = Field(default=None, ge=0, le=1)
    loss: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    loss_deviation: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    loss_size: int | None = Field(default=None, gt=0)
    coverage: float | None = Field(default=None, ge=0, le=1)
    expected_loss: ExpectedLoss | None = None
    design_effect: float | None = Field(default=None, ge=1, allow_inf_nan=False)
    coverage_design_effect: float | None = Field(default=None, ge=1, allow_inf_nan=False)

    @model_validator(mode="after")
    def _check(self) -> "Reference":
        given = {name for name in (*ACCURACY, *LOSS) if getattr(self, name) is not None}
        for group, others in ((ACCURACY, LOSS), (LOSS, ACCURACY)):
            if given & set(group):
                self._check_group(given, group, others)
        if not given:
            raise InvalidField("accuracy", None, "a value, or a loss")
        for name in BESIDE_LOSS:
            if self.loss is None and getattr(self, name) is not None:
                raise InvalidField(name, getattr(self, name), "none without a loss")
        return self

    def _check_group(
        self, given: set[str], group: tuple[str, ...], others: tuple[str, ...]
    ) -> None:
        for name in group:
            if name not in given:
                raise InvalidField(name, None, f"a value, as {min(given & set(group))} has one")
        for name in others:
            if name in given:
                raise InvalidField(name, getattr(self, name), f"none beside {group[0]}")

    @model_serializer(mode="wrap")
    def _without_the_other_group(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what only other outputs have."""
        written: dict[str, Any] = write(self)
        return {name: value for name, value in written.items() if value is not None}
