"""What requests and answers look like, for validation of feedback and for the documentation."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PredictRequest(_Schema):
    """Rows to predict; the model's manifest (`/model`) says what one looks like."""

    instances: Annotated[
        list[list[list[float]]],
        Field(min_length=1, description="Images, each a list of rows of finite numbers."),
    ]


class PredictionOut(_Schema):
    """What the model says of one instance."""

    label: str
    confidence: float = Field(ge=0, le=1, description="Calibrated probability of the label.")
    prediction_id: str = Field(description="Give it back with the true label to `/feedback`.")
    model_version: str


class PredictResponse(_Schema):
    """One prediction per instance, in their order."""

    predictions: list[PredictionOut]


class FeedbackRequest(_Schema):
    """The true label of a prediction."""

    prediction_id: str = Field(min_length=1, max_length=64)
    label: str = Field(max_length=200)


class FeedbackResponse(_Schema):
    """The label is durable; created says whether it was new."""

    prediction_id: str
    label: str
    predicted: str
    model_version: str
    created: bool


class ErrorDetail(_Schema):
    """What is wrong: the field, its value, what was expected, and all three in a sentence."""

    field: str | None
    value: str | None
    expected: str | None
    message: str


class ErrorBody(_Schema):
    """Every error of the service has this shape."""

    error: ErrorDetail


class Health(_Schema):
    """The process is alive."""

    status: str


class Ready(_Schema):
    """Whether traffic may come, and what it waits for."""

    ready: bool
    bundle: bool
    database: bool


class ModelStatus(_Schema):
    """KServe's status of one model."""

    name: str
    ready: bool
