"""Errors about a request's body."""

from perennial.errors import InvalidInput, PerennialError


class TooLarge(InvalidInput):
    """The body or the batch is over its limit."""

    status = 413


class Encoded(InvalidInput):
    """The body is compressed."""

    status = 415


class Disconnected(PerennialError):
    """The client disconnected before it sent the whole body; no response is possible."""

    status = 400
