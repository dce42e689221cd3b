"""The parameters in params.yaml, validated when they are loaded."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML

from perennial import validation
from training.errors import BadParameter

FILE = Path("params.yaml")
Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(gt=0)]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Prepare(_Block):
    """Shares of the validation and test splits, for base rows and for collected rows."""

    validation: Annotated[float, Field(gt=0, lt=0.5)]
    test: Annotated[float, Field(gt=0, lt=0.5)]
    fresh_validation: Annotated[float, Field(gt=0, lt=0.5)]
    fresh_test: Annotated[float, Field(gt=0, lt=0.5)]


class Cnn(_Block):
    """Parameters of the convolutional network."""

    epochs: Annotated[int, Field(gt=0, le=1000)]
    batch_size: Count
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    filters: Annotated[int, Field(gt=0, le=1024)]
    dropout: Annotated[float, Field(ge=0, lt=1)]
    translation: Annotated[float, Field(ge=0, lt=1)]


class Linear(_Block):
    """Parameters of the logistic regression."""

    inverse_regularisation: Annotated[float, Field(gt=0)]
    iterations: Count


class Train(_Block):
    """Which model is trained, and how."""

    model: Literal["cnn", "linear"]
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    precision: Literal["auto", "float32", "mixed_float16"]
    watts_per_core: Annotated[float, Field(gt=0, le=1000)]
    fresh_weight: Annotated[int, Field(ge=1, le=100)]
    cnn: Cnn
    linear: Linear


class Export(_Block):
    """The bundle's version and reference."""

    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    bins: Annotated[int, Field(ge=2, le=100)]
    rows_per_bin: Count
    family_level: Share
    least_fresh_rows: Count
    tolerance: Annotated[float, Field(gt=0, le=0.01)]


class Collect(_Block):
    """Parameters of the collection of labelled feedback."""

    least_rows: Count
    lookback_seconds: Annotated[float, Field(ge=0)]


class Gate(_Block):
    """Parameters of the comparison of champion and challenger."""

    level: Share
    bootstrap: Annotated[int, Field(ge=100, le=1_000_000)]
    floor: Annotated[float, Field(ge=0, le=1)]
    seed: Annotated[int, Field(ge=0, lt=2**31)]


class TaskParams(_Block):
    """All parameters of one task."""

    prepare: Prepare
    train: Train
    export: Export
    collect: Collect
    gate: Gate


def load(task: str, path: Path = FILE) -> TaskParams:
    """Return the parameters of a task.

    Raises BadParameter with the first key that is unknown, missing or out of range.
    """
    document: Any = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or task not in document:
        raise BadParameter(f"{path.name}: {task}", validation.NOTHING, "a block of that name")
    try:
        return TaskParams.model_validate(document[task])
    except ValidationError as error:
        problem = validation.first(error)
        field = f"{path.name}: {task}.{problem.field()}"
        raise BadParameter(field, problem.value, problem.expected) from error
