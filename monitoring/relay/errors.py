"""Every error of the relay: one sentence that names the field, the value and what was expected."""

from perennial.errors import InvalidInput


class Refused(InvalidInput):
    """A webhook is not accepted; `status` is the HTTP status it is answered with."""


class Malformed(Refused):
    """The body is not JSON."""

    status = 400


class Unauthorised(Refused):
    """The sender did not prove who it is; the message never repeats what it sent."""

    status = 401


class Unconfirmed(Refused):
    """Nobody can say whether the alert fires, so that the sender should send it again."""

    status = 503


class Pending(Unconfirmed):
    """One alert may fire soon; Prometheus answers, so that others need not wait for it."""
