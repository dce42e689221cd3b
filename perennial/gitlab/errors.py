"""What can go wrong with GitLab: one sentence each that says what to do.

Nothing but Python 3.8's standard library: CML's image has no more.
"""

from __future__ import annotations


class GitLabError(Exception):
    """The base of them all."""


class MissingVariable(GitLabError):
    """A variable of the CI environment is not set."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name}: not set, expected {expected}")


class WrongVariable(GitLabError):
    """A variable of the CI environment has a value that cannot be used."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        super().__init__(f"{name}: got {value!r}, expected {expected}")


class GitLabRefused(GitLabError):
    """GitLab, or git's push to it, did not do what was asked.

    status: HTTP's, 0 where there was none.  code: MLflow's word for it, where there is one.
    """

    def __init__(self, message: str, *, status: int = 0, code: str = "") -> None:
        self.status = status
        self.code = code
        super().__init__(message)


class GitLabUnsure(GitLabError):
    """GitLab may have done it: the answer was lost, late or an error of its own."""
