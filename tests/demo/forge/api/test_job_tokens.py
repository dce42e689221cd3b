"""What a job may do with its own token, here and from another project."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from demo.forge.api.routes import ROUTES
from demo.forge.api.routing import Route
from tests.demo.forge.contract import PROJECT, REQUESTS
from tests.demo.forge.fixtures import API, ForgeServer, git, seed
from tests.demo.forge.still import still_forge

JOB = "glcbt-elsewhere-0123456789"
ELSEWHERE = "tools/builders/scanner"
REFUSAL = "Authentication by CI/CD job token not allowed from scanner to fixture."
# Of the forge's calls, those that the token of a job may make. Source: the tables in
# doc/ci/jobs/ci_job_token.md and fine_grained_permissions.md of GitLab 18.
CALLS = {
    f"GET {PROJECT}/repository/branches",
    f"GET {PROJECT}/repository/files/:file/raw",
    f"GET {PROJECT}/pipelines/:pipeline/jobs",
    f"GET {PROJECT}/jobs/:job/artifacts/*path",
    f"GET {REQUESTS}",
    f"GET {REQUESTS}/:iid",
    f"GET {REQUESTS}/:iid/notes",
    f"GET {REQUESTS}/:iid/notes/:note",
    *(f"{verb} {PROJECT}/packages/ml_models/:version/files/:file" for verb in ("GET", "PUT")),
}
# It takes the token as a parameter, and says nothing of a wrong one.
TRIGGER = f"POST {PROJECT}/trigger/pipeline"


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """A project, and a job that a Maintainer of it runs in another project."""
    job = {"token": JOB, "kind": "job", "name": "boss", "project": ELSEWHERE}
    writer = {"token": API, "kind": "project", "scopes": ["api"]}
    with still_forge(tmp_path_factory.mktemp("forge"), tokens=[writer, job]) as server:
        seed(server, {".gitlab-ci.yml": "job: {script: [a]}\n"})
        yield server


def allow(server: ForgeServer, *, role: int = 40, **fields: Any) -> None:
    """Set whose jobs are let in, and the role here of the job's user."""
    config = server.forge.config
    with server.forge.changing():
        config.settings.job_tokens = {"limited": True, "projects": [], "groups": [], **fields}
        config.tokens = [
            replace(one, role=role) if one.kind == "job" else one for one in config.tokens
        ]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.pattern}")
def test_a_job_makes_the_calls_that_gitlab_lets_it_make(forge: ForgeServer, route: Route) -> None:
    """To all others it is a stranger, whatever the role of its user."""
    allow(forge, role=50, projects=[ELSEWHERE])
    name = f"{route.method} {route.pattern}"
    parts = route.pattern.replace(":group", "perennial").replace("*path", "x").split("/")
    path = "/".join("1" if part.startswith(":") else part for part in parts)
    answer = forge.client.request(route.method, path, headers={"JOB-TOKEN": JOB})
    stranger = answer.status_code == 401 or answer.json() == {"message": "404 Project Not Found"}
    assert stranger is (name not in {*CALLS, TRIGGER}), answer.text


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"headers": {"JOB-TOKEN": JOB}}, 200),
        ({"headers": {"Authorization": f"Bearer {JOB}"}}, 200),
        ({"params": {"job_token": JOB}}, 200),
        ({"headers": {"PRIVATE-TOKEN": JOB}}, 401),
        ({"headers": {"JOB-TOKEN": "glcbt-of-a-job-that-ended"}}, 401),
        ({}, 404),
    ],
)
def test_a_job_shows_its_token_as_such(
    forge: ForgeServer, more: dict[str, Any], status: int
) -> None:
    """It is no access token, and one that is not known opens nothing."""
    allow(forge, projects=[ELSEWHERE])
    answer = forge.client.get("/projects/1/repository/branches", **more)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("allowed", "comes_in"),
    [
        ({}, False),
        ({"projects": ["tools/builders/other"], "groups": ["tools/build", "builders"]}, False),
        ({"projects": [ELSEWHERE]}, True),
        ({"groups": ["tools"]}, True),
        ({"limited": False}, True),
        ({"limited": False, "role": 0}, False),
        ({"projects": [ELSEWHERE], "role": 0}, False),
    ],
    ids=["nobody", "others", "project", "group", "all", "all, no member", "project, no member"],
)
def test_the_allowlist_decides_whose_jobs_come_in(
    forge: ForgeServer, allowed: dict[str, Any], comes_in: bool
) -> None:
    """By the API, by git and by the trigger; and only as members of the project."""
    allow(forge, **allowed)
    read = forge.client.get("/projects/1/repository/branches", headers={"JOB-TOKEN": JOB})
    cloned = git(forge.folder, "ls-remote", forge.remote(JOB), check=False)
    started = forge.trigger(JOB)
    if comes_in:
        assert read.status_code == 200 and cloned.returncode == 0
        assert "would have been empty" in started.text  # the pipeline, whose file selects no job
    else:
        assert read.status_code == 403 and read.json()["message"] == f"403 Forbidden - {REFUSAL}"
        assert cloned.returncode != 0 and REFUSAL in cloned.stderr
        assert started.status_code == 404


def test_a_job_of_another_project_never_pushes(forge: ForgeServer) -> None:
    """Also where the project lets its own jobs push, and this project is in the allowlist."""
    allow(forge, projects=[ELSEWHERE])
    with forge.forge.changing():
        forge.forge.config.settings.project["ci_push_repository_for_job_token_allowed"] = True
    clone = forge.folder / "clone"
    done = git(clone, "push", forge.remote(JOB), "HEAD:refs/heads/by-job", check=False)
    assert done.returncode != 0 and "not allowed to do this with this token" in done.stderr
