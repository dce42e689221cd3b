"""Errors of calls to GitLab; each message says what to do.

Uses only Python 3.8's standard library, which is all that CML's image has.
"""

from __future__ import annotations

from perennial.errors import InvalidValue


class GitLabError(Exception):
    """The base class."""


class MissingVariable(GitLabError):
    """A variable of the CI environment is not set."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name}: not set, expected {expected}")


class WrongVariable(InvalidValue, GitLabError):
    """A variable of the CI environment has a value that cannot be used."""


class GitLabRefused(GitLabError):
    """GitLab refused a call or a git push, or did not respond.

    status: HTTP's, 0 if there was none.  code: MLflow's error code, if there is one.
    """

    def __init__(self, message: str, *, status: int = 0, code: str = "") -> None:
        self.status = status
        self.code = code
        super().__init__(message)


class GitLabUnsure(GitLabError):
    """GitLab may have performed the call: the response was lost, late or a server error."""
