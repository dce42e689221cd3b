"""Schemas of requests and responses: they validate feedback and document the API."""

from functools import reduce
from operator import or_
from types import GenericAlias
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    create_model,
)

from perennial.errors import InvalidField
from perennial.kinds.known import INPUTS, OUTPUTS
from perennial.kinds.output_kind import LONGEST_LABEL, SentLabel
from service.pseudonyms import LONGEST

# As `serving/loaded.py` makes them.
ID = "^[0-9a-f]{32}$"


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


_instances: Any = reduce(or_, [GenericAlias(list, kind.instance_type) for kind in INPUTS.values()])
PredictRequest: type[BaseModel] = create_model(
    "PredictRequest",
    __base__=_Schema,
    __doc__="Rows to predict, in the input format that the model's manifest (`/model`) gives.",
    instances=(_instances, Field(min_length=1)),
    subject=(
        str,
        Field(
            default=None,
            min_length=1,
            max_length=LONGEST,
            description="Whom the rows are about, so that they can be erased; stored as a hash.",
        ),
    ),
)


class _Prediction(BaseModel):
    prediction_id: str = Field(description="Send it with the true label to `/feedback`.")
    model_version: str


_predictions: Any = reduce(
    or_,
    [
        create_model(
            kind.answer_type.__name__,
            __base__=(_Prediction, kind.answer_type),
            __doc__=kind.answer_type.__doc__,
        )
        for kind in OUTPUTS.values()
    ],
)
PredictResponse: type[BaseModel] = create_model(
    "PredictResponse",
    __base__=_Schema,
    __doc__="One prediction per instance, in the same order.",
    predictions=(list[_predictions], ...),
)


def _label(value: Any) -> SentLabel:
    """Return a label if it is a text or a number; the model's output says which it may be."""
    if type(value) is str and len(value) > LONGEST_LABEL:
        raise InvalidField("", value, f"at most {LONGEST_LABEL} characters")
    if type(value) not in (str, int, float):
        raise InvalidField("", value, "a valid string, or a number")
    found: SentLabel = value
    return found


Label = Annotated[
    SentLabel,
    PlainValidator(_label),
    WithJsonSchema({"anyOf": [{"type": "string", "maxLength": LONGEST_LABEL}, {"type": "number"}]}),
]


class FeedbackRequest(_Schema):
    """The true label of a prediction."""

    prediction_id: str = Field(pattern=ID)
    label: Label


class FeedbackResponse(_Schema):
    """The label is stored; `created` tells whether it is new. Label and answer are texts here."""

    prediction_id: str
    label: str
    predicted: str
    model_version: str
    created: bool


class ErrorDetail(_Schema):
    """What is wrong: the field, its value, what was expected, and a sentence with all three."""

    field: str | None
    value: str | None
    expected: str | None
    message: str


class ErrorBody(_Schema):
    """The format of every error of the service."""

    error: ErrorDetail


class Health(_Schema):
    """The process is alive."""

    status: str


class Ready(_Schema):
    """Whether the service is ready for traffic, and what it is waiting for."""

    ready: bool
    bundle: bool
    database: bool


class ModelList(_Schema):
    """KServe's list of models."""

    models: list[str]


class ModelStatus(_Schema):
    """KServe's status of one model."""

    name: str
    ready: bool
