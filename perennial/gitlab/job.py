"""Read a CI job's environment: the GitLab instance, the project, the merge request.

Uses only Python 3.8's standard library, which is all that CML's image has.
"""

from __future__ import annotations

from typing import Mapping

from perennial.gitlab.errors import MissingVariable, WrongVariable
from perennial.gitlab.refusal import REPO_TOKEN, Token
from perennial.gitlab.token import sendable

SET_BY = "the value that GitLab sets in every job"
MERGE_REQUEST = "the value that GitLab sets in a merge request pipeline"


class Job:
    """A CI job; each property raises MissingVariable if the environment lacks its variable."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def variable(self, name: str, expected: str = SET_BY) -> str:
        """Return a variable. Raises MissingVariable."""
        value = self.environment.get(name, "")
        if not value:
            raise MissingVariable(name, expected)
        return value

    def secret(self, token: Token) -> str:
        """Return a token's value. Raises MissingVariable, WrongToken."""
        return sendable(token.name, self.variable(token.name, token.expected))

    @property
    def api(self) -> str:
        """Return the API's address, which ends with /api/v4."""
        return self.variable("CI_API_V4_URL")

    @property
    def token(self) -> str:
        """Return the token for calls to GitLab. Also raises WrongToken."""
        return self.secret(REPO_TOKEN)

    @property
    def ca_file(self) -> str:
        """Return the file with certificates of GitLab's private authority, empty if it has none."""
        return self.environment.get("CI_SERVER_TLS_CA_FILE", "")

    @property
    def project(self) -> str:
        """Return the id of this job's project."""
        return self.variable("CI_PROJECT_ID")

    @property
    def project_url(self) -> str:
        """Return the project's address, including GitLab's relative URL root if it has one."""
        return self.variable("CI_PROJECT_URL")

    @property
    def merge_request(self) -> int:
        """Return the number of the pipeline's merge request. Also raises WrongVariable."""
        name = "CI_MERGE_REQUEST_IID"
        text = self.variable(name, MERGE_REQUEST)
        if not text.isdigit():
            raise WrongVariable(name, text, "a number")
        return int(text)

    @property
    def target_project(self) -> str:
        """Return the id of the project that has the merge request.

        The pipeline of a fork's merge request may run in the fork, where the same number may belong
        to another merge request.
        """
        return self.environment.get("CI_MERGE_REQUEST_PROJECT_ID") or self.project

    @property
    def target_url(self) -> str:
        """Return the address of the project that has the merge request."""
        return self.environment.get("CI_MERGE_REQUEST_PROJECT_URL") or self.project_url
