"""What good rows of a task look like: the numbers that validation holds them to."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from perennial.errors import InvalidField

Count = Annotated[int, Field(gt=0)]


class Schema(BaseModel):
    """A task declares one in its file; rows that break it stop the pipeline before `prepare`.

    low, high: the least and the greatest value of an input.
    whole: whether inputs are whole numbers only.  missing: whether NaN is allowed among them.
    most_duplicates: the share of base rows that may repeat an earlier one; these are a warning.
    least_rows: of each label among the base rows.  few_rows: fewer than these are a warning.
    uneven: a label this many times over or under its even share is a warning.
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
