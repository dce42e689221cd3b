"""What came back becomes one sentence, for whichever token was sent."""

import pytest
import requests

from perennial.gitlab.client import connect, refusals
from perennial.gitlab.errors import GitLabRefused, GitLabUnsure, MissingVariable, WrongVariable
from perennial.gitlab.job import Job
from perennial.gitlab.plain import PlainClient
from perennial.gitlab.refusal import NO_SCOPE, Answer, Token, read, sentence
from perennial.gitlab.token import WrongToken
from tests.http_server import Reply, serving

TOKEN = Token("A_TOKEN", "a token that may read", scope="read_api")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(401, "401 Unauthorized"), "A_TOKEN is unknown, .*expected a token that may read"),
        (Answer(403, NO_SCOPE), "A_TOKEN lacks the scope read_api; expected a token that may"),
        (Answer(502, "<HTML>\n<body>"), "502: a page of HTML; GitLab returned a server error"),
        (Answer(0, "Connection refused"), "read: no answer from GitLab: Connection refused; is "),
        (Answer(400, "x" * 1000), r"read: GitLab answered 400: x{299}\u2026$"),
    ],
)
def test_the_sentence_says_what_to_do(answer: Answer, expected: str) -> None:
    """It is one line of a bearable length, and names the token that the call sent."""
    with pytest.raises(GitLabRefused, match=expected):
        raise GitLabRefused(sentence("read", answer, TOKEN))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'"x"', b"\xff"])
def test_a_body_without_words_leaves_https_own(body: bytes) -> None:
    """Proxies answer with pages of their own."""
    assert read(502, body, "Bad Gateway") == Answer(502, "Bad Gateway")


def test_an_error_that_is_not_gitlabs_passes() -> None:
    """A mistake of ours is no refusal."""
    with pytest.raises(KeyError), refusals("read"):
        raise KeyError("id")
    with pytest.raises(GitLabRefused, match="read: no answer from GitLab: no route"):
        with refusals("read"):
            raise requests.RequestException("no route")


@pytest.mark.parametrize("unsure", [False, True])
def test_an_answer_that_is_not_json_is_not_silence(unsure: bool) -> None:
    """Both clients say that something answered, and that it is not GitLab's API."""
    with serving(lambda call: Reply(200, b"<html>")) as url:
        kind = GitLabUnsure if unsure else GitLabRefused
        with pytest.raises(kind, match="^ask: the answer is not JSON, expected the API of GitLab"):
            with refusals("ask", unsure=unsure):
                connect(url).http_get("/version")
        with pytest.raises(GitLabRefused, match="^ask at .*: the answer is not JSON, expected"):
            PlainClient(f"{url}/api/v4", "").call("ask", "GET", "/version")


def test_a_job_names_the_variable_that_it_lacks() -> None:
    """And a merge request's number that is none."""
    with pytest.raises(
        MissingVariable, match="CI_PROJECT_URL: not set, expected the value that GitLab sets"
    ):
        Job({"CI_PROJECT_URL": ""}).project_url
    with pytest.raises(WrongVariable, match="CI_MERGE_REQUEST_IID: got '!3', expected a number"):
        Job({"CI_MERGE_REQUEST_IID": "!3"}).merge_request


@pytest.mark.parametrize("token", ["\ufeffglpat-x", "glpat-x\n", "glpat x", "glpat-\u00e9"])
def test_a_token_that_no_header_can_hold_is_refused(token: str) -> None:
    """The message names its variable and does not show it."""
    with pytest.raises(WrongToken, match="^REPO_TOKEN: got a hidden value, expected printable A"):
        Job({"REPO_TOKEN": token}).token


def test_the_merge_requests_project_is_the_target() -> None:
    """In a fork's pipeline it is another than the job's own; elsewhere it is the same."""
    own = {"CI_PROJECT_ID": "1", "CI_PROJECT_URL": "https://h/fork"}
    upstream = {
        "CI_MERGE_REQUEST_PROJECT_ID": "2",
        "CI_MERGE_REQUEST_PROJECT_URL": "https://h/upstream",
    }
    job, fork = Job(own), Job(own | upstream)
    assert (job.target_project, job.target_url) == ("1", "https://h/fork")
    assert (fork.target_project, fork.target_url) == ("2", "https://h/upstream")
    assert (fork.project, fork.project_url) == ("1", "https://h/fork")
