"""Every setting of the service, read from the environment at start."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from perennial.database.settings import Address, DatabaseSettings
from perennial.http.settings import Days, Pause, Seconds, ServerSettings
from perennial.settings import Settings as Base

Positive = Annotated[int, Field(gt=0)]
# Empty counts as not set, as Compose passes on what .env leaves open.
Kept = Annotated[Days | None, BeforeValidator(lambda value: None if value == "" else value)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class StoreSettings(DatabaseSettings):
    """Where predictions and feedback are stored."""

    model_config = SettingsConfigDict(env_prefix="PERENNIAL_")

    database_url: Address = Field(
        default="sqlite:///var/perennial.db",
        description="SQLAlchemy URL of the database for predictions and feedback",
    )


class SubjectSettings(StoreSettings):
    """How the database names the people whom its rows are about."""

    hash_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="secret that subjects are hashed with; keep it: without it nobody's rows are "
        "found again",
    )


class TrialSettings(Base):
    """What loading a bundle may take."""

    model_config = SettingsConfigDict(env_prefix="PERENNIAL_")

    trial_seconds: Pause = Field(
        default=60.0,
        description="seconds that loading a bundle may take; it is tried in a process of its own, "
        "0 for no trial",
    )
    trial_bytes: Positive = Field(
        default=2_147_483_648, description="bytes of memory that loading a bundle may take"
    )


class Settings(ServerSettings, SubjectSettings, TrialSettings):
    """The service's settings."""

    bundles: str = Field(
        default="var/bundles",
        min_length=1,
        description="folder of bundles; its link `production` points to the one to serve",
    )
    port: int = Field(
        default=8000, ge=0, le=65535, description="port to listen on; 0 picks a free one"
    )
    requests_per_second: Rate = Field(
        default=1000.0, description="maximum requests a second of one key, in each replica"
    )
    max_instances: Positive = Field(default=256, description="maximum rows of one request")
    max_body_bytes: Positive = Field(
        default=1_048_576, description="maximum bytes of one request body"
    )
    max_batch_rows: Positive = Field(
        default=64, description="maximum rows of one inference, unless one request has more"
    )
    inference_threads: Positive = Field(default=1, description="ONNX Runtime threads per inference")
    inline_seconds: Seconds = Field(
        default=0.002,
        description="if a full batch takes longer, inference runs outside the event loop",
    )
    queue_size: Positive = Field(
        default=20_000, description="maximum number of predictions waiting to be stored"
    )
    queue_bytes: Positive = Field(
        default=67_108_864, description="maximum bytes of the instances waiting to be stored"
    )
    write_seconds: Seconds = Field(
        default=0.05, description="seconds between writes of predictions"
    )
    feedback_seconds: Seconds = Field(
        default=10.0, description="seconds after which storing feedback times out"
    )
    keep_predictions_days: Kept = Field(
        default=None,
        description="days after which predictions without a label are removed; not set: never",
    )
    keep_labelled_days: Kept = Field(
        default=None,
        description="days after which predictions with a label are removed with it; not set: never",
    )
    poll_seconds: Seconds = Field(default=0.5, description="seconds between checks of the link")
    slow_seconds: Seconds = Field(
        default=1.0, description="requests that take longer, in seconds, are logged"
    )
    sample_seconds: Pause = Field(
        default=0.0,
        description="seconds between two predictions that are logged, without their inputs, as a "
        "sample; 0 logs none",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="lowest level to log; debug logs every request"
    )
