"""Every number and place a person may want to change, read from the environment at start."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "PERENNIAL_"
FILE = "_FILE"
HIDDEN = ("database_password", "database_url")

Positive = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class InvalidSettings(Exception):
    """A variable of the environment has a value that cannot be used."""


class Settings(BaseModel):
    """The service's settings; the variable is the field's name in capitals after `PERENNIAL_`.

    A variable's name with `_FILE` behind it names a file that holds the value, as for a secret.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bundles: str = Field(
        default="var/bundles",
        min_length=1,
        description="folder of bundles; its link `production` is served",
    )
    # Before the URL, whose check puts it in.
    database_password: SecretStr | None = Field(
        default=None, description="password that database_url leaves out"
    )
    database_url: str = Field(
        default="sqlite:///var/perennial.db",
        validate_default=True,
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
    def _check_url(cls, value: str, others: ValidationInfo) -> str:
        try:
            url = make_url(value)
        except ArgumentError as error:
            raise ValueError("an SQLAlchemy URL such as sqlite:///var/perennial.db") from error
        backend = url.get_backend_name()
        if backend not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("a sqlite:/// or postgresql:// URL")
        if backend == "sqlite" and url.database in (None, "", ":memory:"):
            raise ValueError("a file after sqlite:///, since memory loses feedback")
        password = others.data.get("database_password")
        if password is None:
            return value
        if backend == "sqlite" or url.password is not None:
            given = f"{PREFIX}DATABASE_PASSWORD"
            raise ValueError(f"a postgresql:// URL without a password, since {given} is set")
        return url.set(password=password.get_secret_value()).render_as_string(hide_password=False)


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of an environment, and of the files that its `_FILE` variables name.

    Raises InvalidSettings with the variable, its value and what was expected.
    """
    names = {name: PREFIX + name.upper() for name in Settings.model_fields}
    given = {name: _value(variable, environment) for name, variable in names.items()}
    given = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise InvalidSettings("; ".join(_sentence(dict(e)) for e in error.errors())) from error


def _value(variable: str, environment: Mapping[str, str]) -> str | None:
    """Return a variable's value, or the content of its file without the line's end."""
    if (file := environment.get(variable + FILE)) is None:
        return environment.get(variable)
    if variable in environment:
        raise InvalidSettings(f"{variable}, {variable}{FILE}: got both, expected one of them")
    try:
        value = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        problem = f"got {file!r}, expected a readable file ({error})"
        raise InvalidSettings(f"{variable}{FILE}: {problem}") from error
    if not value:
        raise InvalidSettings(f"{variable}{FILE}: got {file!r}, which is empty, expected a value")
    return value


def _sentence(error: dict[str, object]) -> str:
    loc = error["loc"]
    name = str(loc[0]) if isinstance(loc, tuple) and loc else "settings"
    expected = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    value = "a hidden value" if name in HIDDEN else repr(error["input"])
    return f"{PREFIX}{name.upper()}: got {value}, expected {expected}"


def describe() -> str:
    """Return one line per variable with its default and meaning, for `--help`."""
    lines = (
        f"  {PREFIX + name.upper():27} {field.description} (default {field.default})"
        for name, field in Settings.model_fields.items()
    )
    files = f"A variable's name with {FILE} behind it names a file that holds the value."
    return "environment variables:\n" + "\n".join(lines) + "\n" + files
