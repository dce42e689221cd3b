"""Jobs of the forge: what they may do, how long, and how each one ends."""

from pathlib import Path

from tests.demo.forge.fixtures import (
    FILES,
    ForgeServer,
    commit,
    git,
    running_forge,
    seed,
    wait_until,
)


def _run_on_branch(server: ForgeServer, clone: Path, branch: str, content: str) -> int:
    git(clone, "checkout", "--quiet", "-B", branch, "origin/main")
    commit(clone, {".gitlab-ci.yml": content})
    git(clone, "push", "--quiet", "--force", "origin", branch)
    server.settle()
    return int(server.newest(ref=branch)["id"])


def test_a_job_may_clone_with_its_own_token_but_not_push(server: ForgeServer, clone: Path) -> None:
    """CI_JOB_TOKEN reads git and some of the API; it pushes nothing, and REPO_TOKEN does."""
    ask = 'curl -s -H "JOB-TOKEN: $CI_JOB_TOKEN" $CI_API_V4_URL/projects/$CI_PROJECT_ID'
    pipeline = _run_on_branch(
        server,
        clone,
        "tokens",
        "clone: {script: [git fetch -q origin main, git clone -q $CI_REPOSITORY_URL x]}\n"
        f"read: {{script: ['{ask}/merge_requests | grep \"^\\[\"']}}\n"
        f"pry: {{script: ['{ask}/variables | grep \"404 Project Not Found\"']}}\n"
        "push: {script: ['git push $CI_REPOSITORY_URL HEAD:refs/heads/by-job']}\n"
        "good:\n"
        "  script:\n"
        "    - git push -o ci.skip ${CI_PROJECT_URL/:\\/\\//:\\/\\/oauth2:$REPO_TOKEN@}.git"
        " HEAD:refs/heads/by-token\n",
    )
    assert server.statuses(pipeline) == {
        **dict.fromkeys(("clone", "read", "pry", "good"), "success"),
        "push": "failed",
    }
    assert server.forge.repository.branch("by-token") is not None
    assert server.forge.repository.branch("by-job") is None


def test_a_job_that_takes_too_long_is_killed(server: ForgeServer, clone: Path) -> None:
    """The timeout of a job ends it with everything that it started."""
    pipeline = _run_on_branch(
        server, clone, "slow", "slow: {script: [sleep 600 & sleep 600], timeout: 1 second}\n"
    )
    job = server.project("GET", f"/pipelines/{pipeline}/jobs")[0]
    assert (job["status"], job["failure_reason"]) == ("failed", "job_execution_timeout")
    assert job["duration"] < 60


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


def test_protected_and_scoped_variables_reach_only_what_they_are_for(tmp_path: Path) -> None:
    """A branch that is not protected sees no protected one; a scoped one its environment alone."""
    variables = {
        "OPEN": "open",
        "GUARDED": {"value": "guarded", "protected": True},
        "SCOPED": {"value": "scoped", "environment_scope": "production"},
    }
    say = "'echo \"<$OPEN-$GUARDED-$SCOPED>\"'"
    file = f"plain: {{script: [{say}]}}\nlive: {{script: [{say}], environment: production}}\n"
    with running_forge(tmp_path, variables=variables) as server:
        clone = seed(server, {".gitlab-ci.yml": file})
        git(clone, "push", "--quiet", "origin", "HEAD:branch")
        server.settle()
        for ref, plain, live in (
            ("main", "<open-guarded->", "<open-guarded-scoped>"),
            ("branch", "<open-->", "<open--scoped>"),
        ):
            pipeline = server.newest(ref=ref)["id"]
            assert plain in server.trace(pipeline, "plain")
            assert live in server.trace(pipeline, "live")
