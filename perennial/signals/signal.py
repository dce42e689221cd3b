"""What a signal is: the bins of a value, and the shares of the reference they are held against."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from perennial.signals.bins import MISSING, OTHER, numeric_bins

PREDICTION = "prediction"
CONFIDENCE = "confidence"
MARGIN = "margin"
# What every model is watched for, whatever it takes.
OUTPUTS = (PREDICTION, CONFIDENCE, MARGIN)


class Signal(BaseModel):
    """One signal's bins with the reference shares they are compared with.

    bins: names in order.  Those of a numeric signal are numbered upwards and followed by `outside`
    and `missing`, those of a categorical one are its categories, `other` and `missing`.
    edges: upper bounds, inclusive, of all numbered bins but the last; none if categorical.
    low, high: the least and the greatest value that is not `outside`; none if categorical.
    shares: the reference share of each bin, strictly positive, summing to 1.
    size: rows the shares were counted on.
    critical_value: the limit of the G statistic at one test's part of the family-wise level.
    rank_critical_value: that of the rank statistic; none if categorical.
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
            raise ValueError(f"{len(self.shares)} shares for {len(self.bins)} bins")
        if abs(sum(self.shares) - 1) > 1e-6:
            raise ValueError(f"shares sum to {sum(self.shares)}, expected 1")
        if self.kind == "numeric":
            self._check_numeric()
        else:
            self._check_categorical()
        return self

    def _check_numeric(self) -> None:
        if self.low is None or self.high is None or self.low > self.high:
            raise ValueError(f"low is {self.low}, high is {self.high}, expected low up to high")
        if self.rank_critical_value is None:
            raise ValueError("rank_critical_value is missing, expected one of a numeric signal")
        if list(self.edges) != sorted(set(self.edges)):
            raise ValueError(f"edges are {self.edges}, expected them to increase")
        if self.edges and not self.low <= self.edges[0] <= self.edges[-1] < self.high:
            raise ValueError(f"edges are {self.edges}, expected {self.low} to under {self.high}")
        if self.bins != numeric_bins(self.edges):
            raise ValueError(f"bins are {self.bins}, expected {numeric_bins(self.edges)}")

    def _check_categorical(self) -> None:
        if self.edges or (self.low, self.high, self.rank_critical_value) != (None,) * 3:
            raise ValueError("a categorical signal has no edges, low, high or rank_critical_value")
        if len(set(self.bins)) != len(self.bins) or self.bins[-2:] != (OTHER, MISSING):
            expected = f"expected distinct ones that end with {OTHER!r}, {MISSING!r}"
            raise ValueError(f"bins are {self.bins}, {expected}")


class Reference(BaseModel):
    """What the model was accepted on: `reference.json` of a bundle.

    accuracy: share of correct predictions on held-out rows; accuracy_size: how many rows.
    confidence: mean probability of the predicted label on these rows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    signals: tuple[Signal, ...] = Field(min_length=1)
    accuracy: float = Field(ge=0, le=1)
    accuracy_size: int = Field(gt=0)
    confidence: float = Field(ge=0, le=1)
