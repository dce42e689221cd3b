"""A forge on a free port with a small repository, and what tests need to talk to it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gitlab
import httpx
import uvicorn

from demo.forge.app import create_app
from demo.forge.configuration import parse_config
from demo.forge.forge import Forge
from demo.processes import free_port
from tests.demo.forge.held import Held

PROJECT = "perennial/fixture"
API, READ, DEVELOPER, NO_SCOPE, TRIGGER = (
    f"glpat-{name}-0123456789" for name in ("api", "read", "developer", "noscope", "trigger")
)
MASKED = "hunter2hunter2"

ROOT_FILE = """\
# The pipeline of a fixture: two flows and a trigger.
spec:
  inputs:
    task: {default: digits, options: [digits, news]}
    incident: {default: "", regex: "^([0-9a-f]{12})?$"}
    rounds: {type: number, default: 1}
    loud: {type: boolean, default: false}
---
workflow:
  name: $PIPELINE_NAME
  rules:
    - if: $CI_PIPELINE_SOURCE == "trigger"
      variables: {PIPELINE_NAME: "retrain $[[ inputs.task ]] $[[ inputs.incident ]]"}
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      variables: {PIPELINE_NAME: "check merge request $CI_MERGE_REQUEST_IID"}
    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      variables: {PIPELINE_NAME: "deploy $CI_COMMIT_SHORT_SHA"}
stages: [build, use, recover]
include:
  - local: ci/trigger.yml
    inputs: {task: "$[[ inputs.task ]] of the root", rounds: "$[[ inputs.rounds ]]"}
.base:
  before_script: ['echo "prepare $CI_JOB_NAME"']
check:
  extends: .base
  stage: build
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script: ['test ! -e fail-check']
only-documents:
  stage: build
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      changes: ["docs/**/*"]
  script: ["true"]
deploy:
  stage: build
  rules:
    - if: $CI_PIPELINE_SOURCE == "push"
      variables: {FROM_RULE: yes it is}
  script:
    - echo "the rule says $FROM_RULE, the secret is $SECRET, the path is $A_PATH"
    - test ! -e fail-deploy
verify:
  stage: use
  rules: [{if: $CI_PIPELINE_SOURCE == "push"}]
  script: ["true"]
rollback:
  stage: recover
  rules: [{if: $CI_PIPELINE_SOURCE == "push", when: on_failure}]
  script: ["echo rolled back"]
"""
TRIGGER_FILE = """\
spec:
  inputs:
    task:
    rounds: {type: number}
---
make:
  stage: build
  resource_group: one
  rules: [{if: $CI_PIPELINE_SOURCE == "trigger"}]
  script:
    - mkdir -p out/deep
    - echo "$[[ inputs.task ]] $[[ inputs.rounds ]]" > out/deep/file
    - echo left > not-an-artifact
    - echo "COLOUR=blue" > report.env
  artifacts: {paths: [out/], reports: {dotenv: report.env}}
optional:
  stage: build
  rules: [{if: $CI_PIPELINE_SOURCE == "trigger"}]
  allow_failure: {exit_codes: [7]}
  script: ["exit 7"]
use:
  stage: use
  needs: [make]
  rules: [{if: $CI_PIPELINE_SOURCE == "trigger"}]
  script:
    - test "$(cat out/deep/file)" = "${EXPECTED:-digits of the root 1}"
    - test ! -e not-an-artifact
    - test "$COLOUR" = blue
break:
  stage: use
  needs: [make]
  rules: [{if: $CI_PIPELINE_SOURCE == "trigger" && $BREAK == "yes"}]
  script: ["exit 3"]
repair:
  stage: recover
  rules: [{if: $CI_PIPELINE_SOURCE == "trigger", when: on_failure}]
  script: ["echo repaired"]
last:
  stage: recover
  rules: [{if: $CI_PIPELINE_SOURCE == "trigger"}]
  script: ["env | sort", "git log --oneline -1 origin/main", "git status --porcelain"]
"""
FILES = {".gitlab-ci.yml": ROOT_FILE, "ci/trigger.yml": TRIGGER_FILE, "README.md": "A fixture.\n"}


class ForgeServer:
    """A running forge."""

    def __init__(self, forge: Forge, folder: Path) -> None:
        self.forge = forge
        self.url = forge.url
        self.folder = folder
        self.client = httpx.Client(base_url=f"{forge.url}/api/v4", timeout=60)

    def gitlab(self, token: str = API) -> gitlab.Gitlab:
        """Return python-gitlab's client."""
        return gitlab.Gitlab(self.url, private_token=token)

    def call(self, method: str, path: str, token: str | None = API, **more: Any) -> httpx.Response:
        """Call the API; `path` starts after /api/v4."""
        headers = {"PRIVATE-TOKEN": token} if token else {}
        return self.client.request(method, path, headers=headers, **more)

    def project(self, method: str, path: str, token: str | None = API, **more: Any) -> Any:
        """Call the API of the project, and return the JSON of a success."""
        response = self.call(method, f"/projects/1{path}", token, **more)
        assert response.is_success, response.text
        return response.json()

    def remote(self, token: str = API) -> str:
        """Return an address to clone from and push to."""
        return f"{self.url.replace('://', f'://oauth2:{token}@')}/{PROJECT}.git"

    def trigger(self, token: str = TRIGGER, **fields: str) -> httpx.Response:
        """Post to the trigger's address as a form."""
        data = {"token": token, "ref": "main", **fields}
        return self.client.post("/projects/1/trigger/pipeline", data=data)

    def settle(self, seconds: float = 300) -> None:
        """Wait until nothing runs any more."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.forge.background.drain()
            with self.forge.state.lock:
                if not any(pipeline.active for pipeline in self.forge.state.pipelines.values()):
                    return
            time.sleep(0.05)
        raise AssertionError("pipelines are still running")

    def statuses(self, pipeline: int) -> dict[str, str]:
        """Return the status of each job of a pipeline."""
        jobs = self.project("GET", f"/pipelines/{pipeline}/jobs")
        return {job["name"]: job["status"] for job in jobs}

    def trace(self, pipeline: int, name: str) -> str:
        """Return the log of a job."""
        jobs = self.project("GET", f"/pipelines/{pipeline}/jobs")
        number = next(job["id"] for job in jobs if job["name"] == name)
        return self.call("GET", f"/projects/1/jobs/{number}/trace").text

    def newest(self, **filters: str) -> Any:
        """Return the newest pipeline that matches."""
        return self.project("GET", "/pipelines", params=filters)[0]

    def pause(self, seconds: float = 0.1) -> None:
        """Wait a little."""
        time.sleep(seconds)


def git(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run git without anything of the user's."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        **{
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "Test"), ("EMAIL", "test@localhost"))
        },
    }
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def commit(folder: Path, files: dict[str, str], message: str = "Change") -> str:
    """Write files, commit them and return the hash."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD").stdout.strip()


def configuration(**more: Any) -> dict[str, Any]:
    """Return a forge's configuration with a token of each kind."""
    interpreter = Path(sys.executable).parent
    tokens = [
        {"token": API, "kind": "project", "name": "ci", "role": "maintainer", "scopes": ["api"]},
        {"token": READ, "kind": "project", "name": "reader", "scopes": ["read_api"]},
        {
            "token": DEVELOPER,
            "kind": "project",
            "name": "dev",
            "role": "developer",
            "scopes": ["api", "write_repository"],
        },
        {"token": NO_SCOPE, "kind": "project", "name": "nobody", "scopes": ["read_user"]},
        {"token": TRIGGER, "kind": "trigger", "name": "relay"},
    ]
    return {
        "project": PROJECT,
        "default_branch": "main",
        "tokens": tokens,
        "variables": {
            "SECRET": {"value": MASKED, "masked": True},
            "REPO_TOKEN": API,
            "A_PATH": "/some/$where",
        },
        # As in a project that was there before GitLab closed this by default.
        "settings": {"project": {"ci_pipeline_variables_minimum_override_role": "developer"}},
        "runner": {"PATH": f"{interpreter}{os.pathsep}{os.environ['PATH']}"},
        **more,
    }


@contextmanager
def running_forge(folder: Path, **more: Any) -> Iterator[ForgeServer]:
    """Serve a forge with an empty repository; its answers must have been as GitLab's."""
    port = free_port()
    forge = Forge(
        folder / "forge", parse_config(configuration(**more)), url=f"http://127.0.0.1:{port}"
    )
    held = Held(create_app(forge))
    server = uvicorn.Server(uvicorn.Config(held, port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    running = ForgeServer(forge, folder)
    try:
        yield running
    finally:
        running.client.close()
        server.should_exit = True
        thread.join(20)
    assert held.problems == []


def seed(server: ForgeServer, files: dict[str, str] | None = None) -> Path:
    """Push a first commit, and return the clone that it came from."""
    clone = server.folder / "clone"
    clone.mkdir()
    git(clone, "init", "--quiet", "--initial-branch", "main")
    git(clone, "remote", "add", "origin", server.remote())
    commit(clone, files or FILES, "Start")
    git(clone, "push", "--quiet", "origin", "main")
    return clone


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)
