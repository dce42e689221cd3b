"""The schema of `manifest.json`: a model's origin, input, labels, metrics and self-test."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from perennial.signals import InputSchema

FORMAT = 2
SHA256 = re.compile(r"^[0-9a-f]{64}$")


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Metric(_Record):
    """A test metric and the rows it was measured on."""

    value: float
    size: int = Field(gt=0)


class SelfTest(_Record):
    """An instance and the probabilities that the model must return for it, within `tolerance`."""

    instance: JsonValue
    probabilities: list[float]
    tolerance: float = Field(gt=0)


class Manifest(_Record):
    """The whole file; `files` maps every other file's name to its checksum."""

    format: Literal[2]
    task: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    created: datetime
    commit: str = Field(pattern=r"^[0-9a-f]{7,40}$")
    data_version: str
    framework: str
    framework_version: str
    labels: tuple[str, ...] = Field(min_length=2)
    input: InputSchema
    metrics: dict[str, Metric]
    self_test: SelfTest
    files: dict[str, Annotated[str, Field(pattern=SHA256.pattern)]]
