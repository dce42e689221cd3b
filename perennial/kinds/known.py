"""The kinds that there are: every file in `inputs/` and in `outputs/` is one."""

import pkgutil
from collections.abc import Mapping
from functools import reduce
from importlib import import_module
from operator import or_
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from perennial.errors import InvalidField
from perennial.kinds import inputs, outputs
from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind


def _kinds(package: ModuleType) -> dict[str, Any]:
    """Return the `KIND` of each file of a package by its name. Raises InvalidField."""
    found: dict[str, Any] = {}
    for file in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        kind = getattr(import_module(file.name), "KIND", None)
        if kind is None:
            raise InvalidField(f"{file.name}.KIND", None, "the class of the kind")
        name = kind.model_fields["kind"].default
        if name in found:
            raise InvalidField(f"{file.name}.KIND", name, f"none of {sorted(found)}")
        found[name] = kind
    return found


def _one_of(kinds: Mapping[str, Any]) -> Any:
    """Return the type of a field that is one of these kinds; its `kind` says which."""
    union = reduce(or_, kinds.values())
    return union if len(kinds) == 1 else Annotated[union, Field(discriminator="kind")]


INPUTS: dict[str, type[InputKind]] = _kinds(inputs)
OUTPUTS: dict[str, type[OutputKind]] = _kinds(outputs)

if TYPE_CHECKING:
    Input = InputKind
    Output = OutputKind
else:
    Input = _one_of(INPUTS)
    Output = _one_of(OUTPUTS)
