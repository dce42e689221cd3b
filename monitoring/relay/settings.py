"""The relay's settings, from environment variables that begin with RELAY_, checked at start."""

from typing import Annotated

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from monitoring.relay.limits import Growth
from perennial.database.settings import Address, DatabaseSettings
from perennial.errors import HIDDEN_VALUE, Described, InvalidField
from perennial.gitlab.token import SENDABLE, is_sendable
from perennial.http.settings import Days, Pause, Seconds, ServerSettings
from perennial.validation import NOTHING


class LedgerSettings(DatabaseSettings):
    """Where webhooks, incidents and decisions are; a variable that is empty counts as not set."""

    model_config = SettingsConfigDict(env_prefix="RELAY_", env_ignore_empty=True)

    database_url: Address = Field(
        default="sqlite:///var/relay.db",
        description="where incidents and decisions go, SQLAlchemy URL",
    )


class Settings(ServerSettings, LedgerSettings):
    """Where GitLab is, who may send webhooks, and how patient and how generous the relay is."""

    gitlab_url: str = Field(pattern=r"^https?://", description="GitLab's address, without /api/v4")
    project: str = Field(min_length=1, description="number or path of the project")
    ref: str = Field(default="main", description="branch that pipelines run on")
    trigger_token: SecretStr = Field(description="pipeline trigger token")
    read_token: SecretStr = Field(description="project access token with the scope read_api")

    # Senders: Alertmanager shows a bearer token, Grafana signs; at least one must be set.
    bearer_token: SecretStr | None = Field(
        default=None, description="token that Alertmanager sends"
    )
    hmac_secret: SecretStr | None = Field(
        default=None, description="secret that Grafana signs with"
    )
    signature_header: str = Field(
        default="X-Grafana-Alerting-Signature", description="header of Grafana's signature"
    )
    timestamp_header: str | None = Field(
        default=None, description="header of the time that is signed with the body"
    )
    max_age_seconds: Seconds = Field(default=300, description="age at which a signature expires")
    max_body_bytes: int = Field(default=1_000_000, gt=0, description="bytes of one webhook")

    models: Annotated[tuple[str, ...], NoDecode] = Field(
        description="models that may be retrained, separated by commas"
    )
    port: int = Field(default=8900, ge=0, le=65535, description="port to listen on")

    # Policy, per model.
    cooldown_seconds: Pause = Field(
        default=3600, description="least seconds between two pipelines of a model"
    )
    daily_budget: int = Field(default=4, ge=1, description="most pipelines of a model in 24 hours")
    drift_rows: int = Field(
        default=1000,
        ge=1,
        description="labelled rows that drift waits for while labels show no fall",
    )
    fall_rows: int = Field(
        default=300, ge=1, description="labelled rows that a fall which labels show waits for"
    )
    growth: Growth = Field(
        default=4.0, description="times the rows of the last attempt that the next one needs"
    )
    carry: float = Field(
        default=1.0,
        ge=0,
        le=100,
        allow_inf_nan=False,
        description="times the rows of the former version's last attempt that drift waits for",
    )
    quiet_seconds: Pause = Field(
        default=900, description="seconds for which alerts may be away and still count as firing"
    )
    pause_seconds: Pause = Field(
        default=86400, description="most seconds between two alerts of one incident; a day"
    )
    every_days: Days | None = Field(
        default=None, description="days after which a model is trained again without any alert"
    )
    look_seconds: Seconds = Field(
        default=60, description="seconds between two looks at an incident and at its labels"
    )

    keep_webhooks_days: Days = Field(
        default=30, description="days after which the text of a webhook is emptied"
    )
    longest_seconds: Seconds = Field(
        default=604800, description="most seconds that an alert counts as firing; a week"
    )
    prometheus_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Prometheus, which must have an alert firing before it counts, and which "
        "tells how many labels come; leave it unset where Grafana evaluates the rules",
    )

    # Patience. After a lost answer the relay waits `settle_seconds` before it looks whether GitLab
    # made the pipeline after all: more than GitLab takes over one request, which is 60.
    timeout_seconds: Seconds = Field(default=10, description="seconds to wait for GitLab's answer")
    settle_seconds: Seconds = Field(
        default=60, description="seconds after a lost answer until GitLab is asked what it did"
    )
    backoff_seconds: Seconds = Field(
        default=2, description="seconds until the second attempt; then twice as long each time"
    )
    backoff_limit_seconds: Seconds = Field(
        default=300, description="most seconds between two attempts"
    )
    attempts: int = Field(default=20, ge=1, description="attempts until an incident has failed")
    poll_seconds: Seconds = Field(
        default=15, description="seconds between two looks at a pipeline's status"
    )

    @field_validator("models", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        # Each once: Prometheus refuses all of a scrape that has a series twice.
        names = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
        if not names:
            raise InvalidField("", NOTHING, "names separated by commas")
        return names

    @field_validator("trigger_token", "read_token", "bearer_token")
    @classmethod
    def _sendable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not is_sendable(value.get_secret_value()):
            raise InvalidField("", HIDDEN_VALUE, SENDABLE)
        return value

    @model_validator(mode="after")
    def _check(self) -> "Settings":
        if self.bearer_token is None and self.hmac_secret is None:
            raise InvalidField("bearer_token, hmac_secret", NOTHING, "one or both")
        if self.settle_seconds < self.timeout_seconds:
            least = f"at least {self.variable('timeout_seconds')} ({self.timeout_seconds:g})"
            raise InvalidField("settle_seconds", Described(f"{self.settle_seconds:g}"), least)
        return self
