"""The relay's settings, from environment variables that begin with RELAY_, checked at start."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "RELAY_"
FILE = "_FILE"

Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """Where GitLab is, who may send webhooks, and how patient and how generous the relay is.

    A variable's name with `_FILE` behind it names a file that holds the value, as for a secret.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    # GitLab: the address without /api/v4, the project's number or path, the branch to run on, a
    # pipeline trigger token, and a project access token of scope read_api.
    gitlab_url: str = Field(pattern=r"^https?://")
    project: str = Field(min_length=1)
    ref: str = "main"
    trigger_token: SecretStr
    read_token: SecretStr

    # Senders: Alertmanager shows a bearer token, Grafana signs; at least one must be set.
    bearer_token: SecretStr | None = None
    hmac_secret: SecretStr | None = None
    signature_header: str = "X-Grafana-Alerting-Signature"
    timestamp_header: str | None = None
    max_age_seconds: Seconds = 300
    max_body_bytes: int = Field(default=1_000_000, gt=0)

    # The password may be left out of the URL and stand in a file of its own.
    database_password: SecretStr | None = None
    database_url: str = "sqlite:///var/relay.db"
    models: Annotated[tuple[str, ...], NoDecode] = ("digits",)
    host: str = "127.0.0.1"
    port: int = Field(default=8900, ge=0, le=65535)

    # Policy: pipelines per model.
    cooldown_seconds: float = Field(default=3600, ge=0)
    daily_budget: int = Field(default=4, ge=1)

    # Patience. After a lost answer the relay waits `settle_seconds` before it looks whether GitLab
    # made the pipeline after all: more than GitLab takes over one request, which is 60.
    timeout_seconds: Seconds = 10
    settle_seconds: Seconds = 60
    backoff_seconds: Seconds = 2
    backoff_limit_seconds: Seconds = 300
    attempts: int = Field(default=20, ge=1)
    poll_seconds: Seconds = 15

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: dict[str, Any]) -> dict[str, Any]:
        values = given | {
            name: _content(PREFIX + name.upper(), given.get(name), file)
            for name in cls.model_fields
            if (file := os.environ.get(PREFIX + name.upper() + FILE))
        }
        if password := values.get("database_password"):
            default = cls.model_fields["database_url"].default
            values["database_url"] = _with_password(values.get("database_url", default), password)
        return values

    @field_validator("models", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @model_validator(mode="after")
    def _check(self) -> "Settings":
        if not self.models:
            raise ValueError("RELAY_MODELS: got none, expected names separated by commas")
        if self.bearer_token is None and self.hmac_secret is None:
            raise ValueError(
                "RELAY_BEARER_TOKEN, RELAY_HMAC_SECRET: got none, expected one or both"
            )
        if self.settle_seconds < self.timeout_seconds:
            problem = f"got {self.settle_seconds:g}, expected at least RELAY_TIMEOUT_SECONDS"
            raise ValueError(f"RELAY_SETTLE_SECONDS: {problem} ({self.timeout_seconds:g})")
        return self


def _content(variable: str, value: object, file: str) -> str:
    """Return the content of a variable's file, without the line's end."""
    if value is not None:
        raise ValueError(f"{variable}, {variable}{FILE}: got both, expected one of them")
    try:
        content = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        problem = f"got {file!r}, expected a readable file ({error})"
        raise ValueError(f"{variable}{FILE}: {problem}") from error
    if not content:
        raise ValueError(f"{variable}{FILE}: got {file!r}, which is empty, expected a value")
    return content


def _with_password(address: str, password: str | SecretStr) -> str:
    """Return a database URL with its password."""
    plain = password.get_secret_value() if isinstance(password, SecretStr) else password
    problem = (
        "RELAY_DATABASE_URL: got a hidden value, expected a postgresql:// URL without a password, "
        "since RELAY_DATABASE_PASSWORD is set"
    )
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise ValueError(problem) from error
    if url.get_backend_name() == "sqlite" or url.password is not None:
        raise ValueError(problem)
    return url.set(password=plain).render_as_string(hide_password=False)
