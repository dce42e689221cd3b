"""The DVC pipeline as a new user meets it: a clone, an empty remote, no feedback."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from perennial.bundle import load
from training.tasks import TASKS


class Clone:
    """A repository of its own with this tree's files, whose model is the quick one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
        for name in filter(None, names.split("\0")):
            if Path(name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(name, root / name)
        (root / "dvc.lock").unlink(missing_ok=True)
        parameters = root / "params.yaml"
        parameters.write_text(parameters.read_text().replace("model: cnn", "model: linear"))
        self.git("init", "--quiet")
        self.git("add", "--all")
        self.git("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", "Start")

    def git(self, *arguments: str) -> None:
        """Run git here."""
        subprocess.run(["git", *arguments], cwd=self.root, check=True)

    def dvc(self, *arguments: str) -> str:
        """Run DVC here and return its output."""
        environment = {**os.environ, "DVC_NO_ANALYTICS": "1"}
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        done = subprocess.run(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """A clone after its first `dvc repro`."""
    clone = Clone(tmp_path_factory.mktemp("clone"))
    clone.dvc("repro")
    yield clone


@pytest.mark.parametrize("task", TASKS)
def test_a_fresh_clone_trains_a_bundle(trained: Clone, task: str) -> None:
    """It names the commit, and DVC's own hash of the prepared rows, and has a reference."""
    bundle = load(trained.root / "artifacts" / task / "bundle")
    head = (trained.root / ".git" / "HEAD").read_text().split()[-1]
    assert bundle.manifest.commit == (trained.root / ".git" / head).read_text().strip()
    assert bundle.manifest.data_version.endswith(".dir")
    assert bundle.manifest.data_version in (trained.root / "dvc.lock").read_text()
    assert bundle.reference.accuracy > 0.9


def test_a_second_run_does_nothing(trained: Clone) -> None:
    """Every stage is skipped, though another Python has left bytecode beside the code meanwhile."""
    bytecode = trained.root / "training" / "models" / "__pycache__"
    bytecode.mkdir(exist_ok=True)
    (bytecode / "cnn.cpython-399.pyc").write_bytes(b"later")
    lock = (trained.root / "dvc.lock").read_bytes()
    out = trained.dvc("repro")
    assert "Data and pipelines are up to date." in out and "Running stage" not in out
    assert (trained.root / "dvc.lock").read_bytes() == lock


def test_git_sees_the_lock_and_nothing_else(trained: Clone) -> None:
    """Artifacts, caches and remotes are ignored; what a commit needs is dvc.lock."""
    status = ["git", "status", "--porcelain"]
    found = subprocess.run(status, cwd=trained.root, check=True, capture_output=True, text=True)
    assert found.stdout.split() == ["??", "dvc.lock"]


@pytest.mark.parametrize("task", TASKS)
def test_dvc_shows_metrics_and_plots(trained: Clone, task: str) -> None:
    """Scores with their sample sizes, the curves and the confusion matrix are DVC's too."""
    shown = json.loads(trained.dvc("metrics", "show", "--json"))
    metrics = shown[""]["data"][f"artifacts/{task}/metrics/metrics.json"]["data"]
    assert metrics["base"]["accuracy"] > 0.9 and metrics["base"]["rows"] > 0
    assert metrics["training_seconds"] > 0
    plots = json.loads(trained.dvc("plots", "show", "--json"))["data"]
    assert "accuracy per epoch" in plots and "loss per epoch" in plots
    assert any(name.endswith("confusion.csv") for name in plots)


def test_the_default_remote_is_a_local_folder(trained: Clone) -> None:
    """A push needs no account: it goes to var/dvc-remote of the repository."""
    trained.dvc("push", "--quiet")
    assert any((trained.root / "var" / "dvc-remote").rglob("*.dir"))
