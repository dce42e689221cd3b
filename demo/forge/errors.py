"""What the forge refuses, with the status and the JSON body that GitLab gives for it."""

from collections.abc import Sequence
from typing import Any


class ForgeError(Exception):
    """The base of them all."""


class ConfigError(ForgeError):
    """The forge's own configuration file is wrong."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        super().__init__(f"{field}: {value!r} is not {expected}")


class CommandFailed(ForgeError):
    """A git command has failed; the message is the end of what it said."""


class PipelineRefused(ForgeError):
    """A pipeline that GitLab would not create, for reasons that it would give."""

    def __init__(self, reasons: Sequence[str], *, broken: bool = True) -> None:
        """broken: the file or the inputs are wrong; else no job is wanted, which is fine."""
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)
        self.broken = broken


class ApiError(ForgeError):
    """A refusal over the API: an HTTP status and a JSON body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


def unauthorized() -> ApiError:
    """No token, an unknown token, or a token of the wrong kind."""
    return ApiError(401, {"message": "401 Unauthorized"})


def insufficient_scope(scope: str) -> ApiError:
    """A known token whose scopes do not cover the call."""
    description = "The request requires higher privileges than provided by the access token."
    return ApiError(
        403, {"error": "insufficient_scope", "error_description": description, "scope": scope}
    )


def forbidden() -> ApiError:
    """A known token with the scope, but whose role is too low."""
    return ApiError(403, {"message": "403 Forbidden"})


def not_found(what: str = "") -> ApiError:
    """Something named in the path that is not there."""
    return ApiError(404, {"message": f"404 {what} Not Found" if what else "404 Not found"})


def no_such_path() -> ApiError:
    """A path that the API does not have."""
    return ApiError(404, {"error": "404 Not Found"})


def no_such_method() -> ApiError:
    """A path that the API has, with another method."""
    return ApiError(405, {"error": "405 Not Allowed"})


def invalid(*problems: str) -> ApiError:
    """Parameters that are missing, unknown or of the wrong type."""
    return ApiError(400, {"error": ", ".join(problems)})


def bad_request(message: object) -> ApiError:
    """Parameters that are well-formed and still refused."""
    return ApiError(400, {"message": message})


def conflict(message: object) -> ApiError:
    """Something that exists already, or has changed meanwhile."""
    return ApiError(409, {"message": message})


def not_mergeable() -> ApiError:
    """A merge request that is closed, a draft, in conflict or without commits."""
    return ApiError(405, {"message": "405 Method Not Allowed"})
