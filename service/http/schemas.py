"""Schemas of requests and responses: they validate feedback and document the API."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


Number = Annotated[float, Field(allow_inf_nan=False)]
Image = Annotated[
    list[list[Number]] | list[list[list[Number]]],
    Field(
        title="Image",
        description="A list of rows of pixels; a pixel is a finite number, or a list of channels.",
    ),
]
Features = Annotated[
    list[Number | str | None],
    Field(
        title="Features",
        description="Values in the order of the model's features: a number, the string of a "
        "category, or null where the value is missing.",
    ),
]
Text = Annotated[str, Field(title="Text", description="A text.")]


class PredictRequest(_Schema):
    """Rows to predict, in the input format that the model's manifest (`/model`) gives."""

    instances: Annotated[list[Image] | list[Features] | list[Text], Field(min_length=1)]


class PredictionOut(_Schema):
    """The model's prediction for one instance."""

    label: str
    confidence: float = Field(ge=0, le=1, description="Calibrated probability of the label.")
    prediction_id: str = Field(description="Send it with the true label to `/feedback`.")
    model_version: str


class PredictResponse(_Schema):
    """One prediction per instance, in the same order."""

    predictions: list[PredictionOut]


class FeedbackRequest(_Schema):
    """The true label of a prediction."""

    prediction_id: str = Field(min_length=1, max_length=64)
    label: str = Field(max_length=200)


class FeedbackResponse(_Schema):
    """The label is stored; `created` tells whether it is new."""

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


class ModelStatus(_Schema):
    """KServe's status of one model."""

    name: str
    ready: bool
