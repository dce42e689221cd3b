"""Act as an engineer with a checkout: change parameters, train, push, open merge requests."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gitlab
from ruamel.yaml import YAML

from demo.errors import LoopBroken, TooSlow
from demo.processes import Processes
from demo.workspace import Workspace
from training.task.files import params_file, stages_file

ENDED = ("success", "failed", "canceled", "skipped")


class Engineer:
    """Works in the workspace's checkout and calls the forge's API, as a person would.

    task: the task whose parameters are changed.
    """

    def __init__(self, workspace: Workspace, processes: Processes, task: str) -> None:
        self.workspace = workspace
        self.task = task
        self._processes = processes
        client = gitlab.Gitlab(
            workspace.addresses.forge, private_token=workspace.secrets.api, timeout=30
        )
        self.project = client.projects.get(workspace.addresses.project)

    def run(self, *command: str) -> None:
        """Run a command in the checkout and wait for it. Raises ProgramFailed."""
        env = self.workspace.environment() | self.workspace.job_variables()
        self._processes.run("engineer", command, env=env, cwd=self.workspace.checkout)

    def change(self, values: Mapping[str, object]) -> None:
        """Change parameters of the task; keys are dotted."""
        change_parameters(self.workspace.checkout, self.task, values)

    def add_rows(self) -> None:
        """Let DVC keep the task's rows, if it has a file of them that git does not have."""
        rows = self.workspace.rows
        if self.workspace.copied_rows:
            self._use_remote()
            self.run("dvc", "add", "--quiet", str(rows))
            self.run("dvc", "push", "--quiet", f"{rows}.dvc")

    def train(self) -> None:
        """Reproduce the DVC pipeline and push its outputs to the DVC remote."""
        self._use_remote()
        self.run("dvc", "repro", str(stages_file(self.task)))
        self.run("dvc", "push", "--quiet", str(stages_file(self.task)))

    def _use_remote(self) -> None:
        remote = str(self.workspace.dvc_remote)
        self.run("dvc", "remote", "modify", "--quiet", "--local", "store", "url", remote)

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--allow-empty", "--message", message)

    def push(self, branch: str, *, skip: bool = False) -> str:
        """Push HEAD to a branch of the forge and return the commit's hash.

        skip: start no pipeline.
        """
        options = ["--push-option=ci.skip"] if skip else []
        self.run("git", "push", "--quiet", *options, self._remote(), f"HEAD:refs/heads/{branch}")
        return str(self.project.branches.get(branch).commit["id"])

    def open(self, branch: str, title: str) -> int:
        """Open a merge request into the default branch and return its number."""
        wish = {"source_branch": branch, "target_branch": "main", "title": title}
        return int(self.project.mergerequests.create(wish).iid)

    def pipeline(self, iid: int, sha: str, *, seconds: float = 600) -> Any:
        """Wait until a merge request's pipeline for a commit has finished, and return it.

        Raises LoopBroken if it fails, TooSlow.
        """
        request = self.project.mergerequests.get(iid, lazy=True)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._processes.check()
            listed = request.pipelines.list(get_all=True)
            found = [one for one in listed if one.sha == sha and one.status in ENDED]
            if found:
                return self._succeeded(found[0].id)
            time.sleep(0.5)
        raise TooSlow(f"the end of the pipeline of {sha[:8]}", seconds)

    def _succeeded(self, number: int) -> Any:
        pipeline = self.project.pipelines.get(number)
        if pipeline.status == "failed":
            failed = next(job for job in pipeline.jobs.list(get_all=True) if job.status == "failed")
            trace = self.project.jobs.get(failed.id).trace().decode(errors="replace")
            tail = "\n".join(trace.splitlines()[-15:])
            raise LoopBroken(f"pipeline {number}: job {failed.name} failed:\n{tail}")
        return pipeline

    def checkout(self, branch: str) -> None:
        """Create a branch from the forge's newest main, with its model."""
        self.run("git", "fetch", "--quiet", self._remote(), "main")
        self.run("git", "checkout", "--quiet", "--force", "-B", branch, "FETCH_HEAD")
        self.run("dvc", "checkout", "--quiet", "--force")

    def follow(self, branch: str) -> None:
        """Reset the checkout to the tip of a branch of the forge."""
        self.run("git", "fetch", "--quiet", self._remote(), branch)
        self.run("git", "reset", "--quiet", "--hard", "FETCH_HEAD")

    def _remote(self) -> str:
        address: str = self.project.http_url_to_repo
        return address.replace("://", f"://oauth2:{self.workspace.secrets.api}@")


def change_parameters(root: Path, task: str, values: Mapping[str, object]) -> None:
    """Change parameters of a task in a working tree; keys are dotted."""
    file, yaml = root / params_file(task), YAML()
    document = yaml.load(file)
    for key, value in values.items():
        *path, last = key.split(".")
        block = document
        for name in path:
            block = block[name]
        block[last] = value
    yaml.dump(document, file)
