"""Errors about who sends a request, and about its body."""

import math

from perennial.errors import Described, InvalidInput, PerennialError


class TooLarge(InvalidInput):
    """The body or the batch is over its limit."""

    status = 413


class Encoded(InvalidInput):
    """The body is compressed."""

    status = 415


class WrongMediaType(InvalidInput):
    """The body is not said to be JSON."""

    status = 415


class WrongHost(InvalidInput):
    """The request is for another host."""

    status = 421


class WrongOrigin(InvalidInput):
    """A web page of another site sends the request."""

    status = 403


class Unauthorised(InvalidInput):
    """The request has no key, or one that is not valid."""

    status = 401

    def headers(self) -> dict[str, str]:
        """Return how to authenticate."""
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(InvalidInput):
    """The key lacks the role that the route needs."""

    status = 403


class TooMany(InvalidInput):
    """The sender made more requests than it may."""

    status = 429

    def __init__(self, wait: float) -> None:
        self._seconds = math.ceil(wait)
        super().__init__("requests", Described("too many with this key"), "fewer a second")

    def headers(self) -> dict[str, str]:
        """Return when to try again."""
        return {"Retry-After": str(self._seconds)}


class Disconnected(PerennialError):
    """The client disconnected before it sent the whole body; no response is possible."""

    status = 400
