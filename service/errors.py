"""Every error the service raises: one sentence with the field, its value and what was expected."""

from typing import Any

from perennial.errors import InvalidInput, PerennialError


class MalformedJson(InvalidInput):
    """The body is not JSON."""

    status = 400


class UnknownPrediction(InvalidInput):
    """Feedback names a prediction that was never stored."""

    status = 404


class UnknownModel(InvalidInput):
    """The path names a model that is not the one serving."""

    status = 404


class NoSuchRoute(InvalidInput):
    """No route has this path or method; `status` is 404 or 405."""

    def __init__(self, field: str, value: Any, expected: str, *, status: int) -> None:
        self.status = status
        super().__init__(field, value, expected)


class FeedbackConflict(InvalidInput):
    """A second label contradicts the first."""

    status = 409


class NotReady(PerennialError):
    """No bundle is loaded yet, or the store cannot be reached."""

    status = 503


class StoreUnavailable(NotReady):
    """The database did not store the label; the client got no confirmation and can try again."""

    public = "the label could not be stored; try again"


UNEXPECTED = PerennialError("the service failed; search its log for this request id")
