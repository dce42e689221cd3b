"""What a CI job's environment says: which GitLab, which project, which merge request.

Nothing but Python 3.8's standard library: CML's image has no more.
"""

from __future__ import annotations

from typing import Mapping

from perennial.gitlab.errors import MissingVariable, WrongVariable
from perennial.gitlab.refusal import REPO_TOKEN

SET_BY = "as GitLab sets it in every job"
MERGE_REQUEST = "as GitLab sets it in a merge request's pipeline"


class Job:
    """A CI job; each property raises MissingVariable where the environment lacks it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def variable(self, name: str, expected: str = SET_BY) -> str:
        """Return a variable. Raises MissingVariable."""
        value = self.environment.get(name, "")
        if not value:
            raise MissingVariable(name, expected)
        return value

    @property
    def api(self) -> str:
        """Return the address that ends with /api/v4."""
        return self.variable("CI_API_V4_URL")

    @property
    def token(self) -> str:
        """Return the token that jobs call GitLab with."""
        return self.variable(REPO_TOKEN.name, REPO_TOKEN.expected)

    @property
    def ca_file(self) -> str:
        """Return the file with the certificates of GitLab's own authority, empty without one."""
        return self.environment.get("CI_SERVER_TLS_CA_FILE", "")

    @property
    def project(self) -> str:
        """Return the number of the project whose job this is."""
        return self.variable("CI_PROJECT_ID")

    @property
    def project_url(self) -> str:
        """Return the project's address, which knows GitLab's relative URL root if it has one."""
        return self.variable("CI_PROJECT_URL")

    @property
    def merge_request(self) -> int:
        """Return the number of the pipeline's merge request. Raises WrongVariable too."""
        name = "CI_MERGE_REQUEST_IID"
        text = self.variable(name, MERGE_REQUEST)
        if not text.isdigit():
            raise WrongVariable(name, text, "a number")
        return int(text)

    @property
    def target_project(self) -> str:
        """Return the number of the project that has the merge request.

        A fork's merge request may have its pipeline in the fork, whose own merge request of that
        number is another.
        """
        return self.environment.get("CI_MERGE_REQUEST_PROJECT_ID") or self.project

    @property
    def target_url(self) -> str:
        """Return the address of the project that has the merge request."""
        return self.environment.get("CI_MERGE_REQUEST_PROJECT_URL") or self.project_url
