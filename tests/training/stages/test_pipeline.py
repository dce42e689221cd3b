"""The DVC pipeline as a new user meets it: a clone, an empty remote, no feedback."""

import json

from perennial.bundle import load
from tests.trees import TOY, Tree
from training.task.files import digest_file, lock_file

LOCK = str(lock_file(TOY))


def test_a_fresh_clone_trains_a_bundle(trained_tree: Tree) -> None:
    """It names the commit, and DVC's own hash of the prepared rows, and has a reference."""
    bundle = load(trained_tree.root / "artifacts" / TOY / "bundle")
    head = (trained_tree.root / ".git" / "HEAD").read_text().split()[-1]
    assert bundle.manifest.commit == (trained_tree.root / ".git" / head).read_text().strip()
    assert bundle.manifest.data_version.endswith(".dir")
    assert bundle.manifest.data_version in (trained_tree.root / LOCK).read_text()
    assert bundle.reference.accuracy is not None and bundle.reference.accuracy > 0.9


def test_a_second_run_does_nothing(trained_tree: Tree) -> None:
    """Every stage is skipped, though another Python has left bytecode beside the code meanwhile."""
    bytecode = trained_tree.root / "training" / "models" / "__pycache__"
    bytecode.mkdir(exist_ok=True)
    (bytecode / "any.cpython-399.pyc").write_bytes(b"later")
    lock = (trained_tree.root / LOCK).read_bytes()
    out = trained_tree.dvc("repro", "--all-pipelines")
    assert "Data and pipelines are up to date." in out and "Running stage" not in out
    assert (trained_tree.root / LOCK).read_bytes() == lock


def test_git_sees_the_lock_and_the_bundles_digest_alone(trained_tree: Tree) -> None:
    """Artifacts, caches and remotes are ignored; what a commit needs are these two."""
    digest = str(digest_file(TOY))
    assert trained_tree.git("status", "--porcelain").split() == ["??", digest, "??", LOCK]
    bundle = trained_tree.root / "artifacts" / TOY / "bundle"
    text = f"{load(bundle).digest}  {bundle.relative_to(trained_tree.root)}/manifest.json\n"
    assert (trained_tree.root / digest).read_text() == text


def test_dvc_shows_metrics_and_plots(trained_tree: Tree) -> None:
    """Scores with their sample sizes, the curves and the confusion matrix are DVC's too."""
    shown = json.loads(trained_tree.dvc("metrics", "show", "--json"))
    metrics = shown[""]["data"][f"artifacts/{TOY}/metrics/metrics.json"]["data"]
    assert metrics["base"]["accuracy"] > 0.9 and metrics["base"]["rows"] > 0
    assert metrics["training_seconds"] > 0
    plots = json.loads(trained_tree.dvc("plots", "show", "--json"))["data"]
    assert "accuracy per epoch" in plots and "loss per epoch" in plots
    assert any(name.endswith("confusion.csv") for name in plots)


def test_the_default_remote_is_a_local_folder(trained_tree: Tree) -> None:
    """A push needs no account: it goes to var/dvc-remote of the repository."""
    trained_tree.dvc("push", "--quiet")
    assert any((trained_tree.root / "var" / "dvc-remote").rglob("*.dir"))
