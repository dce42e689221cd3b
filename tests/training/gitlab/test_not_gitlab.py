"""A page of HTML or other JSON where GitLab should be is refused in one sentence by every call."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from perennial.gitlab.errors import GitLabRefused
from perennial.gitlab.job import Job
from tests.raw_server import HTML, sending
from training.gitlab.cml.client import Client
from training.gitlab.model_registry import ModelRegistry
from training.gitlab.project import project_of

OTHER = b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"x":1}'
LIST = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n[1]"
Call = Callable[[Mapping[str, str]], object]
CALLS: dict[str, Call] = {
    "upload": lambda job: project_of(job).upload(Path(__file__)),
    "description": lambda job: project_of(job).description(3),
    "notes": lambda job: list(project_of(job).own_notes(3)),
    "open": lambda job: project_of(job).open(source="a", target="b", title="", description=""),
    "pipeline": lambda job: project_of(job).head(3),
    "model": lambda job: ModelRegistry.of_job(job).create_version("digits", "1.0.0", "", {}),
    "version": lambda job: ModelRegistry.of_job(job).version("digits", "1.0.0"),
    "log": lambda job: ModelRegistry.of_job(job).log("1", [], {}),
    "owner": lambda job: Client(Job(job)).owner(),
    "text": lambda job: Client(Job(job)).description(),
    "newest": lambda job: Client(Job(job)).newest(1),
}


@pytest.mark.parametrize("reply", [HTML, OTHER, LIST])
@pytest.mark.parametrize("call", CALLS)
def test_it_is_refused(call: str, reply: bytes) -> None:
    """No call ends with an error of Python's."""
    with sending(reply) as (url, _):
        job = {"CI_API_V4_URL": f"{url}/api/v4", "CI_PROJECT_ID": "1", "REPO_TOKEN": "the-token"}
        with pytest.raises(GitLabRefused):
            CALLS[call](job | {"CI_MERGE_REQUEST_IID": "3"})
