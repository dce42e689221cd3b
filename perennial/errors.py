"""Errors that packages share: one sentence with the field, its value and what was expected.

Nothing but Python 3.8's standard library: training's errors stand on these in CML's image.
"""

from __future__ import annotations

from typing import Any

# Why a bundle may be refused; each is a value of the label of `model_bundle_rejected_total`.
REJECTIONS = (
    "missing",
    "checksum",
    "unlisted",
    "format",
    "schema",
    "reference",
    "model",
    "self_test",
)


class InvalidValue(Exception):
    """A value cannot be used. Every package's errors about a value are made here."""

    def __init__(self, field: str, value: Any, expected: str) -> None:
        self.field = field
        self.value = shorten(value)
        self.expected = expected
        super().__init__(f"{field}: got {self.value}, expected {expected}")


class InvalidField(InvalidValue, ValueError):
    """A field of a document does not fit; pydantic's validators may raise it."""


class PerennialError(Exception):
    """The base of what may happen while it runs; `status` is the HTTP status of the answer."""

    status = 500

    def body(self) -> dict[str, dict[str, str | None]]:
        """Return the JSON that a client gets."""
        named = {name: getattr(self, name, None) for name in ("field", "value", "expected")}
        return {"error": {**named, "message": str(self)}}


class BundleRejected(PerennialError):
    """A bundle must not serve: `file` is the file at fault, `reason` a short label for metrics."""

    def __init__(self, file: str, problem: str, *, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"{file}: {problem}; export the bundle again")


class InvalidInput(InvalidValue, PerennialError):
    """A request does not fit the contract; `status` is the HTTP status of the answer."""

    status = 422


class SchemaRefused(PerennialError):
    """A database's tables are of a version that this program must not use as they are."""

    status = 503


class InferenceFailed(PerennialError):
    """The model raised on a batch that was valid."""


class Described(str):
    """A value in words, as one too large to show: messages carry it whole and without quotes."""

    def __repr__(self) -> str:
        return str(self)


def shorten(value: Any, limit: int = 80) -> str:
    """Return a value as text for a message, cut at `limit` characters.

    >>> shorten("x" * 100, limit=10)
    "'xxxxxx..."
    """
    text = repr(value)
    return text if len(text) <= limit or isinstance(value, Described) else text[: limit - 3] + "..."
