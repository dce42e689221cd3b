"""The schema of a task's rows: what validation demands of all of them together."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Schema(BaseModel):
    """Declared by each task; rows that break it stop the pipeline before `prepare`.

    The rules on a row's values are those of the task's input.
    most_duplicates: share of base rows that may repeat an earlier row; repeats are a warning. Not
    given, it is all where the input's kind says that equal rows are data, as in a table, else 0.
    least_rows: least base rows per label.  few_rows: a label with fewer base rows is a warning.
    uneven: a label whose share is this many times over or under an even share is a warning.
    The others are shares too, over which a column of a table is a warning: of rows without a value,
    of rows with a category that the input does not name, of known values that are the same one, and
    of the loss of a constant answer that the column alone avoids, as one does that is filled in
    after the truth is known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    most_duplicates: Annotated[float, Field(ge=0, lt=1)] | None = None
    least_rows: Count = 10
    few_rows: Count = 100
    uneven: Annotated[float, Field(gt=1)] = 3
    most_missing: Share = 0.2
    most_unknown: Share = 0.01
    most_alike: Share = 0.999
    most_told: Share = 0.95
