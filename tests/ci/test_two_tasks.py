"""With two tasks, what changes one trains and reports that one: the jobs' own scripts."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gto import api as gto
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.ci import pipeline_files
from tests.trees import TOY, Tree
from training.task.creation import create
from training.task.files import digest_file, lock_file, params_file

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1200)]

OTHER = "points"


class Jobs:
    """A project with two trained tasks, in a checkout where jobs run their scripts."""

    def __init__(self, folder: Path) -> None:
        self.tree = Tree(folder / "tree")
        self.home = folder
        self.origin = folder / "origin.git"
        create(OTHER, self.tree.root)
        self.tree.dvc("repro", "--all-pipelines")
        self.tree.dvc("push", "--quiet")
        self.main = self.commit("Train both")
        # As a runner's clone has it.
        self.tree.git("update-ref", "refs/remotes/origin/main", self.main)
        self.tree.git("init", "--quiet", "--bare", str(self.origin))
        receives = ("-C", str(self.origin), "config", "receive.advertisePushOptions", "true")
        self.tree.git(*receives)

    def commit(self, message: str) -> str:
        """Commit everything and return the commit."""
        self.tree.git("add", "--all")
        self.tree.git("commit", "--quiet", "--message", message)
        return self.tree.git("rev-parse", "HEAD").strip()

    def run(self, job: str, **variables: str) -> dict[str, str]:
        """Run a job's script and return the variables that it hands on."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {
            "PATH": path,
            "HOME": str(self.home),
            "DVC_NO_ANALYTICS": "1",
            "CI_PROJECT_URL": str(self.origin.with_suffix("")),
            "CI_COMMIT_SHA": self.tree.git("rev-parse", "HEAD").strip(),
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": self.main,
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "change",
            "REPO_TOKEN": "secret",
            **variables,
        }
        body = body_of(job)
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(body["script"])],
            cwd=self.tree.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        dotenv = body.get("artifacts", {}).get("reports", {}).get("dotenv")
        lines = (self.tree.root / dotenv).read_text().splitlines() if dotenv else []
        return dict(line.split("=", 1) for line in lines)

    def put_into_production(self, *tasks: str) -> None:
        """Do what `register` does after a deployment."""
        for task in tasks:
            bundle = self.tree.root / "artifacts" / task / "bundle" / "manifest.json"
            version = f"v{json.loads(bundle.read_text())['version']}"
            root = str(self.tree.root)
            gto.register(root, task, "HEAD", version=version, message="deployed")
            gto.assign(root, task, "production", version=version, message="deployed")


def body_of(job: str) -> dict[str, Any]:
    """Return a job of the pipeline's files."""
    found = (pipeline_files.read(file)[-1] for file in pipeline_files.files())
    body: dict[str, Any] = next(one[job] for one in found if job in one)
    return body


def tasks_of(metrics: Path) -> set[str]:
    """Return the tasks in a file of figures that a strict parser reads."""
    read = text_string_to_metric_families(metrics.read_text())  # type: ignore[no-untyped-call]
    return {sample.labels["task"] for family in read for sample in family.samples}


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    """The project, whose tests build on each other in their order."""
    yield Jobs(tmp_path_factory.mktemp("two"))


def test_main_deploys_both(jobs: Jobs) -> None:
    """Each bundle is fetched and checked, at every push: what serves already is for the target."""
    assert jobs.run("build") == {"TASKS": f"{OTHER} {TOY}"}
    jobs.put_into_production(OTHER, TOY)
    assert jobs.run("build") == {"TASKS": f"{OTHER} {TOY}"}


def test_a_merge_request_of_one_task_trains_and_reports_that_one(jobs: Jobs) -> None:
    """Its lock alone comes back to the branch, and there is one report."""
    tree = jobs.tree
    tree.git("checkout", "--quiet", "-b", "change")
    tree.edit(str(params_file(OTHER)), "inverse_regularisation: 0.1", "inverse_regularisation: 1")
    tree.edit(str(params_file(OTHER)), "version: 1.0.0", "version: 1.1.0")
    tip = jobs.commit("Regularise less")
    tree.git("push", "--quiet", str(jobs.origin), "change")
    plan = jobs.run("validate")
    assert plan == {"TASKS": OTHER, "STALE_TASKS": OTHER}
    pushed = jobs.run("train", **plan)["DVC_LOCK_COMMIT"]
    show = ("show", "--format=%P", "--name-only", pushed)
    assert tree.git(*show).split() == [tip, str(digest_file(OTHER)), str(lock_file(OTHER))]
    jobs.run("report", **plan, DVC_LOCK_COMMIT=pushed)
    reports = [path.parent.name for path in (tree.root / "report").glob("*/report.md")]
    assert reports == [OTHER]
    text = (tree.root / "report" / OTHER / "report.md").read_text()
    assert f"# {OTHER} 1.1.0 against main's 1.0.0" in text and "pushed to the branch" in text
    assert tasks_of(tree.root / "report" / "metrics.txt") == {OTHER}


def test_a_production_tag_concerns_its_own_task(jobs: Jobs) -> None:
    """A tag of a task that is not there, or on what was never merged, is refused by name."""
    with pytest.raises(AssertionError, match="was never merged to origin/main"):
        jobs.run("build", CI_COMMIT_TAG=f"{TOY}#production#2")
    jobs.tree.git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert jobs.run("build", CI_COMMIT_TAG=f"{TOY}#production#2") == {"TASKS": TOY}
    with pytest.raises(AssertionError, match=f"got 'cats', expected one of {OTHER}, {TOY}"):
        jobs.run("build", CI_COMMIT_TAG="cats#production#1")


def test_a_change_of_shared_code_concerns_both(jobs: Jobs) -> None:
    """Both are validated; both were trained with other code."""
    file = jobs.tree.root / "training" / "models" / "linear.py"
    file.write_text(file.read_text() + "# Changed.\n")
    jobs.commit("Change a model's code")
    both = f"{OTHER} {TOY}"
    assert jobs.run("validate") == {"TASKS": both, "STALE_TASKS": both}


def test_documentation_concerns_none(jobs: Jobs) -> None:
    """There is nothing to validate, train or report."""
    jobs.main = jobs.tree.git("rev-parse", "HEAD").strip()
    (jobs.tree.root / "docs" / "note.md").write_text("# A note\n")
    jobs.commit("Write a note")
    assert jobs.run("validate") == {"TASKS": "", "STALE_TASKS": ""}


def test_a_retrain_without_a_task_says_which_there_are(jobs: Jobs) -> None:
    """The first job ends before it does anything."""
    with pytest.raises(AssertionError, match=f"got nothing, expected one of {OTHER}, {TOY}"):
        jobs.run("collect", TASK="", INCIDENT="", INCIDENT_STARTED="")


def test_a_retrain_trains_and_judges_its_own_task(jobs: Jobs) -> None:
    """The other one's lock stays, though it is stale too; the relay finds the verdict."""
    before = (jobs.tree.root / lock_file(TOY)).read_bytes()
    jobs.run("challenger", TASK=OTHER)
    assert (jobs.tree.root / lock_file(TOY)).read_bytes() == before
    assert str(lock_file(OTHER)) in jobs.tree.git("diff", "--name-only").splitlines()
    jobs.run("gate", TASK=OTHER)
    gate = jobs.tree.root / "artifacts" / OTHER / "gate" / "gate.json"
    assert json.loads(gate.read_text())["decision"]["verdict"] == "keep"
    assert (jobs.tree.root / "report" / "report.md").is_file()
