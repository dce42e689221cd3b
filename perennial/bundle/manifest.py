"""The schema of `manifest.json`: a model's origin, input, output, metrics and self-test."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, JsonValue

from perennial.kinds.known import Input, Output
from perennial.kinds.output_kind import OutputKind
from perennial.kinds.record import Record

FORMAT = 3
# The metrics between which the score of the rows that follow is expected, 95 times in 100.
PROMISED_LOW, PROMISED_HIGH = "promised_low", "promised_high"
SHA256 = re.compile(r"^[0-9a-f]{64}$")


class Metric(Record):
    """A test metric and the rows it was measured on."""

    value: float
    size: int = Field(gt=0)


class SelfTest(Record):
    """An instance, what the model must return for it within `tolerance`, and the answer to it."""

    instance: JsonValue
    values: list[float]
    answer: dict[str, JsonValue]
    tolerance: float = Field(gt=0)

    @classmethod
    def of(cls, output: OutputKind, instance: Any, values: Any, *, tolerance: float) -> Self:
        """Return the self-test with an instance and the model's values for it, shape (width,)."""
        row = np.asarray(values, np.float64)
        return cls(
            instance=instance,
            values=row.tolist(),
            answer=output.answers(row[np.newaxis])[0],
            tolerance=tolerance,
        )


class Manifest(Record):
    """The whole file; `files` maps every other file's name to its checksum."""

    format: Literal[3]
    task: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    created: datetime
    commit: str = Field(pattern=r"^[0-9a-f]{7,40}$")
    data_version: str
    framework: str
    framework_version: str
    input: Input
    output: Output
    metrics: dict[str, Metric]
    self_test: SelfTest
    files: dict[str, Annotated[str, Field(pattern=SHA256.pattern)]]
