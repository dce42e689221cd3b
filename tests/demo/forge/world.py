"""A forge in which something of everything has happened, and one call to each of its routes."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from tests.demo.forge.contract import MLFLOW, PROJECT, REQUESTS, SCHEDULES, TOKENS
from tests.demo.forge.fixtures import API, TRIGGER, ForgeServer, commit, git, seed

OWNER = "glpat-owner-0123456789"
SETTINGS: dict[str, Any] = {
    "project": {"ci_pipeline_variables_minimum_override_role": "maintainer"},
    "runners": [
        {"description": "gpu-1", "tag_list": ["gpu", "cuda"], "run_untagged": False},
        {"description": "cpu-1", "runner_type": "instance_type"},
    ],
    "protected_branches": [{"name": "main"}, {"name": "release/*", "push": 30}],
    "protected_tags": [{"name": "v*"}],
    "job_tokens": {"projects": ["perennial/other"], "groups": ["perennial"]},
}
# Every status that a job may have, but for those that pass in a moment.
PIPELINE = """\
stages: [build, use]
workflow: {name: "everything $CI_PIPELINE_SOURCE"}
make:
  stage: build
  tags: [$KIND]
  variables: {KIND: gpu}
  coverage: '/TOTAL (\\d+)%/'
  script:
    - echo "TOTAL 80%"
    - echo "A=b" > report.env
    - echo hello > made.txt
  artifacts: {paths: [made.txt], expire_in: 1 week, reports: {dotenv: report.env}}
flaky:
  stage: build
  allow_failure: {exit_codes: [7]}
  script: ["exit 7"]
by-hand: {stage: use, when: manual, script: ["true"]}
last-resort: {stage: use, when: on_failure, script: ["true"]}
"""
BROKEN = "broken:\n  script: [1, {}]\n  stage: nowhere\n"
SCHEDULE = {"description": "nightly", "ref": "refs/heads/main", "cron": "0 3 * * *"}
REQUEST = {"target_branch": "main", "description": "- [x] done\n- [ ] open\n", "labels": "b,a"}


class World:
    """The forge, and the numbers of what is in it."""

    def __init__(self, server: ForgeServer) -> None:
        self.server = server
        self._count = 0
        self.clone = seed(server, {".gitlab-ci.yml": PIPELINE, "README.md": "Read me.\n"})
        server.settle()
        self.pipeline = server.newest()["id"]
        jobs = server.project("GET", f"/pipelines/{self.pipeline}/jobs")
        self.job = next(job["id"] for job in jobs if job["name"] == "make")
        self.iid = self.new_request()
        path = f"/merge_requests/{self.iid}/notes"
        self.note = server.project("POST", path, json={"body": "a note"})["id"]
        self.schedule = self._new_schedule()
        self.broken = self._new_broken_pipeline()
        server.settle()
        self.version = self._new_version()

    def call(self, method: str, path: str, token: str | None = API, **more: Any) -> httpx.Response:
        """Call the API."""
        return self.server.call(method, path.replace(":id", "1"), token, **more)

    def new_branch(self, files: Mapping[str, str] | None = None) -> str:
        """Push a branch with a commit of its own and return its name."""
        self._count += 1
        name = f"topic-{self._count}"
        git(self.clone, "checkout", "--quiet", "-b", name, "origin/main")
        commit(self.clone, dict(files or {f"{name}.txt": "text\n"}), f"Add {name}")
        option = ["--push-option=ci.skip"] if files is None else []
        git(self.clone, "push", "--quiet", *option, "origin", name)
        return name

    def new_request(self) -> int:
        """Open a merge request and return its number."""
        return int(self.open().json()["iid"])

    def open(self) -> httpx.Response:
        """Open a merge request of a new branch."""
        name = self.new_branch()
        return self.call("POST", REQUESTS, json=REQUEST | {"source_branch": name, "title": name})

    def _new_schedule(self) -> int:
        made = self.server.project("POST", "/pipeline_schedules", data=SCHEDULE)
        path = f"/pipeline_schedules/{made['id']}"
        self.server.project("POST", f"{path}/variables", json={"key": "A", "value": "b"})
        self.server.project("POST", f"{path}/play")
        return int(made["id"])

    def _new_broken_pipeline(self) -> int:
        name = self.new_branch({".gitlab-ci.yml": BROKEN})
        self.server.forge.background.drain()
        return int(self.server.newest(ref=name)["id"])

    def _new_version(self) -> Mapping[str, Any]:
        self.call("POST", f"{MLFLOW}/registered-models/create", json={"name": "digits"})
        found: Mapping[str, Any] = self.new_version("1.0.0").json()["model_version"]
        batch = {"run_id": found["run_id"], "params": [{"key": "a", "value": "b"}]}
        self.call("POST", f"{MLFLOW}/runs/log-batch", json=batch)
        return found

    def new_version(self, number: str) -> httpx.Response:
        """Put a version into the model registry."""
        tags = [{"key": "gitlab.version", "value": number}]
        wish = {"name": "digits", "description": "A model", "tags": tags}
        return self.call("POST", f"{MLFLOW}/model-versions/create", json=wish)


def _delete_note(world: World) -> httpx.Response:
    path = f"{REQUESTS}/{world.iid}/notes"
    note = world.call("POST", path, json={"body": "short-lived"}).json()
    return world.call("DELETE", f"{path}/{note['id']}")


def _delete_schedule(world: World) -> httpx.Response:
    made = world.call("POST", SCHEDULES, data=SCHEDULE).json()
    return world.call("DELETE", f"{SCHEDULES}/{made['id']}")


def _file(world: World, method: str, name: str) -> httpx.Response:
    path = f"/projects/1/packages/ml_models/{world.version['version']}/files/{name}"
    headers = {"Authorization": f"Bearer {API}", "Content-Type": "application/octet-stream"}
    content = b"weights" if method == "PUT" else None
    return world.server.client.request(method, path, headers=headers, content=content)


def _read_file(world: World) -> httpx.Response:
    _file(world, "PUT", "read.onnx")
    return _file(world, "GET", "read.onnx")


def _cancel(world: World) -> httpx.Response:
    made = world.call("POST", f"{PROJECT}/pipeline", json={"ref": "main"}).json()
    return world.call("POST", f"{PROJECT}/pipelines/{made['id']}/cancel")


def _merge(world: World) -> httpx.Response:
    iid = world.new_request()
    world.server.settle()
    return world.call("PUT", f"{REQUESTS}/{iid}/merge")


def _trigger(world: World) -> httpx.Response:
    return world.server.trigger(TRIGGER)


def _job(world: World, more: str = "") -> httpx.Response:
    return world.call("GET", f"{PROJECT}/jobs/{world.job}{more}")


def _mlflow(world: World, call: str, **query: str) -> httpx.Response:
    return world.call("GET", f"{MLFLOW}/{call}", params=query)


def _tag(world: World) -> httpx.Response:
    wish = {"run_id": world.version["run_id"], "key": "key", "value": "value"}
    return world.call("POST", f"{MLFLOW}/runs/set-tag", json=wish)


def _get(path: str, token: str = API) -> Callable[[World], httpx.Response]:
    return lambda world: world.call("GET", path, token)


def _deleted(path: str, last: str, **wish: Any) -> Callable[[World], httpx.Response]:
    """Return a call that deletes what it has created."""

    def call(world: World) -> httpx.Response:
        world.call("POST", path, json=wish)
        return world.call("DELETE", f"{path}/{last}")

    return call


def _delete_branch(world: World) -> httpx.Response:
    return world.call("DELETE", f"{PROJECT}/repository/branches/{world.new_branch()}")


def _post(path: str, **wish: Any) -> Callable[[World], httpx.Response]:
    return lambda world: world.call("POST", path, json=wish)


CALLS: Mapping[str, Callable[[World], httpx.Response]] = {
    "GET /version": _get("/version"),
    "GET /user": _get("/user"),
    "GET /personal_access_tokens/self": _get("/personal_access_tokens/self"),
    "GET /groups/:group/variables": _get("/groups/perennial/variables", OWNER),
    "GET /runners/:runner": _get("/runners/1"),
    "POST /user/runners": _post("/user/runners", runner_type="project_type", project_id=1),
    f"PUT {PROJECT}": lambda w: w.call("PUT", PROJECT, json={"build_timeout": 7200}),
    f"GET {PROJECT}/members/all": _get(f"{PROJECT}/members/all"),
    f"GET {PROJECT}/members/all/:user": _get(f"{PROJECT}/members/all/1"),
    f"POST {PROJECT}/access_tokens": _post(
        f"{PROJECT}/access_tokens", name="bot", scopes=["api"], expires_at="2027-06-01"
    ),
    f"POST {PROJECT}/triggers": _post(f"{PROJECT}/triggers", description="relay"),
    f"POST {PROJECT}/variables": _post(f"{PROJECT}/variables", key="NEW", value="x"),
    f"DELETE {PROJECT}/variables/:key": _deleted(
        f"{PROJECT}/variables", "OLD", key="OLD", value="x"
    ),
    f"POST {PROJECT}/protected_branches": _post(f"{PROJECT}/protected_branches", name="keep/*"),
    f"DELETE {PROJECT}/protected_branches/:name": _deleted(
        f"{PROJECT}/protected_branches", "gone", name="gone"
    ),
    f"POST {PROJECT}/protected_tags": _post(f"{PROJECT}/protected_tags", name="keep-*"),
    f"DELETE {PROJECT}/protected_tags/:name": _deleted(
        f"{PROJECT}/protected_tags", "gone", name="gone"
    ),
    f"DELETE {PROJECT}/repository/branches/:branch": _delete_branch,
    f"GET {PROJECT}": _get(PROJECT),
    f"GET {PROJECT}/repository/branches": _get(f"{PROJECT}/repository/branches"),
    f"GET {PROJECT}/repository/branches/:branch": _get(f"{PROJECT}/repository/branches/main"),
    f"GET {PROJECT}/repository/files/:file/raw": _get(f"{PROJECT}/repository/files/README.md/raw"),
    f"GET {PROJECT}/variables": _get(f"{PROJECT}/variables"),
    f"GET {PROJECT}/triggers": _get(f"{PROJECT}/triggers"),
    f"GET {TOKENS}": _get(TOKENS),
    f"PATCH {TOKENS}": lambda w: w.call("PATCH", TOKENS, json={"enabled": True}),
    f"GET {TOKENS}/allowlist": _get(f"{TOKENS}/allowlist"),
    f"GET {TOKENS}/groups_allowlist": _get(f"{TOKENS}/groups_allowlist"),
    f"GET {PROJECT}/runners": _get(f"{PROJECT}/runners"),
    f"GET {PROJECT}/protected_branches": _get(f"{PROJECT}/protected_branches"),
    f"GET {PROJECT}/protected_tags": _get(f"{PROJECT}/protected_tags"),
    f"GET {PROJECT}/ci/lint": _get(f"{PROJECT}/ci/lint"),
    f"GET {PROJECT}/pipelines": _get(f"{PROJECT}/pipelines"),
    f"GET {SCHEDULES}": _get(SCHEDULES),
    f"GET {REQUESTS}": _get(REQUESTS),
    f"POST {PROJECT}/uploads": lambda w: w.call(
        "POST", f"{PROJECT}/uploads", files={"file": ("a.png", b"\x89PNG")}
    ),
    f"POST {PROJECT}/trigger/pipeline": _trigger,
    f"POST {PROJECT}/pipeline": lambda w: w.call(
        "POST", f"{PROJECT}/pipeline", json={"ref": "main"}
    ),
    f"POST {PROJECT}/pipelines/:pipeline/cancel": _cancel,
    f"GET {PROJECT}/pipelines/:pipeline": lambda w: w.call(
        "GET", f"{PROJECT}/pipelines/{w.pipeline}"
    ),
    f"GET {PROJECT}/pipelines/:pipeline/jobs": lambda w: w.call(
        "GET", f"{PROJECT}/pipelines/{w.pipeline}/jobs"
    ),
    f"GET {PROJECT}/jobs/:job": _job,
    f"GET {PROJECT}/jobs/:job/trace": lambda w: _job(w, "/trace"),
    f"GET {PROJECT}/jobs/:job/artifacts/*path": lambda w: _job(w, "/artifacts/made.txt"),
    f"POST {SCHEDULES}": lambda w: w.call("POST", SCHEDULES, data=SCHEDULE),
    f"GET {SCHEDULES}/:schedule": lambda w: w.call("GET", f"{SCHEDULES}/{w.schedule}"),
    f"PUT {SCHEDULES}/:schedule": lambda w: w.call(
        "PUT", f"{SCHEDULES}/{w.schedule}", data={"description": "every night"}
    ),
    f"DELETE {SCHEDULES}/:schedule": _delete_schedule,
    f"POST {SCHEDULES}/:schedule/play": lambda w: w.call("POST", f"{SCHEDULES}/{w.schedule}/play"),
    f"POST {SCHEDULES}/:schedule/variables": lambda w: w.call(
        "POST", f"{SCHEDULES}/{w.schedule}/variables", json={"key": "C", "value": "d"}
    ),
    f"POST {REQUESTS}": World.open,
    f"GET {REQUESTS}/:iid": lambda w: w.call("GET", f"{REQUESTS}/{w.iid}"),
    f"PUT {REQUESTS}/:iid": lambda w: w.call("PUT", f"{REQUESTS}/{w.iid}", json={"title": "New"}),
    f"PUT {REQUESTS}/:iid/merge": _merge,
    f"GET {REQUESTS}/:iid/pipelines": lambda w: w.call("GET", f"{REQUESTS}/{w.iid}/pipelines"),
    f"POST {REQUESTS}/:iid/pipelines": lambda w: w.call("POST", f"{REQUESTS}/{w.iid}/pipelines"),
    f"GET {REQUESTS}/:iid/commits": lambda w: w.call("GET", f"{REQUESTS}/{w.iid}/commits"),
    f"GET {REQUESTS}/:iid/notes": lambda w: w.call("GET", f"{REQUESTS}/{w.iid}/notes"),
    f"POST {REQUESTS}/:iid/notes": lambda w: w.call(
        "POST", f"{REQUESTS}/{w.iid}/notes", json={"body": "another"}
    ),
    f"GET {REQUESTS}/:iid/notes/:note": lambda w: w.call(
        "GET", f"{REQUESTS}/{w.iid}/notes/{w.note}"
    ),
    f"PUT {REQUESTS}/:iid/notes/:note": lambda w: w.call(
        "PUT", f"{REQUESTS}/{w.iid}/notes/{w.note}", json={"body": "changed"}
    ),
    f"DELETE {REQUESTS}/:iid/notes/:note": _delete_note,
    f"GET {MLFLOW}/registered-models/get": lambda w: _mlflow(
        w, "registered-models/get", name="digits"
    ),
    f"POST {MLFLOW}/registered-models/create": lambda w: w.call(
        "POST", f"{MLFLOW}/registered-models/create", json={"name": "news"}
    ),
    f"GET {MLFLOW}/model-versions/get": lambda w: _mlflow(
        w, "model-versions/get", name="digits", version="1.0.0"
    ),
    f"POST {MLFLOW}/model-versions/create": lambda w: w.new_version("1.1.0"),
    f"GET {MLFLOW}/runs/get": lambda w: _mlflow(w, "runs/get", run_id=w.version["run_id"]),
    f"POST {MLFLOW}/runs/log-batch": lambda w: w.call(
        "POST", f"{MLFLOW}/runs/log-batch", json={"run_id": w.version["run_id"]}
    ),
    f"POST {MLFLOW}/runs/set-tag": _tag,
    f"GET {PROJECT}/packages/ml_models/:version/files/:file": _read_file,
    f"PUT {PROJECT}/packages/ml_models/:version/files/:file": lambda w: _file(w, "PUT", "a.onnx"),
}
