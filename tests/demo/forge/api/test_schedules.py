"""Pipelines that the API, the web page and schedules start."""

from typing import Any

import gitlab
import pytest

from tests.demo.forge.fixtures import (
    DEVELOPER,
    READ,
    ForgeServer,
    commit,
    git,
    wait_until,
)

FILE = """\
spec: {inputs: {task: {default: digits, options: [digits, news]}}}
---
say:
  rules: [{if: $CI_PIPELINE_SOURCE =~ /^(api|web|schedule)$/}]
  script: ['echo "$CI_PIPELINE_SOURCE $[[ inputs.task ]] $COLOUR $CI_COMMIT_BRANCH$CI_COMMIT_TAG"']
"""
GIVEN = {"description": "Nightly", "ref": "sources", "cron": "0 3 * * *"}


@pytest.fixture(scope="module", autouse=True)
def branch(server: ForgeServer) -> None:
    """A branch, and a tag, whose pipeline says what started it."""
    clone = server.folder / "clone"
    git(clone, "checkout", "--quiet", "-B", "sources")
    commit(clone, {".gitlab-ci.yml": FILE})
    git(clone, "tag", "v1")
    git(clone, "push", "--quiet", "-o", "ci.skip", "origin", "sources", "v1")


def _said(server: ForgeServer, source: str) -> str:
    server.settle()
    return server.trace(server.newest(source=source)["id"], "say")


def test_the_api_starts_a_pipeline_with_inputs_and_variables(server: ForgeServer) -> None:
    """As python-gitlab asks for it; the source is `api`."""
    project = server.gitlab(DEVELOPER).projects.get(1)
    variables = [{"key": "COLOUR", "value": "blue"}]
    made = project.pipelines.create(
        {"ref": "sources", "variables": variables, "inputs": {"task": "news"}}
    )
    assert (made.source, made.ref) == ("api", "sources")
    assert "api news blue sources" in _said(server, "api")
    project.pipelines.create({"ref": "v1"})
    assert "api digits  v1" in _said(server, "api")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, {"error": "ref is missing"}),
        ({"ref": "nowhere"}, {"message": {"base": ["Reference not found"]}}),
        ({"ref": "main"}, "filtered out by workflow rules"),
        ({"ref": "sources", "inputs": {"task": "cats"}}, "`task` input"),
        ({"ref": "sources", "variables": {"A": "b"}}, {"error": "variables is invalid"}),
        ({"ref": "sources", "variables": [{"key": "A"}]}, "variables[value] is missing"),
    ],
)
def test_a_wrong_wish_starts_nothing(
    server: ForgeServer, fields: dict[str, Any], message: object
) -> None:
    """Each mistake is refused with 400 and its name."""
    answer = server.call("POST", "/projects/1/pipeline", json=fields)
    assert answer.status_code == 400
    assert answer.json() == message or (isinstance(message, str) and message in answer.text)


def test_a_reader_starts_nothing(server: ForgeServer) -> None:
    """The scope `api` is asked for."""
    answer = server.call("POST", "/projects/1/pipeline", READ, json={"ref": "sources"})
    assert answer.status_code == 403


def test_the_web_page_starts_a_pipeline(server: ForgeServer) -> None:
    """A person at Build > Pipelines > New pipeline, whose hand is the forge's own method."""
    by = server.forge.config.tokens[0]
    server.forge.pipelines.on_ref("web", "sources", by, inputs={"task": "news"})
    assert "web news  sources" in _said(server, "web")


def test_a_schedule_runs_when_it_is_played(server: ForgeServer) -> None:
    """Made, given a variable and an input, played, listed, changed and deleted."""
    project = server.gitlab(DEVELOPER).projects.get(1)
    made = project.pipelineschedules.create(GIVEN | {"inputs": [{"name": "task", "value": "news"}]})
    assert (made.ref, made.active, made.cron_timezone) == ("refs/heads/sources", True, "UTC")
    made.variables.create({"key": "COLOUR", "value": "red"})
    number = made.id  # python-gitlab forgets it when it plays
    made.play()
    wait_until(lambda: bool(server.project("GET", "/pipelines", params={"source": "schedule"})))
    assert "schedule news red sources" in _said(server, "schedule")
    again = project.pipelineschedules.get(number)
    assert again.attributes["variables"][0]["key"] == "COLOUR"
    assert again.last_pipeline["source"] == "schedule"
    again.active = False
    again.save()
    assert [one.id for one in project.pipelineschedules.list(scope="inactive")] == [number]
    assert project.pipelineschedules.list(scope="active") == []
    again.delete()
    with pytest.raises(gitlab.exceptions.GitlabGetError):
        project.pipelineschedules.get(number)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cron": "at night"}, "syntax is invalid"),
        ({"cron": ""}, "cron is empty"),
        ({"ref": "nowhere"}, "is not a branch or tag"),
        ({"colour": "red"}, "colour is not known"),
        ({"inputs": [{"task": "news"}]}, "inputs is invalid"),
    ],
)
def test_a_wrong_schedule_is_refused(
    server: ForgeServer, change: dict[str, Any], message: str
) -> None:
    """Each mistake is refused with 400 and its name, and nothing is kept."""
    answer = server.call("POST", "/projects/1/pipeline_schedules", json=GIVEN | change)
    assert answer.status_code == 400 and message in answer.text
    assert server.project("GET", "/pipeline_schedules") == []
