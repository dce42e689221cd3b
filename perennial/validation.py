"""Convert pydantic's errors to our format: the field, its value, and what was expected."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from perennial.errors import Described, InvalidValue

NOTHING = Described("nothing")
# How pydantic's messages begin, before what was expected.
_PREAMBLE = re.compile(r"^(Value error, |Input should be |[A-Z]\w* should have )")
_PATTERN = re.compile(r"^String should match pattern ")


@dataclass(frozen=True, slots=True)
class Problem:
    """One invalid value.

    path: keys and indices, empty for the whole document.  kind: pydantic's name of the error.
    """

    path: tuple[int | str, ...]
    value: Any
    expected: str
    kind: str

    def field(self, whole: str = "document") -> str:
        """Return the path joined with dots, or `whole` for the document itself."""
        return ".".join(map(str, self.path)) or whole


def first(error: ValidationError) -> Problem:
    """Return the first problem of an error."""
    return problems(error.errors())[0]


def problems(errors: Sequence[Any]) -> list[Problem]:
    """Return the problems from `errors()` of pydantic's error or of FastAPI's."""
    return [_problem(details) for details in errors]


def _problem(details: Mapping[str, Any]) -> Problem:
    path, kind = tuple(details["loc"]), str(details["type"])
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, InvalidValue):
        inner = (cause.field,) if cause.field else ()
        return Problem((*path, *inner), Described(cause.value), cause.expected, kind)
    value = NOTHING if kind == "missing" else details.get("input")
    return Problem(path, value, _expected(kind, details), kind)


def _expected(kind: str, details: Mapping[str, Any]) -> str:
    """Return a phrase that fits after the word "expected"."""
    message = str(details["msg"])
    if kind == "missing":
        return "a value"
    if kind == "extra_forbidden":
        return "no such field"
    if kind == "union_tag_invalid":
        context = details["ctx"]
        return f"{context['discriminator']} to be one of {context['expected_tags']}"
    if kind == "union_tag_not_found":
        return f"a field {details['ctx']['discriminator']}"
    return _PREAMBLE.sub("", _PATTERN.sub("text that matches ", message))
