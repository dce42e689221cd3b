"""Every error of the relay: one sentence that names the field, the value and what was expected."""

from typing import Any


class RelayError(Exception):
    """The base of them all."""


class Refused(RelayError):
    """A webhook is not accepted; `status` is the HTTP status it is answered with."""

    status = 422

    def __init__(self, field: str, value: Any, expected: str) -> None:
        self.field = field
        self.value = value if isinstance(value, str) else repr(value)
        self.value = self.value if len(self.value) <= 80 else self.value[:77] + "..."
        self.expected = expected
        super().__init__(f"{field}: got {self.value}, expected {expected}")


class Malformed(Refused):
    """The body is not JSON."""

    status = 400


class Unauthorised(Refused):
    """The sender did not prove who it is; the message never repeats what it sent."""

    status = 401


class TooLarge(Refused):
    """The body is over its limit."""

    status = 413
