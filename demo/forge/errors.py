"""The forge's errors, with the HTTP status and JSON body that GitLab answers."""

from collections.abc import Sequence
from typing import Any


class ForgeError(Exception):
    """Base class of the forge's errors."""


class ConfigError(ForgeError):
    """The forge's own configuration file is wrong."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        super().__init__(f"{field}: {value!r} is not {expected}")


class GitFailed(ForgeError):
    """A git command failed; the message is the end of its error output."""


class PipelineRefused(ForgeError):
    """GitLab would not create this pipeline; the reasons are in its words."""

    def __init__(self, reasons: Sequence[str], *, broken: bool = True) -> None:
        """broken: the file or the inputs are wrong; else the rules select no job, which is fine."""
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)
        self.broken = broken


class ApiError(ForgeError):
    """The API refuses the call with an HTTP status and a JSON body."""

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


def forbidden(reason: str = "") -> ApiError:
    """A known token with the scope, but too low a role, or of a job that is not let in."""
    return ApiError(403, {"message": f"403 Forbidden - {reason}" if reason else "403 Forbidden"})


def not_found(what: str = "") -> ApiError:
    """The path names something that does not exist."""
    return ApiError(404, {"message": f"404 {what} Not Found" if what else "404 Not found"})


def no_such_path() -> ApiError:
    """The API has no such path."""
    return ApiError(404, {"error": "404 Not Found"})


def no_such_method() -> ApiError:
    """The API has this path, but not with this method."""
    return ApiError(405, {"error": "405 Not Allowed"})


def invalid(*problems: str) -> ApiError:
    """Parameters that are missing, unknown or of the wrong type."""
    return ApiError(400, {"error": ", ".join(problems)})


def bad_request(message: object) -> ApiError:
    """Well-formed parameters that GitLab refuses."""
    return ApiError(400, {"message": message})


def conflict(message: object) -> ApiError:
    """Something exists already, or has changed in the meantime."""
    return ApiError(409, {"message": message})


def not_mergeable() -> ApiError:
    """A merge request that is closed, a draft, in conflict or without commits."""
    return ApiError(405, {"message": "405 Method Not Allowed"})
