"""The stand-in answers as GitLab does: held against GitLab's own schemas, call by call."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import FormatChecker

from demo.forge.api.routes import ROUTES
from demo.forge.records.state import FIRST_ID
from tests.demo.forge.contract import MLFLOW, PROJECT, WITH_SCHEMA, WITHOUT_SCHEMA
from tests.demo.forge.fixtures import DEVELOPER, configuration, git, running_forge
from tests.demo.forge.held import HELD, SCHEMAS, problems
from tests.demo.forge.world import CALLS, OWNER, SETTINGS, World

TOKEN = {"token": OWNER, "kind": "project", "name": "boss", "role": "owner", "scopes": ["api"]}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A forge in which something of everything has happened."""
    tokens = [*configuration()["tokens"], TOKEN]
    folder = tmp_path_factory.mktemp("forge")
    with running_forge(folder, settings=SETTINGS, tokens=tokens) as server:
        yield World(server)


def test_every_route_is_held_to_something() -> None:
    """A new route needs GitLab's schema, or the keys of GitLab's entity, and a call."""
    routes = {f"{route.method} {route.pattern}" for route in ROUTES}
    assert not WITH_SCHEMA.keys() & WITHOUT_SCHEMA.keys()
    assert routes == HELD.keys() == CALLS.keys()


def test_times_and_addresses_are_checked() -> None:
    """Without two small packages jsonschema would take any text for a time or an address."""
    assert {"date-time", "uri"} <= FormatChecker().checkers.keys()


@pytest.mark.parametrize("route", HELD)
def test_an_answer_is_as_gitlabs(world: World, route: str) -> None:
    """It has what GitLab's schema wants, and no key that GitLab does not have."""
    answer = CALLS[route](world)
    assert answer.is_success, answer.text
    schema = HELD[route]
    if schema is None:
        assert "json" not in answer.headers.get("content-type", "")
        return
    found = answer.json()
    assert SCHEMAS.problems(found, schema) == []
    if isinstance(found, list) and "/groups/" not in route:
        assert found, "an empty list proves nothing"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": "7"}, "$.id: '7' is not of type 'integer'"),
        ({"created_at": "yesterday"}, "$.created_at: 'yesterday' is not a 'date-time'"),
        ({"invented": 1}, "$.invented: GitLab has no such key"),
        ({"user": {"name": "x"}}, "$.user: 'id' is a required property"),
        ({"detailed_status": {"text": "ok"}}, "$.detailed_status: "),
    ],
)
def test_what_gitlab_would_not_answer_is_found(
    world: World, change: dict[str, Any], problem: str
) -> None:
    """A wrong type, a wrong time, an invented key and a missing one each make a problem."""
    good = world.server.project("GET", f"/pipelines/{world.pipeline}")
    route = f"GET {PROJECT}/pipelines/:pipeline"
    found = SCHEMAS.problems(good | change, WITH_SCHEMA[route])
    assert any(line.startswith(problem) for line in found), found


def test_an_answer_that_gitlab_would_not_give_fails_any_test() -> None:
    """Every forge that a test runs reports its own slips, each with the call."""
    body = json.dumps({"version": "18.5.0", "revision": "x", "enterprise": False}).encode()
    assert problems("GET", "/version", body) == ["GET /version: $: 'kas' is a required property"]


def test_a_job_says_what_happened_to_it(world: World) -> None:
    """Its commit, its runner, its tags, its artifacts and how long it waited and ran."""
    job = world.server.project("GET", f"/jobs/{world.job}")
    assert job["id"] > FIRST_ID > 2**32
    assert job["commit"]["title"] == "Start" and job["commit"]["committer_name"] == "Test"
    assert (job["tag_list"], job["runner"]["description"]) == (["gpu"], "gpu-1")
    assert job["coverage"] == 80
    kinds = {one["file_type"]: one["size"] for one in job["artifacts"]}
    assert kinds["archive"] == job["artifacts_file"]["size"] == len("hello\n")
    assert kinds["dotenv"] == len("A=b\n") and kinds["trace"] > 0
    assert job["duration"] > 0 and job["queued_duration"] >= 0
    ended, expiry = (datetime.fromisoformat(job[k]) for k in ("finished_at", "artifacts_expire_at"))
    assert expiry - ended == timedelta(weeks=1)


def test_what_failed_and_what_waits_say_so(world: World) -> None:
    """The reason is there for a job that failed only; one that waits has no runner yet."""
    jobs = world.server.project("GET", f"/pipelines/{world.pipeline}/jobs")
    found = {job["name"]: job for job in jobs}
    flaky, manual = found["flaky"], found["by-hand"]
    assert (flaky["failure_reason"], flaky["allow_failure"]) == ("script_failure", True)
    assert "failure_reason" not in found["make"]
    assert (manual["status"], manual["runner"], manual["duration"]) == ("manual", None, None)


def test_a_pipelines_status_is_told_in_detail(world: World) -> None:
    """With the words and the icon of GitLab's pages; a warning where a failure was allowed."""
    found = world.server.project("GET", f"/pipelines/{world.pipeline}")["detailed_status"]
    assert (found["text"], found["label"]) == ("Warning", "passed with warnings")
    assert found["icon"] == "status_warning"
    assert found["details_path"].endswith(f"/perennial/fixture/-/pipelines/{world.pipeline}")
    broken = world.server.project("GET", f"/pipelines/{world.broken}")
    assert broken["detailed_status"]["group"] == "failed" and broken["yaml_errors"]


def test_a_merge_request_counts_its_tasks_and_changes(world: World) -> None:
    """Labels in order, tasks from the description, changed files from the branch."""
    found = world.server.project("GET", f"/merge_requests/{world.iid}")
    assert found["labels"] == ["a", "b"]
    assert found["task_completion_status"] == {"count": 2, "completed_count": 1}
    assert found["changes_count"] == "1"
    assert (found["work_in_progress"], found["merge_user"]) == (False, None)


def test_a_closed_merge_request_names_who_closed_it(world: World) -> None:
    """And nobody once it is open again."""
    path = f"/merge_requests/{world.new_request()}"
    closed = world.server.project("PUT", path, DEVELOPER, json={"state_event": "close"})
    assert closed["closed_by"]["username"] == "dev"
    opened = world.server.project("PUT", path, json={"state_event": "reopen"})
    assert (opened["closed_by"], opened["closed_at"]) == (None, None)


def test_a_branch_says_whether_it_is_merged_and_who_may_push(world: World) -> None:
    """The default branch is for Maintainers, another for Developers; one behind main is merged."""
    git(world.clone, "push", "--quiet", "origin", "origin/main:refs/heads/behind")
    commit_on_main = world.new_request()
    world.server.settle()
    world.server.project("PUT", f"/merge_requests/{commit_on_main}/merge")
    path = "/repository/branches"
    main, behind = (
        world.server.project("GET", f"{path}/{n}", DEVELOPER) for n in ("main", "behind")
    )
    assert (main["merged"], main["can_push"], main["protected"]) == (False, False, True)
    assert (behind["merged"], behind["can_push"], behind["protected"]) == (True, True, False)


def test_a_schedule_says_when_it_runs_next_and_ran_last(world: World) -> None:
    """At three o'clock in its own time zone; the last run is a pipeline."""
    found = world.server.project("GET", f"/pipeline_schedules/{world.schedule}")
    upcoming = datetime.fromisoformat(found["next_run_at"])
    assert (upcoming.hour, upcoming.minute) == (3, 0)
    assert timedelta(0) < upcoming - datetime.now(UTC) <= timedelta(days=1)
    assert found["last_pipeline"]["source"] == "schedule"


def test_a_run_belongs_to_its_models_experiment(world: World) -> None:
    """And to who created it."""
    path = f"{MLFLOW}/runs/get".removeprefix(PROJECT)
    query = {"run_id": world.version["run_id"]}
    info = world.server.project("GET", path, params=query)["run"]["info"]
    caller = world.call("GET", "/user").json()
    assert (info["experiment_id"], info["user_id"]) == ("1", str(caller["id"]))
