"""A Developer who attacks the project that they work on."""

import textwrap
from collections.abc import Mapping
from typing import Any

import httpx

from tests.demo.forge.fixtures import DEVELOPER, ForgeServer, commit, git
from tests.training.gitlab.project_check.given import BOSS, Administrator


class Attacker:
    """A Developer of the project, who pushes branches and opens merge requests."""

    def __init__(self, administrator: Administrator) -> None:
        self.administrator = administrator
        self.server: ForgeServer = administrator.server
        self.folder = administrator.server.folder
        self.clone = self.folder / "clone"
        self._count = 0

    def push(self, ref: str, token: str = DEVELOPER, *options: str) -> str:
        """Push what is checked out; return the refusal, or nothing."""
        remote = self.server.remote(token)
        done = git(self.clone, "push", *options, remote, f"HEAD:refs/{ref}", check=False)
        return "" if done.returncode == 0 else done.stderr

    def commit(self, job: str | None = None) -> str:
        """Commit on top of main, with another pipeline that has this job; return the hash."""
        self._count += 1
        git(self.clone, "fetch", "--quiet", "origin")
        git(self.clone, "checkout", "--quiet", "--detach", "origin/main")
        files = {"count": str(self._count)}
        if job is not None:
            rule = "  rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]\n"
            body = textwrap.indent(textwrap.dedent(job), "  ")
            files[".gitlab-ci.yml"] = f"wicked:\n{rule}{body}"
        return commit(self.clone, files)

    def request(
        self, job: str | None = None, *, source: str = "", token: str = DEVELOPER
    ) -> dict[str, Any]:
        """Open a merge request with this job in its pipeline; without one, it has none."""
        self.commit(job)
        source = source or f"topic-{self._count}"
        options = [] if job is not None else ["--push-option=ci.skip"]
        assert self.push(f"heads/{source}", token, *options) == ""
        wish = {"source_branch": source, "target_branch": "main", "title": source}
        made: dict[str, Any] = self.server.project("POST", "/merge_requests", token, json=wish)
        self.server.forge.background.drain()
        return made

    def trace_of(self, request: Mapping[str, Any]) -> str:
        """Return the log of the job of a merge request, once it has ended."""
        self.server.settle()
        path = f"/merge_requests/{request['iid']}/pipelines"
        return self.server.trace(self.server.project("GET", path)[0]["id"], "wicked")

    def merge(self, iid: int, token: str) -> httpx.Response:
        """Merge a merge request."""
        return self.server.call("PUT", f"/projects/1/merge_requests/{iid}/merge", token)

    def run_main(self) -> dict[str, str]:
        """Let a Maintainer start main's pipeline; return the logs of its jobs."""
        made = self.server.project("POST", "/pipeline", BOSS, json={"ref": "main"})
        self.server.settle()
        return {name: self.server.trace(made["id"], name) for name in ("say", "collect")}
