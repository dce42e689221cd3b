"""The project's CI/CD variables: who sees which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from demo.forge.errors import ConfigError
from demo.forge.wildcard import matches


@dataclass(frozen=True)
class Variable:
    """A CI/CD variable of the project; a masked one never shows in a job's log."""

    key: str
    value: str
    masked: bool = False
    protected: bool = False
    hidden: bool = False
    raw: bool = False
    variable_type: str = "env_var"
    environment_scope: str = "*"


def visible(
    variables: Iterable[Variable], *, protected: bool, environment: str | None
) -> dict[str, str]:
    """Return the values for a job; of several with one name, the most specific scope wins.

    protected: the pipeline's branch or tag is.  environment: that of the job.

    >>> both = [Variable("A", "all"), Variable("A", "live", environment_scope="production")]
    >>> visible(both, protected=True, environment="production")
    {'A': 'live'}
    >>> visible(both, protected=True, environment=None)
    {'A': 'all'}
    """
    name = environment or ""
    seen = [
        variable
        for variable in variables
        if (protected or not variable.protected) and matches(variable.environment_scope, name)
    ]
    seen.sort(key=lambda one: (one.environment_scope == name, len(one.environment_scope)))
    return {variable.key: variable.value for variable in seen}


def parse_variables(value: object) -> list[Variable]:
    """Read variables from the configuration: by name a value, an object, or a list of objects.

    Raises ConfigError.
    """
    if not isinstance(value, dict):
        raise ConfigError("variables", value, "an object")
    return [
        _variable(name, one)
        for name, each in value.items()
        for one in (each if isinstance(each, list) else [each])
    ]


def _variable(name: str, given: object) -> Variable:
    where = f"variables.{name}"
    if not isinstance(given, str | Mapping):
        raise ConfigError(where, given, "an object")
    fields: Mapping[str, Any] = {"value": given} if isinstance(given, str) else given
    known = Variable.__dataclass_fields__.keys() - {"key"}
    for key in fields.keys() - known:
        raise ConfigError(where, key, f"a known field: {', '.join(sorted(known))}")
    if not isinstance(fields.get("value"), str):
        raise ConfigError(where, fields.get("value"), "a string")
    return Variable(name, **fields)
