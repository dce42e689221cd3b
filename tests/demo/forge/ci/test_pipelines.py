"""Pipelines of the forge: which exist, and what a push or a trigger makes of them."""

from pathlib import Path

import pytest

from tests.demo.forge.fixtures import (
    API,
    DEVELOPER,
    MASKED,
    READ,
    TRIGGER,
    ForgeServer,
    commit,
    git,
)

pytestmark = pytest.mark.seconds(20)

INCIDENT = {"inputs[task]": "digits", "inputs[incident]": "0123456789ab"}
NAME = "retrain digits 0123456789ab"


def test_a_push_to_main_deploys(server: ForgeServer, clone: Path) -> None:
    """The push pipeline has the jobs of its rules; on_failure is skipped after success."""
    commit(clone, {"README.md": "Pushed.\n"})
    git(clone, "push", "--quiet", "origin", "main")
    server.settle()
    pipeline = server.newest(source="push")
    sha = git(clone, "rev-parse", "HEAD").stdout.strip()
    assert (pipeline["sha"], pipeline["ref"], pipeline["status"]) == (sha, "main", "success")
    assert pipeline["name"] == f"deploy {sha[:8]}"
    assert server.statuses(pipeline["id"]) == {
        "deploy": "success",
        "verify": "success",
        "rollback": "skipped",
    }
    jobs = server.project("GET", f"/pipelines/{pipeline['id']}/jobs")
    deploy = next(job for job in jobs if job["name"] == "deploy")
    assert deploy["created_at"] <= deploy["started_at"] < deploy["finished_at"]
    assert deploy["duration"] > 0


def test_a_log_masks_secrets_and_shows_the_rest(server: ForgeServer) -> None:
    """Masked variables and tokens do not show; rule variables and literal dollars do."""
    first = server.project("GET", "/pipelines", params={"sort": "asc", "source": "push"})[0]
    trace = server.trace(first["id"], "deploy")
    assert "the rule says yes it is, the secret is [MASKED], the path is /some/$where" in trace
    assert trace.endswith("Job succeeded\n")
    assert MASKED not in trace


def test_a_failed_job_skips_what_follows_and_rolls_back(server: ForgeServer, clone: Path) -> None:
    """After a failure later stages are skipped, and the on_failure job runs."""
    commit(clone, {"fail-deploy": ""})
    git(clone, "push", "--quiet", "origin", "main")
    server.settle()
    pipeline = server.newest(source="push")
    assert pipeline["status"] == "failed"
    assert server.statuses(pipeline["id"]) == {
        "deploy": "failed",
        "verify": "skipped",
        "rollback": "success",
    }
    assert server.trace(pipeline["id"], "deploy").endswith("ERROR: Job failed: exit code 1\n")
    git(clone, "rm", "--quiet", "fail-deploy")
    git(clone, "commit", "--quiet", "--message", "Repair [skip ci]")
    git(clone, "push", "--quiet", "origin", "main")


@pytest.fixture(scope="module")
def triggered(server: ForgeServer) -> int:
    """A pipeline that a trigger has started, at its end."""
    more = {"inputs[rounds]": "3", "variables[EXPECTED]": "digits of the root 3"}
    answer = server.trigger(**INCIDENT, **more)
    assert answer.status_code == 201
    assert answer.json()["name"] == NAME
    server.settle()
    return int(answer.json()["id"])


def test_a_trigger_runs_with_its_inputs_and_variables(server: ForgeServer, triggered: int) -> None:
    """Inputs reach included files, artifacts and dotenv reach later jobs, and the name is exact."""
    pipeline = server.newest(name=NAME)
    assert pipeline["id"] == triggered
    assert (pipeline["status"], pipeline["source"]) == ("success", "trigger")
    assert server.statuses(pipeline["id"]) == {
        "make": "success",
        "optional": "failed",
        "use": "success",
        "repair": "skipped",
        "last": "success",
    }


def test_a_job_sees_only_what_gitlab_and_the_configuration_give(
    server: ForgeServer, triggered: int
) -> None:
    """The environment of a job is GitLab's variables, the project's and the runner's."""
    trace = server.trace(triggered, "last")
    names = {line.split("=")[0] for line in trace.splitlines() if "=" in line}
    assert {"CI", "CI_API_V4_URL", "CI_COMMIT_SHA", "CI_PROJECT_ID", "CI_DEFAULT_BRANCH"} < names
    others = {name for name in names if not name.startswith(("CI", "GITLAB_"))}
    assert others <= {
        "A_PATH", "COLOUR", "EXPECTED", "HOME", "LC_CTYPE", "NODE_COMPILE_CACHE", "NO_COLOR",
        "PATH", "PIPELINE_NAME", "PWD", "REPO_TOKEN", "SECRET", "SHLVL", "_",
    }  # fmt: skip
    assert f"CI_API_V4_URL={server.url}/api/v4" in trace
    assert "CI_COMMIT_BRANCH=main" in trace
    assert "REPO_TOKEN=[MASKED]" in trace


def test_a_broken_job_of_a_trigger_is_repaired(server: ForgeServer) -> None:
    """A variable of the trigger lets a job in by its rule; its failure fails the pipeline."""
    server.trigger(**INCIDENT, **{"variables[BREAK]": "yes"})
    server.settle()
    pipeline = server.newest(source="trigger")
    statuses = server.statuses(pipeline["id"])
    assert pipeline["status"] == "failed"
    assert (statuses["break"], statuses["repair"], statuses["last"]) == (
        "failed",
        "success",
        "skipped",
    )


@pytest.mark.parametrize(
    ("token", "fields", "status", "message"),
    [
        (API, {}, 404, "404 Not found"),
        ("unknown", {}, 404, "404 Not found"),
        (TRIGGER, {"ref": "nowhere"}, 400, {"base": ["Reference not found"]}),
        (
            TRIGGER,
            {"inputs[task]": "cats"},
            400,
            {
                "base": [
                    "`task` input: `cats` cannot be used because it is not in the list of the "
                    "allowed options"
                ]
            },
        ),
        (
            TRIGGER,
            {"inputs[incident]": "short"},
            400,
            {"base": ["`incident` input: provided value does not match required RegEx pattern"]},
        ),
        (
            TRIGGER,
            {"inputs[colour]": "red"},
            400,
            {"base": ["unknown input arguments: colour"]},
        ),
    ],
)
def test_a_wrong_trigger_starts_nothing(
    server: ForgeServer, token: str, fields: dict[str, str], status: int, message: object
) -> None:
    """A wrong token, ref or input is refused as GitLab does, and no pipeline appears."""
    before = len(server.forge.state.pipelines)
    answer = server.trigger(token, **fields)
    assert (answer.status_code, answer.json()) == (status, {"message": message})
    assert len(server.forge.state.pipelines) == before


def test_a_trigger_needs_token_ref_and_maps(server: ForgeServer) -> None:
    """Missing and ill-typed parameters are named."""
    path = "/projects/1/trigger/pipeline"
    missing = server.client.post(path, json={})
    assert (missing.status_code, missing.json()) == (
        400,
        {"error": "token is missing, ref is missing"},
    )
    wrong = server.client.post(
        path, json={"token": TRIGGER, "ref": "main", "variables": {"A": [1]}}
    )
    assert wrong.json() == {"message": "variables needs to be a map of key-valued strings"}
    flat = server.client.post(path, json={"token": TRIGGER, "ref": "main", "inputs": "task"})
    assert flat.json() == {"error": "inputs is invalid"}
    assert server.client.post("/projects/7/trigger/pipeline", json={}).status_code == 400


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("job: {script: [a], rules: [{if: '$NEVER'}]}\n", "would have been empty"),
        ("job: {scripts: [a]}\n", "script"),
        ("a: {script: [a], needs: [b]}\n", "b"),
        ("a: {script: [a], parallel: 2}\n", "parallel is not supported by this stand-in"),
        (
            "stages: [one, two]\n"
            "a: {stage: one, script: [a], rules: [{if: $NEVER}]}\n"
            "b: {stage: two, script: [a], needs: [a]}\n",
            "'b' job needs 'a' job, but 'a' was not added in the pipeline",
        ),
        ("workflow: {rules: [{if: $NEVER}]}\na: {script: [a]}\n", "filtered out by workflow rules"),
        ("include: {remote: 'https://a.example/b.yml'}\na: {script: [a]}\n", "include {'remote'"),
        ("include: https://a.example/b.yml\na: {script: [a]}\n", "include https://a.example"),
        ("include: [{template: A.yml}]\na: {script: [a]}\n", "include {'template': 'A.yml'}"),
        ("include: [{component: a/b@1}]\na: {script: [a]}\n", "include {'component': 'a/b@1'}"),
        ("a: {script: [a], rules: [{interruptible: true}]}\n", "rules:interruptible is not"),
    ],
)
def test_a_file_without_a_pipeline_for_the_trigger_is_refused(
    server: ForgeServer, clone: Path, content: str, reason: str
) -> None:
    """An empty, filtered, broken or unsupported pipeline answers 400 and says why."""
    git(clone, "checkout", "--quiet", "-B", "broken")
    commit(clone, {".gitlab-ci.yml": content})
    git(clone, "push", "--quiet", "--force", "-o", "ci.skip", "origin", "broken")
    answer = server.trigger(ref="broken")
    assert answer.status_code == 400
    assert reason in answer.json()["message"]["base"][0]


def test_a_push_of_a_broken_file_makes_a_failed_pipeline(server: ForgeServer, clone: Path) -> None:
    """As on GitLab, a file that cannot be read shows as a failed pipeline with its error."""
    git(clone, "checkout", "--quiet", "-B", "unreadable")
    sha = commit(clone, {".gitlab-ci.yml": "a: {script: [\n"})
    git(clone, "push", "--quiet", "origin", "unreadable")
    server.settle()
    pipeline = server.newest(sha=sha)
    details = server.project("GET", f"/pipelines/{pipeline['id']}")
    assert details["status"] == "failed"
    assert "YAML" in details["yaml_errors"]


def test_a_push_to_another_branch_starts_nothing(server: ForgeServer, clone: Path) -> None:
    """Where workflow:rules say no, there is no pipeline."""
    git(clone, "checkout", "--quiet", "-B", "quiet")
    sha = commit(clone, {"quiet": ""})
    git(clone, "push", "--quiet", "origin", "quiet")
    server.settle()
    assert server.project("GET", "/pipelines", params={"sha": sha}) == []


@pytest.mark.parametrize(
    ("message", "options"), [("Quiet", ["-o", "ci.skip"]), ("Quiet [ci skip]", [])]
)
def test_a_push_can_ask_for_no_pipeline(
    server: ForgeServer, clone: Path, message: str, options: list[str]
) -> None:
    """A push option or a mark in the message leaves a skipped pipeline without jobs."""
    sha = commit(clone, {"skipped": f"{message}\n"}, message)
    git(clone, "push", "--quiet", *options, "origin", "main")
    server.settle()
    pipeline = server.newest(sha=sha)
    assert pipeline["status"] == "skipped"
    assert server.statuses(pipeline["id"]) == {}


def test_git_over_http_wants_a_token_with_the_scope(server: ForgeServer, clone: Path) -> None:
    """Without a right token there is no clone; with a narrow one no push."""
    bare = f"{server.url}/perennial/fixture.git"
    for address in (bare, server.remote("wrong"), server.remote(TRIGGER), server.remote(READ)):
        assert git(clone, "ls-remote", address, check=False).returncode != 0
    assert "refs/heads/main" in git(clone, "ls-remote", server.remote(DEVELOPER)).stdout
    answer = server.client.get(f"{bare}/info/refs?service=git-upload-pack")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="GitLab"'
    assert server.client.get(f"{bare}/HEAD").status_code == 404


def test_the_default_branch_is_protected(server: ForgeServer, clone: Path) -> None:
    """A developer pushes branches, but not to main."""
    commit(clone, {"mine": "x\n"})
    refused = git(clone, "push", server.remote(DEVELOPER), "main", check=False)
    assert refused.returncode != 0
    assert "not allowed to push code to protected branches" in refused.stderr
    git(clone, "push", "--quiet", server.remote(DEVELOPER), "HEAD:of-a-developer")
