"""Every error the service raises: one sentence that names the field, the value and what was expected."""

from typing import Any


class ServiceError(Exception):
    """The base of them all; `status` is the HTTP status that the one handler answers with."""

    status = 500


class BundleRejected(ServiceError):
    """A bundle must not serve: `file` is the file at fault, `reason` a short label for metrics."""

    def __init__(self, file: str, problem: str, *, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"{file}: {problem}; export the bundle again")


class InvalidInput(ServiceError):
    """A request does not fit the contract: the message names field, value and expectation."""

    status = 422

    def __init__(self, field: str, value: Any, expected: str) -> None:
        self.field = field
        self.value = shorten(value)
        self.expected = expected
        super().__init__(f"{field}: got {self.value}, expected {expected}")


class MalformedJson(InvalidInput):
    """The body is not JSON."""

    status = 400


class TooLarge(InvalidInput):
    """The body or the batch is over its limit."""

    status = 413


class UnknownPrediction(InvalidInput):
    """Feedback names a prediction that was never stored."""

    status = 404


class FeedbackConflict(InvalidInput):
    """A second label contradicts the first."""

    status = 409


class NotReady(ServiceError):
    """No bundle is loaded yet, or the store cannot be reached."""

    status = 503


def shorten(value: Any, limit: int = 80) -> str:
    """Return a value as text for a message, cut at `limit` characters.

    >>> shorten("x" * 100, limit=10)
    "'xxxxxx..."
    """
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
