"""What the relay sends GitLab, and how it reads the answers."""

from collections.abc import Iterator
from typing import Any

import pytest

from demo.processes import free_port
from monitoring.relay.audit import GATE_VERDICTS, AuditEntry, AuditEvent
from monitoring.relay.gitlab import GitlabPipelines
from perennial.gitlab.errors import GitLabRefused, GitLabUnsure
from tests.monitoring.relay.gitlab_server import PROJECT, READ_TOKEN, TRIGGER_TOKEN, GitlabServer

INPUTS = {"task": "digits", "incident": "0123456789ab", "incident_started": "2026-11-21T08:00:00Z"}
NAME = "retrain digits 0123456789ab"


@pytest.fixture
def gitlab() -> Iterator[GitlabServer]:
    """Return a GitLab that does as it is asked."""
    with GitlabServer() as server:
        yield server


def _client(
    url: str, *, ref: str = "main", trigger: str = TRIGGER_TOKEN, read: str = READ_TOKEN
) -> GitlabPipelines:
    return GitlabPipelines(
        url, project=PROJECT, ref=ref, trigger_token=trigger, read_token=read, timeout=0.3
    )


def test_a_pipeline_is_started_found_and_followed(gitlab: GitlabServer) -> None:
    """Trigger, look-up by name and status all speak of the same pipeline."""
    client = _client(gitlab.url)
    assert client.find(NAME) is None
    made = client.trigger(INPUTS)
    assert client.find(NAME) == made
    gitlab.pipelines[0]["status"] = "success"
    assert client.status(made.id) == "success"
    assert gitlab.pipelines[0]["started"] == INPUTS["incident_started"]


@pytest.mark.parametrize("verdict", GATE_VERDICTS)
def test_the_verdict_is_read_from_the_gates_artifacts(
    gitlab: GitlabServer, verdict: AuditEvent
) -> None:
    """The file that the gate writes, of the job of that name; its reasons become one sentence."""
    client = _client(gitlab.url)
    made = client.trigger(INPUTS)
    decision = {"verdict": verdict.value, "reasons": ["a gain", "no loss"], "growth": 1.5}
    files = {"artifacts/digits/gate/gate.json": {"decision": decision}}
    gate = {"id": 7, "name": "gate", "status": "failed", "files": files}
    gitlab.pipelines[0]["jobs"] = [{"id": 8, "name": "propose", "status": "skipped"}, gate]
    assert client.conclusion(made.id, "digits") == AuditEntry(
        verdict, "a gain; no loss", growth=1.5
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            {"rows": 60, "least_rows": 100},
            "collect accepted 60 labelled rows, expected at least 100",
        ),
        ({"rows": 120, "least_rows": 100}, None),  # it failed later, for another reason
        (None, None),  # it failed before
    ],
)
def test_a_collect_that_had_too_few_rows_says_so(
    gitlab: GitlabServer, content: Any, reason: str | None
) -> None:
    """In place of a verdict, so that the incident waits for more."""
    client = _client(gitlab.url)
    made = client.trigger(INPUTS)
    files = {} if content is None else {"artifacts/digits/collect/collect.json": content}
    collect = {"id": 7, "name": "collect", "status": "failed", "files": files}
    gitlab.pipelines[0]["jobs"] = [collect, {"id": 8, "name": "gate", "status": "skipped"}]
    found = client.conclusion(made.id, "digits")
    assert found == (None if reason is None else AuditEntry(AuditEvent.TOO_FEW, reason))


@pytest.mark.parametrize("jobs", [[], [{"id": 7, "name": "gate", "status": "skipped"}]])
def test_a_gate_that_was_not_reached_has_no_verdict(gitlab: GitlabServer, jobs: list[Any]) -> None:
    """A training that fails leaves nothing to judge."""
    client = _client(gitlab.url)
    made = client.trigger(INPUTS)
    gitlab.pipelines[0]["jobs"] = jobs
    assert client.conclusion(made.id, "digits") is None


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "GET .*gate.json: GitLab answered 404"),
        ([], "the gate left no verdict"),
        ({"decision": {"verdict": "maybe", "reasons": []}}, "the gate left no verdict.*maybe"),
        ({"decision": {"verdict": "accepted", "reasons": []}}, "got 'accepted', expected"),
    ],
)
def test_a_verdict_that_makes_no_sense_is_refused(
    gitlab: GitlabServer, content: Any, message: str
) -> None:
    """A gate that died left no file; any other file is not guessed at."""
    client = _client(gitlab.url)
    made = client.trigger(INPUTS)
    files = {} if content is None else {"artifacts/digits/gate/gate.json": content}
    gate = {"id": 7, "name": "gate", "status": "failed", "files": files}
    gitlab.pipelines[0]["jobs"] = [gate]
    with pytest.raises(GitLabRefused, match=message):
        client.conclusion(made.id, "digits")


STRANGERS = [
    {"ref": "refs/merge-requests/1/head", "source": "merge_request_event"},
    {"ref": "refs/merge-requests/1/head", "source": "trigger"},
    {"ref": "main", "source": "merge_request_event"},
    {"ref": "main", "source": "push"},
]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_pipeline_that_only_has_the_name_is_not_adopted(
    gitlab: GitlabServer, stranger: dict[str, str]
) -> None:
    """A merge request chooses its pipeline's name, and its gate would say what its author wants."""
    client = _client(gitlab.url)
    client.trigger(INPUTS)
    gitlab.pipelines[0] |= stranger
    assert client.find(NAME) is None
    made = client.trigger(INPUTS)
    assert client.find(NAME) == made


def test_without_ref_and_source_it_would_be_adopted(gitlab: GitlabServer) -> None:
    """So these are what keeps a stranger's verdict out."""
    stranger = _client(gitlab.url).trigger(INPUTS)
    gitlab.pipelines[0] |= STRANGERS[0]
    client = GitlabPipelines(
        gitlab.url,
        project=PROJECT,
        ref=STRANGERS[0]["ref"],
        trigger_token=TRIGGER_TOKEN,
        read_token=READ_TOKEN,
        timeout=0.3,
        sources=[STRANGERS[0]["source"]],
    )
    assert client.find(NAME) == stranger


def test_the_first_of_two_pipelines_of_a_name_is_found(gitlab: GitlabServer) -> None:
    """Should a person have started one more, the older one counts."""
    client = _client(gitlab.url)
    first = client.trigger(INPUTS)
    client.trigger(INPUTS)
    assert client.find(NAME) == first


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"trigger": "glptt-other"}, "404 Not Found; .* hidden from RELAY_TRIGGER_TOKEN"),
        ({"ref": "gone"}, "start a pipeline: GitLab answered 400: .*Reference not found"),
    ],
)
def test_a_refusal_is_sure_and_says_why(
    gitlab: GitlabServer, wrong: dict[str, str], message: str
) -> None:
    """GitLab's own words are in the reason; nothing was started."""
    with pytest.raises(GitLabRefused, match=message):
        _client(gitlab.url, **wrong).trigger(INPUTS)
    assert gitlab.pipelines == []


def test_a_wrong_read_token_is_told(gitlab: GitlabServer) -> None:
    """Looking up needs a token of scope read_api."""
    with pytest.raises(GitLabRefused, match="401: .*RELAY_READ_TOKEN is unknown"):
        _client(gitlab.url, read="glpat-other").find(NAME)


@pytest.mark.parametrize("step", ["500", "made-500", "hang", "made-hang", "broken"])
def test_a_lost_answer_is_unsure(step: str) -> None:
    """After these nobody can know whether there is a pipeline."""
    with GitlabServer(step) as server, pytest.raises(GitLabUnsure):
        _client(server.url).trigger(INPUTS)


def test_a_gitlab_that_is_not_there_is_sure() -> None:
    """A connection that never stood carried nothing."""
    with pytest.raises(GitLabRefused, match="start a pipeline: no answer from GitLab"):
        _client(f"http://127.0.0.1:{free_port()}").trigger(INPUTS)


def test_no_token_is_in_a_message(gitlab: GitlabServer) -> None:
    """What goes to the audit and the log holds no secret."""
    with pytest.raises(GitLabRefused) as refused:
        _client(gitlab.url, ref="gone").trigger(INPUTS)
    with pytest.raises(GitLabRefused) as down:
        _client(f"http://127.0.0.1:{free_port()}").find(NAME)
    told = str(refused.value) + str(down.value)
    assert TRIGGER_TOKEN not in told and READ_TOKEN not in told
