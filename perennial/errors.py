"""Errors that packages share: one sentence with the field, its value and what was expected.

Uses only Python 3.8's standard library: training's errors use these in CML's image.
"""

from __future__ import annotations

from typing import Any

# The reasons to refuse a bundle: the values of the label of `model_bundle_rejected_total`.
REJECTIONS = (
    "missing",
    "unsafe",
    "checksum",
    "unlisted",
    "format",
    "schema",
    "reference",
    "model",
    "self_test",
    "secret",
)


class InvalidValue(Exception):
    """A value cannot be used; the base of every package's errors about values."""

    def __init__(self, field: str, value: Any, expected: str) -> None:
        # A client's field may hold half a character, which no answer and no log could contain.
        self.field = field.encode("utf-8", "backslashreplace").decode()
        self.value = shorten(value)
        self.expected = expected
        super().__init__(f"{self.field}: got {self.value}, expected {expected}")


class InvalidField(InvalidValue, ValueError):
    """A field of a document is invalid; pydantic's validators may raise it."""


class PerennialError(Exception):
    """The base of errors at run time; `status` is the HTTP status of the response.

    public: what a client is told in place of the error's text, which only the log may have.
    """

    status = 500
    public: str | None = None

    def body(self) -> dict[str, dict[str, str | None]]:
        """Return the JSON for the client."""
        named = {name: getattr(self, name, None) for name in ("field", "value", "expected")}
        return {"error": {**named, "message": self.public or str(self)}}

    def headers(self) -> dict[str, str]:
        """Return the headers that this error adds to the response."""
        return {}


class BundleRejected(PerennialError):
    """A bundle is invalid: `file` is the file at fault, `reason` one of REJECTIONS."""

    def __init__(self, file: str, problem: str, *, reason: str) -> None:
        self.file = file
        self.problem = " ".join(problem.split())  # ONNX Runtime's have several lines
        self.reason = reason
        super().__init__(f"{file}: {self.problem}; export the bundle again")


class InvalidInput(InvalidValue, PerennialError):
    """A request has an invalid value."""

    status = 422


class SchemaRefused(PerennialError):
    """A database's tables have a version that this program cannot use or migrate."""

    status = 503


class InferenceFailed(PerennialError):
    """The model raised an error on a valid batch."""

    public = "the model failed; search the service's log for this request id"


class Described(str):
    """A description in place of a value, shown whole and without quotes."""

    def __repr__(self) -> str:
        return str(self)


HIDDEN_VALUE = Described("a hidden value")


def shorten(value: Any, limit: int = 80) -> str:
    """Return a value as text for a message, of at most `limit` characters.

    >>> shorten("x" * 100, limit=10)
    "'xxxxxx..."
    """
    try:
        text = repr(value)
    except RecursionError:  # JSON may be nested as deep as Python's stack
        text = "a deeply nested value"
    return text if len(text) <= limit or isinstance(value, Described) else text[: limit - 3] + "..."
