"""The parameters in a task's params.yaml, validated when they are loaded."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from perennial import validation
from perennial.errors import Described, InvalidField
from training.errors import BadParameter
from training.model import found
from training.model.pairing import check_pairing
from training.model.parameters import Parameters
from training.task.files import params_file
from training.task.task import Task

Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(gt=0)]
DECADE_SECONDS = 3653 * 86_400
DURATION = re.compile(r"(\d{1,6})([smhdw])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Prepare(_Block):
    """Shares of the validation and test splits, for base rows and for collected rows.

    gap: training rows nearer in time than this to a validation or test row are left out, and
    validation rows nearer to a test row; for rows that have a time.
    """

    validation: Annotated[float, Field(gt=0, lt=0.5)]
    test: Annotated[float, Field(gt=0, lt=0.5)]
    fresh_validation: Annotated[float, Field(gt=0, lt=0.5)]
    fresh_test: Annotated[float, Field(gt=0, lt=0.5)]
    gap: str | None = None

    @field_validator("gap")
    @classmethod
    def _is_a_duration(cls, gap: str | None, info: ValidationInfo) -> str | None:
        if gap is not None and not DURATION.fullmatch(gap):
            raise InvalidField("", gap, "a whole number and one of s, m, h, d, w, such as 6h")
        if gap is not None and info.context and info.context["task"].input.time is None:
            raise InvalidField("", gap, "nothing, since rows of this task have no time")
        return gap

    @property
    def purge(self) -> timedelta:
        """The gap as a duration; none is 0."""
        if self.gap is None:
            return timedelta()
        number, unit = DURATION.findall(self.gap)[0]
        return timedelta(**{UNITS[unit]: int(number)})


class Train(_Block):
    """Which model is trained, and how; `parameters` are the chosen model's own.

    windows: how many models a retrain fits at most, on all rows and on ever fewer of the latest.
    """

    model: str
    watts_per_core: Annotated[float, Field(gt=0, le=1000)]
    fresh_weight: Annotated[int, Field(ge=1, le=100)]
    windows: Annotated[int, Field(ge=1, le=8)] = 1
    parameters: SerializeAsAny[Parameters]

    @field_validator("model")
    @classmethod
    def _known(cls, name: str, info: ValidationInfo) -> str:
        if name not in found.names():
            raise InvalidField("", name, f"one of {', '.join(found.names())}")
        if info.context:
            # Before the parameters, for nobody should complete those of a model that does not fit.
            file, task = info.context["file"], info.context["task"]
            check_pairing(f"{file}: train.model", name, task.input, task.output.kind)
        return name

    @field_validator("parameters", mode="plain")
    @classmethod
    def _of_the_model(cls, values: Any, info: ValidationInfo) -> Any:
        if "model" not in info.data:  # it is named as the problem already
            return values
        try:
            return found.find(info.data["model"]).Parameters.model_validate(values)
        except ValidationError as error:
            problem = validation.first(error)
            raise InvalidField(problem.field(""), problem.value, problem.expected) from error


class Export(_Block):
    """The bundle's version and reference; tolerance: in the unit of the output's values."""

    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    bins: Annotated[int, Field(ge=2, le=100)]
    rows_per_bin: Count
    family_level: Share
    least_fresh_rows: Count
    tolerance: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Collect(_Block):
    """Parameters of the collection of labelled feedback; the last three limit label sources.

    earlier: rows from just before an incident, for each of its own.
    """

    least_rows: Count
    lookback_seconds: Annotated[float, Field(ge=0, le=DECADE_SECONDS)]
    earlier: Annotated[float, Field(ge=0, le=1000)] = 2.0
    most_share: Annotated[float, Field(gt=0, le=1)]
    least_of_source: Count
    disagreement: Annotated[float, Field(gt=0, le=1)]


class Gate(_Block):
    """Parameters of the comparison of two models; floor: the worst headline allowed.

    least_trusted: trusted labels, among those that judge, without which nothing merges by itself.
    """

    level: Share
    bootstrap: Annotated[int, Field(ge=100, le=1_000_000)]
    floor: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    least_trusted: Count


class TaskParams(_Block):
    """All parameters of one task."""

    prepare: Prepare
    train: Train
    export: Export
    collect: Collect
    gate: Gate


def load(task: str, file: Path | None = None, *, of: Task | None = None) -> TaskParams:
    """Return the parameters of a task.

    file: by default the task's own.  of: the task, whose input and output the model must take.
    Raises BadParameter with the line that is no YAML, the model that does not fit, or the first
    key that is unknown, missing or out of range.
    """
    path = file or params_file(task)
    if not path.exists():
        raise BadParameter(str(path), validation.NOTHING, f"the parameters of the task {task}")
    context = {"file": path, "task": of} if of else None
    try:
        return TaskParams.model_validate(_read(path), context=context)
    except ValidationError as error:
        problem = validation.first(error)
        field = f"{path}: {problem.field('document')}"
        raise BadParameter(field, problem.value, problem.expected) from error


def _read(file: Path) -> Any:
    """Return what a YAML file says. Raises BadParameter."""
    try:
        return YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        place = f"{file}, line {error.problem_mark.line + 1}"
        raise BadParameter(place, Described(f"no YAML ({error.problem})"), "YAML") from error
    except (YAMLError, UnicodeDecodeError) as error:
        first = str(error).partition("\n")[0]
        raise BadParameter(str(file), Described(f"no YAML ({first})"), "YAML in UTF-8") from error
