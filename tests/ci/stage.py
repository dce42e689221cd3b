"""A project on a forge whose pipelines run for real: a trained model, a DVC remote, a service."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo.processes import Processes, free_port
from demo.workspace import ROOT
from tests.demo.forge.fixtures import API, DEVELOPER, ForgeServer, commit, git, running_forge
from tests.trees import Tree, copy_trained

OTHERS = ("benchmarks", "demo", "perennial", "service", "tests", "training")
LINTED = {
    "[tool.black]\n": f'[tool.black]\nextend-exclude = "^/({"|".join(OTHERS)})/"\n',
    "[tool.flake8]\n": f"[tool.flake8]\nextend-exclude = {list(OTHERS)}\n",
    '\npackages = ["': '\npackages = ["monitoring"]  # ["',
}
COUNTED = {
    "    tests/*\n": "    tests/*\n    demo/*\n    monitoring/*\n    service/*\n    training/*\n"
}


# As docs/gitlab.md has them: what merge requests run on does not deploy.
SETTINGS = {
    "runners": [
        {
            "description": "deploys",
            "tag_list": ["production"],
            "run_untagged": False,
            "access_level": "ref_protected",
            "locked": True,
        },
        {"description": "all others", "tag_list": ["gpu"], "run_untagged": True},
    ],
    "protected_branches": [{"name": "main", "push": 40, "merge": 40}],
    "protected_tags": [{"name": "*@v*", "create": 40}, {"name": "*#production#*", "create": 40}],
}


def scoped(value: str, scope: str) -> dict[str, Any]:
    """Return a protected variable that the jobs of one environment see."""
    return {"value": value, "environment_scope": scope, "protected": True}


class Stage:
    """This repository's working tree as a project, with what its jobs need around it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clone = folder / "clone"
        self.remote, self.review = folder / "dvc-remote", folder / "dvc-review"
        self.bundles = folder / "bundles"
        self.database = f"sqlite:///{folder / 'perennial.db'}"
        self.service = f"http://127.0.0.1:{free_port()}"

    def environment(self) -> dict[str, str]:
        """Return what a runner gives to a job, and a shell to the project's author."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {
            "PATH": path,
            "HOME": str(home),
            "VENV": sys.prefix,
            "NODE_MODULES": str(ROOT / "node_modules"),
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(home / "dvc"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            # No engine, so that the nightly job skips the tests of the images.
            "DOCKER_HOST": "tcp://127.0.0.1:1",
            # What another run of mypy has found out makes this one quick.
            "MYPY_CACHE_DIR": str(self._mypy_cache()),
        }

    def _mypy_cache(self) -> Path:
        copy = self.folder / "mypy-cache"
        if not copy.exists() and (ROOT / ".mypy_cache").is_dir():
            shutil.copytree(ROOT / ".mypy_cache", copy)
        return copy

    def variables(self) -> dict[str, Any]:
        """Return the project's CI/CD variables, as an administrator would set them."""
        return {
            "REPO_TOKEN": [
                {"value": DEVELOPER, "environment_scope": "review/*", "masked": True},
                *(scoped(API, scope) | {"masked": True} for scope in ("proposals", "registry")),
            ],
            "DVC_REMOTE_URL": str(self.remote),
            "DVC_REVIEW_URL": str(self.review),
            "PERENNIAL_BUNDLES": scoped(str(self.bundles), "production"),
            "PERENNIAL_DATABASE_URL": scoped(self.database, "labels"),
            "PERENNIAL_URL": scoped(self.service, "production"),
            "MODEL_REGISTRY": scoped("true", "*"),
            # A few tests in one process stand for all; that all pass is not for a test to find out.
            "WORKERS": "0",
            "PYTEST": (
                "tests/perennial/statistics/test_paired.py"
                " tests/perennial/signals/test_binner.py"
            ),
            "PYTEST_NIGHTLY": "tests/stack/test_images.py",
        }

    def settle(self, trained: Tree) -> None:
        """Make the project: a trained model, pushed, its lock committed."""
        copy_trained(trained, self.clone)
        self._narrow()
        self.run("dvc", "remote", "modify", "--quiet", "--local", "store", "url", str(self.remote))
        self.run("dvc", "push", "--quiet")
        commit(self.clone, {}, "Train the first model")

    def _narrow(self) -> None:
        """Let linters and coverage read one package; `make check` says that all is clean."""
        for name, narrower in (("pyproject.toml", LINTED), ("ci/coverage.ini", COUNTED)):
            text = (self.clone / name).read_text()
            for old, new in narrower.items():
                assert old in text, f"{name}: no {old!r}"
                text = text.replace(old, new)
            (self.clone / name).write_text(text)

    def run(self, *command: str) -> str:
        """Run a command of the project's author; return what it says."""
        done = subprocess.run(
            command, cwd=self.clone, env=self.environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def serve(self, processes: Processes) -> None:
        """Start the service that pipelines deploy to; it waits for its first bundle."""
        settings = {
            "PERENNIAL_BUNDLES": str(self.bundles),
            "PERENNIAL_DATABASE_URL": self.database,
            "PERENNIAL_PORT": self.service.rpartition(":")[2],
        }
        self.bundles.mkdir()
        command = [sys.executable, "-m", "service"]
        processes.start("service", command, env=self.environment() | settings, cwd=self.clone)
        processes.wait_for("service", f"{self.service}/health")


class Project:
    """The project on its forge, and the clone of somebody who works on it."""

    def __init__(self, stage: Stage, server: ForgeServer) -> None:
        self.stage = stage
        self.server = server

    def push(self, branch: str, *options: str) -> str:
        """Push what is checked out; return the commit."""
        git(self.stage.clone, "push", "--quiet", *options, self.server.remote(), f"HEAD:{branch}")
        return git(self.stage.clone, "rev-parse", "HEAD").stdout.strip()

    def propose(self, branch: str, files: dict[str, str]) -> int:
        """Open a merge request that changes these files; return its number."""
        git(self.stage.clone, "checkout", "--quiet", "-B", branch, "main")
        commit(self.stage.clone, files, f"Change {branch}")
        self.push(branch)
        fields = {"title": branch, "source_branch": branch, "target_branch": "main"}
        return int(self.server.project("POST", "/merge_requests", json=fields)["iid"])

    def head(self, request: int) -> int:
        """Return the newest pipeline with jobs of a merge request."""
        pipelines = self.server.project("GET", f"/merge_requests/{request}/pipelines")
        return int(next(one["id"] for one in pipelines if one["status"] != "skipped"))

    def traces(self, pipeline: int) -> str:
        """Return the logs of a pipeline's failed jobs, for the message of a failed test."""
        statuses = self.server.statuses(pipeline)
        failed = [name for name, status in statuses.items() if status == "failed"]
        return "\n".join(f"{name}:\n{self.server.trace(pipeline, name)}" for name in failed)

    def report(self, pipeline: int, job: str, kind: str) -> str:
        """Return a report that a job left for GitLab."""
        forge = self.server.forge
        found = forge.state.pipelines[pipeline]
        ran = next(one for one in found.jobs if one.spec.name == job)
        folder = forge.jobs.artifacts(found, ran) / "reports" / kind
        (file,) = (path for path in folder.rglob("*") if path.is_file())
        return file.read_text()


@contextmanager
def project(folder: Path, trained: Tree) -> Iterator[Project]:
    """Serve, and run a forge; nothing has been pushed to it yet."""
    stage = Stage(folder)
    stage.settle(trained)
    with (
        Processes(folder / "logs") as processes,
        running_forge(
            folder,
            variables=stage.variables(),
            runner=stage.environment(),
            settings=SETTINGS,
        ) as server,
    ):
        stage.serve(processes)
        yield Project(stage, server)
