"""The schema of a task's rows: the limits that validation checks."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from perennial.errors import InvalidField

Count = Annotated[int, Field(gt=0)]


class Schema(BaseModel):
    """Declared by each task; rows that break it stop the pipeline before `prepare`.

    low, high: the lowest and the highest value of an input.
    whole: whether inputs are whole numbers only.  missing: whether NaN is allowed among them.
    most_duplicates: share of base rows that may repeat an earlier row; repeats are a warning.
    least_rows: least base rows per label.  few_rows: a label with fewer base rows is a warning.
    uneven: a label whose share is this many times over or under an even share is a warning.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: FiniteFloat
    high: FiniteFloat
    whole: bool = False
    missing: bool = False
    most_duplicates: Annotated[float, Field(ge=0, lt=1)] = 0
    least_rows: Count = 10
    few_rows: Count = 100
    uneven: Annotated[float, Field(gt=1)] = 3

    @model_validator(mode="after")
    def _low_is_under_high(self) -> Self:
        if self.low >= self.high:
            raise InvalidField("low", self.low, f"less than high, {self.high}")
        return self
