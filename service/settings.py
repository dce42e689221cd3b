"""Every number and place a person may want to change, read from the environment at start."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "PERENNIAL_"

Positive = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class InvalidSettings(Exception):
    """A variable of the environment has a value that cannot be used."""


class Settings(BaseModel):
    """The service's settings; the variable is the field's name in capitals after `PERENNIAL_`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bundles: Path = Field(
        default=Path("var/bundles"),
        description="folder of bundles; its link `production` is served",
    )
    database_url: str = Field(
        default="sqlite:///var/perennial.db",
        description="where predictions and feedback go, SQLAlchemy URL",
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(
        default=8000, ge=0, le=65535, description="port to listen on; 0 takes a free one"
    )
    max_instances: Positive = Field(default=256, description="rows of one request")
    max_body_bytes: Positive = Field(default=1_048_576, description="bytes of one request body")
    max_batch_rows: Positive = Field(
        default=64, description="rows of one inference, unless one request has more"
    )
    inference_threads: Positive = Field(
        default=1, description="threads of ONNX Runtime in one inference"
    )
    inline_seconds: Seconds = Field(
        default=0.002,
        description="a full batch that takes longer runs on a thread, off the event loop",
    )
    queue_size: Positive = Field(
        default=20_000, description="predictions that may wait to be stored"
    )
    write_seconds: Seconds = Field(
        default=0.05, description="seconds between two writes of predictions"
    )
    feedback_seconds: Seconds = Field(
        default=10.0, description="seconds after which feedback gives up"
    )
    poll_seconds: Seconds = Field(default=0.5, description="seconds between two looks at the link")
    slow_seconds: Seconds = Field(default=1.0, description="a request that takes longer is logged")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least level to log; debug logs every request"
    )

    @field_validator("database_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        try:
            url = make_url(value)
        except ArgumentError as error:
            raise ValueError("an SQLAlchemy URL such as sqlite:///var/perennial.db") from error
        backend = url.get_backend_name()
        if backend not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("a sqlite:/// or postgresql:// URL")
        if backend == "sqlite" and url.database in (None, "", ":memory:"):
            raise ValueError("a file after sqlite:///, since memory loses feedback")
        return value


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of an environment.

    Raises InvalidSettings with the variable, its value and what was expected.
    """
    names = {name: PREFIX + name.upper() for name in Settings.model_fields}
    given = {name: environment[var] for name, var in names.items() if var in environment}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise InvalidSettings("; ".join(_sentence(dict(e)) for e in error.errors())) from error


def _sentence(error: dict[str, object]) -> str:
    loc = error["loc"]
    name = str(loc[0]) if isinstance(loc, tuple) and loc else "settings"
    expected = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    value = "a hidden value" if name == "database_url" else repr(error["input"])
    return f"{PREFIX}{name.upper()}: got {value}, expected {expected}"


def describe() -> str:
    """Return one line per variable with its default and meaning, for `--help`."""
    lines = (
        f"  {PREFIX + name.upper():27} {field.description} (default {field.default})"
        for name, field in Settings.model_fields.items()
    )
    return "environment variables:\n" + "\n".join(lines)
