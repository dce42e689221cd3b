"""Settings from environment variables or files, checked at start, with clear error messages."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from perennial.errors import HIDDEN_VALUE, Described, InvalidValue
from perennial.validation import NOTHING, Problem, problems

FILE = "_FILE"
# Marks a field whose value no message may show, as in Annotated[str, HIDDEN].
HIDDEN = "hidden"


class InvalidSettings(Exception):
    """Environment variables are invalid; the message has one line for each."""


class Settings(BaseSettings):
    """The base of a program's settings. A variable is `env_prefix` plus the field in capitals.

    The constructor uses only its arguments; `read` uses an environment.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Ignore the process's environment, which only `read` uses."""
        return (init_settings,)

    @classmethod
    def variable(cls, field: str) -> str:
        """Return the name of a field's variable."""
        return str(cls.model_config["env_prefix"]) + field.upper()


class _Source(EnvSettingsSource):
    """Names the variable whose JSON cannot be read."""

    def prepare_field_value(
        self, field_name: str, field: FieldInfo, value: Any, value_is_complex: bool
    ) -> Any:
        """Return a variable's value, decoded if it is JSON. Raises InvalidSettings."""
        try:
            return super().prepare_field_value(field_name, field, value, value_is_complex)
        except ValueError as error:
            shown = HIDDEN_VALUE if _hidden(field) else value
            variable = str(self.config["env_prefix"]) + field_name.upper()
            unread = InvalidValue(variable, shown, f"JSON ({error})")
            raise InvalidSettings(str(unread)) from error


Chosen = TypeVar("Chosen", bound=Settings)


def read(model: type[Chosen], environment: Mapping[str, str] = os.environ) -> Chosen:
    """Return the settings from an environment and from the files that its `_FILE` variables name.

    Raises InvalidSettings with each variable, its value unless it is a secret, and what was
    expected.
    """
    source = _Source(model)
    # The given environment, with the contents of the files.
    source.env_vars = {name.lower(): value for name, value in _filled(model, environment).items()}
    try:
        return model(**source())
    except ValidationError as error:
        lines = [str(_named(model, problem)) for problem in problems(error.errors())]
        # The cause's own text may have a secret; no traceback may show it.
        raise InvalidSettings("\n".join(lines)) from None


def unknown(model: type[Settings], environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the variables with the prefix of a program's settings that are none of them.

    Others may read them. One that looks like a setting is a mistake, which would go unnoticed.
    Raises InvalidSettings with each of those and the setting that is nearest.
    """
    prefix = str(model.model_config["env_prefix"])
    known = [field.upper() + end for field in model.model_fields for end in ("", FILE)]
    found = sorted(name for name in environment if name.upper().startswith(prefix))
    names = [name for name in found if name.upper().removeprefix(prefix) not in known]
    mistakes = []
    for name in names:
        rest = name.upper().removeprefix(prefix)
        if any(rest.startswith(f"{field}_") for field in known):
            continue  # such as PERENNIAL_BUNDLES_news, of a pipeline with several tasks
        for nearest in get_close_matches(rest, known, n=1):
            expected = f"{prefix}{nearest}, the setting with the nearest name"
            mistakes.append(str(InvalidValue(name, Described("an unknown variable"), expected)))
    if mistakes:
        raise InvalidSettings("\n".join(mistakes))
    return names


def _filled(model: type[Settings], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment, with the values that are in files."""
    ignored = [""] if model.model_config.get("env_ignore_empty") else []
    values = {name: value for name, value in environment.items() if value not in ignored}
    for variable in map(model.variable, model.model_fields):
        if variable + FILE in values:
            values[variable] = _content(variable, values)
    return values


def _content(variable: str, values: Mapping[str, str]) -> str:
    """Return the content of a variable's file, without the final newline."""
    name, file = variable + FILE, values[variable + FILE]
    if variable in values:
        both = InvalidValue(f"{variable}, {name}", Described("both"), "only one of them")
        raise InvalidSettings(str(both))
    try:
        content = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        unreadable = InvalidValue(name, Described(repr(file)), f"a readable file ({error})")
        raise InvalidSettings(str(unreadable)) from error
    if not content:
        empty = InvalidValue(name, Described(f"{file!r}, which is empty"), "a file with a value")
        raise InvalidSettings(str(empty))
    return content


def _named(model: type[Settings], problem: Problem) -> InvalidValue:
    """Return a problem with the variable's name, and without the value of a secret."""
    field = str(problem.path[0]) if problem.path else ""
    fields = [name for name in field.split(", ") if name in model.model_fields]
    if not fields:  # of all settings together, whose values may include secrets
        return InvalidValue("settings", HIDDEN_VALUE, problem.expected)
    hidden = any(_hidden(model.model_fields[name]) for name in fields)
    absent = isinstance(problem.value, Described) and problem.value == NOTHING
    value = HIDDEN_VALUE if hidden and not absent else problem.value
    return InvalidValue(", ".join(map(model.variable, fields)), value, problem.expected)


def _hidden(field: FieldInfo) -> bool:
    return SecretStr in (field.annotation, *get_args(field.annotation)) or HIDDEN in field.metadata


def describe(model: type[Settings]) -> str:
    """Return one line per variable with its meaning and default, for `--help`."""
    width = max(len(model.variable(name)) for name in model.model_fields)
    lines = [
        f"  {model.variable(name):{width}} {field.description} ({_default(field)})"
        for name, field in model.model_fields.items()
    ]
    files = (
        f"To read a value from a file, append {FILE} to the variable's name and set it to the path."
    )
    return "\n".join(["environment variables:", *lines, files])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default: Any = field.default
    if isinstance(default, tuple):
        default = ",".join(default)
    return "not set" if default is None else f"default {default}"
