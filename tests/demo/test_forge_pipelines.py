"""Pipelines of the forge: which exist, what their jobs do, and how each job ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.forge_fixtures import (
    API,
    DEVELOPER,
    FILES,
    MASKED,
    READ,
    TRIGGER,
    ForgeServer,
    commit,
    git,
    running_forge,
    seed,
    wait_until,
)

INCIDENT = {"inputs[task]": "digits", "inputs[incident]": "0123456789ab"}
NAME = "retrain digits 0123456789ab"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """A forge with the fixture's repository, whose first push has run."""
    with running_forge(tmp_path_factory.mktemp("forge"), timeout=20) as running:
        seed(running)
        running.settle()
        yield running


@pytest.fixture
def clone(server: ForgeServer) -> Path:
    """The working copy, on an up-to-date main."""
    folder = server.folder / "clone"
    git(folder, "fetch", "--quiet", "origin")
    git(folder, "checkout", "--quiet", "-B", "main", "origin/main")
    return folder


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
        "A_PATH", "COLOUR", "EXPECTED", "HOME", "LC_CTYPE", "NO_COLOR", "PATH", "PIPELINE_NAME",
        "PWD", "REPO_TOKEN", "SECRET", "SHLVL", "_",
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


def _run_on_branch(server: ForgeServer, clone: Path, branch: str, content: str) -> int:
    git(clone, "checkout", "--quiet", "-B", branch, "origin/main")
    commit(clone, {".gitlab-ci.yml": content})
    git(clone, "push", "--quiet", "--force", "origin", branch)
    server.settle()
    return int(server.newest(ref=branch)["id"])


def test_a_job_may_clone_with_its_own_token_but_not_push(server: ForgeServer, clone: Path) -> None:
    """CI_JOB_TOKEN reads the repository; a push with it is refused; REPO_TOKEN pushes."""
    pipeline = _run_on_branch(
        server,
        clone,
        "tokens",
        "clone: {script: [git fetch -q origin main, git clone -q $CI_REPOSITORY_URL x]}\n"
        "push: {script: ['git push $CI_REPOSITORY_URL HEAD:refs/heads/by-job']}\n"
        "good:\n"
        "  script:\n"
        "    - git push -o ci.skip ${CI_PROJECT_URL/:\\/\\//:\\/\\/oauth2:$REPO_TOKEN@}.git"
        " HEAD:refs/heads/by-token\n",
    )
    assert server.statuses(pipeline) == {"clone": "success", "push": "failed", "good": "success"}
    assert server.forge.repository.branch("by-token") is not None
    assert server.forge.repository.branch("by-job") is None


def test_a_job_that_takes_too_long_is_killed(server: ForgeServer, clone: Path) -> None:
    """The timeout of a job ends it with everything that it started."""
    pipeline = _run_on_branch(
        server, clone, "slow", "slow: {script: [sleep 600 & sleep 600], timeout: 1 second}\n"
    )
    job = server.project("GET", f"/pipelines/{pipeline}/jobs")[0]
    assert (job["status"], job["failure_reason"]) == ("failed", "job_execution_timeout")
    assert job["duration"] < 5


def test_artifacts_after_a_failure_follow_their_when(server: ForgeServer, clone: Path) -> None:
    """Artifacts of a failed job are kept for always and on_failure, not by default."""
    pipeline = _run_on_branch(
        server,
        clone,
        "artifacts",
        "stages: [one, two]\n"
        + "".join(
            f"{name}: {{stage: one, script: [touch {name}, 'false'], artifacts: "
            f"{{paths: [{name}]{when}}}, allow_failure: true}}\n"
            for name, when in (
                ("usual", ""),
                ("always", ", when: always"),
                ("failure", ", when: on_failure"),
            )
        )
        + "look: {stage: two, script: [test -e always, test -e failure, test ! -e usual]}\n",
    )
    assert server.statuses(pipeline)["look"] == "success"


def test_a_resource_group_runs_one_job_at_a_time(server: ForgeServer, clone: Path) -> None:
    """Two jobs of one resource group never overlap, although two workers are free."""
    pipeline = _run_on_branch(
        server,
        clone,
        "resource",
        "".join(f"{name}: {{script: [sleep 0.3], resource_group: one}}\n" for name in "ab"),
    )
    jobs = server.project("GET", f"/pipelines/{pipeline}/jobs")
    first, second = sorted(jobs, key=lambda job: str(job["started_at"]))
    assert first["finished_at"] <= second["started_at"]


def test_a_manual_job_waits_for_a_person(server: ForgeServer, clone: Path) -> None:
    """An optional manual job does not hold the pipeline; a blocking one does."""
    optional = _run_on_branch(
        server,
        clone,
        "manual",
        "stages: [one, two]\nask: {stage: one, script: [a], when: manual}\n"
        "go: {stage: two, script: ['true']}\n",
    )
    assert server.statuses(optional) == {"ask": "manual", "go": "success"}
    blocking = _run_on_branch(
        server,
        clone,
        "manual",
        "stages: [one, two]\nask: {stage: one, script: [a], rules: [{when: manual}]}\n"
        "go: {stage: two, script: ['true']}\n",
    )
    assert server.statuses(blocking) == {"ask": "manual", "go": "created"}
    assert server.project("GET", f"/pipelines/{blocking}")["status"] == "manual"


def test_stopping_the_forge_kills_its_jobs(tmp_path: Path) -> None:
    """Nothing that a job started outlives the forge."""
    with running_forge(tmp_path) as server:
        seed(
            server, {".gitlab-ci.yml": "long: {script: [sleep 987654]}\n", "x": FILES["README.md"]}
        )
        wait_until(lambda: "sleep 987654" in _commands())
    assert "sleep 987654" not in _commands()


def _commands() -> set[str]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip())
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
    return found
