"""Our own clients work with nothing but what GitLab answers.

The forge of a test fails it where an answer has a key that GitLab lacks, so a client that reads one
fails too. The other clients meet the forge in their own tests: those of training/registry,
training/gitlab/project_check, training/gitlab/cml and the publisher.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from demo.engineer import Engineer
from demo.errors import LoopBroken
from demo.processes import Processes
from demo.watch import Addresses, Watch
from demo.workspace import Workspace
from monitoring.relay.gitlab import GitlabPipelines
from perennial.gitlab.client import connect
from tests.demo.forge.fixtures import (
    API,
    PROJECT,
    READ,
    TRIGGER,
    ForgeServer,
    commit,
    git,
    running_forge,
    seed,
)
from training.gitlab.project import Project

PIPELINE = """\
workflow: {name: "retrain $CI_PIPELINE_SOURCE"}
check:
  rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]
  script: ["test ! -e broken"]
gate:
  rules: [{if: $CI_PIPELINE_SOURCE == "trigger"}]
  variables: {VERDICT: '{"decision": {"verdict": "keep", "reasons": ["no gain"]}}'}
  script:
    - mkdir -p artifacts/digits/gate
    - echo "$VERDICT" >artifacts/digits/gate/gate.json
  artifacts: {paths: [artifacts/]}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """A forge whose pipelines check merge requests and judge."""
    with running_forge(tmp_path_factory.mktemp("forge")) as running:
        seed(running, {".gitlab-ci.yml": PIPELINE})
        yield running


def _branch(server: ForgeServer, name: str, file: str = "text") -> str:
    """Push a branch with a file of its own, and return its commit."""
    clone = server.folder / "clone"
    git(clone, "checkout", "--quiet", "-b", name, "origin/main")
    sha = commit(clone, {file: name})
    git(clone, "push", "--quiet", "origin", name)
    return sha


@pytest.fixture
def project(server: ForgeServer) -> Iterator[Project]:
    """The project, as a job sees it."""
    client = connect(f"{server.url}/api/v4", token=API)
    yield Project(client, "1")
    client.session.close()


def test_the_relay_starts_finds_and_judges_a_pipeline(server: ForgeServer) -> None:
    """It reads the pipeline's number, address and status, its jobs, and the gate's file."""
    relay = GitlabPipelines(
        server.url, project=PROJECT, ref="main", trigger_token=TRIGGER, read_token=READ, timeout=10
    )
    with closing(relay._reader.session), closing(relay._sender.session):
        assert relay.find("retrain trigger") is None
        made = relay.trigger({})
        server.settle()
        found = relay.find("retrain trigger")
        assert found is not None and (found.id, found.url) == (made.id, made.url)
        assert relay.status(made.id) == "success"
        verdict = relay.conclusion(made.id, "digits")
    assert verdict is not None and verdict.reason == "no gain"


def test_a_job_proposes_and_merges(server: ForgeServer, project: Project) -> None:
    """It reads the merge request's number, address, commit, description and head pipeline."""
    sha = _branch(server, "proposed")
    opened = project.open(source="proposed", target="main", title="Retrain", description="Report")
    assert opened.sha == sha and opened.address.endswith(f"/merge_requests/{opened.iid}")
    assert project.merge_requests(source="proposed", target="main", state="opened") == [opened]
    project.describe(opened, title="Retrain digits", description="A better report")
    assert project.description(opened.iid) == "A better report"
    server.settle()
    assert project.head(opened.iid) == (sha, True)
    project.merge_when_checked(opened.iid, sha)
    assert project.merge_requests(source="proposed", target="main", state="merged")


def test_a_job_keeps_one_note_and_its_files(
    server: ForgeServer, project: Project, tmp_path: Path
) -> None:
    """It reads its own number, each note's author and text, and the address of a file."""
    _branch(server, "noted")
    iid = project.open(source="noted", target="main", title="Noted", description="").iid
    project.write_note(iid, "first", over=None)
    [note] = project.own_notes(iid)
    project.write_note(iid, "second", over=note)
    assert [one.body for one in project.own_notes(iid)] == ["second"]
    project.delete_note(iid, note)
    assert not list(project.own_notes(iid))
    (tmp_path / "plot.png").write_bytes(b"\x89PNG")
    assert project.upload(tmp_path / "plot.png").startswith("/uploads/")


def test_the_demo_watches_pipelines_and_merge_requests(
    server: ForgeServer, project: Project
) -> None:
    """It reads their status, their jobs with logs, and the page of a merge request."""
    _branch(server, "watched")
    project.open(source="watched", target="main", title="Watched", description="")
    server.settle()
    watch = Watch(Addresses("", "", "", server.url, PROJECT, API), window="1h")
    with closing(watch._http):
        request = next(one for one in watch._merge_requests() if one.title == "Watched")
        assert request.state == "opened" and "Watched" in watch.page(request)
        pipeline = watch._pipelines()[-1]
        assert (pipeline.source, pipeline.job("check")) == ("merge_request_event", "success")
        assert "Job succeeded" in watch.trace(pipeline.jobs[0])


class _Calm:
    """The demo's processes, none of which has died."""

    def check(self) -> None:
        """Find nothing wrong."""


def test_the_demos_engineer_waits_for_a_pipeline(server: ForgeServer) -> None:
    """She reads when it ended, and the log of the job that failed."""
    place: Any = SimpleNamespace(
        addresses=SimpleNamespace(forge=server.url, project=PROJECT),
        secrets=SimpleNamespace(api=API),
    )
    engineer = Engineer(cast(Workspace, place), cast(Processes, _Calm()), "digits")
    with closing(engineer.project.manager.gitlab.session):
        sha = _branch(server, "engineered")
        pipeline = engineer.pipeline(engineer.open("engineered", "Good"), sha, seconds=60)
        [job] = pipeline.jobs.list(get_all=True)
        assert pipeline.created_at <= job.finished_at
        sha = _branch(server, "faulty", "broken")
        with pytest.raises(LoopBroken, match="job check failed"):
            engineer.pipeline(engineer.open("faulty", "Bad"), sha, seconds=60)
        assert engineer.project.http_url_to_repo.endswith(f"/{PROJECT}.git")
