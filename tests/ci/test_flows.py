"""Which jobs of .gitlab-ci.yml run for which event, as gitlab-ci-local evaluates the rules."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.workspace import ROOT, copy_tree

RETRAIN = ["collect", "challenger", "gate", "propose"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with an origin, as a runner has it."""
    tree = tmp_path_factory.mktemp("flows") / "tree"
    copy_tree(ROOT, tree)
    for command in (
        ["git", "clone", "--quiet", "--bare", ".", "../origin.git"],
        ["git", "remote", "add", "origin", "../origin.git"],
        ["git", "fetch", "--quiet", "origin"],
        ["git", "remote", "set-head", "origin", "main"],
        ["git", "switch", "--quiet", "--create", "change"],
    ):
        subprocess.run(command, cwd=tree, check=True)
    return tree


def _commit(tree: Path, *files: str) -> None:
    """Put the branch one commit after main that changes these files."""
    subprocess.run(["git", "reset", "--quiet", "--hard", "origin/main"], cwd=tree, check=True)
    for name in files:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        with (tree / name).open("a") as file:
            file.write("\n")
    subprocess.run(["git", "add", "--all"], cwd=tree, check=True)
    subprocess.run(["git", "commit", "--quiet", "-m", "x", "--allow-empty"], cwd=tree, check=True)


def _jobs(tree: Path, source: str, *arguments: str) -> list[str]:
    """Return the names of the jobs that a pipeline of this source would have."""
    bin_folder = Path(sys.executable).parent
    command = [
        str(ROOT / "node_modules" / ".bin" / "gitlab-ci-local"),
        "--list-csv",
        "--variable",
        f"CI_PIPELINE_SOURCE={source}",
        "--ignore-predefined-vars",
        "CI_PIPELINE_SOURCE",
        *arguments,
    ]
    env = {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}", "HOME": str(tree.parent)}
    result = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return [line.split(";")[0] for line in result.stdout.splitlines() if ";" in line][1:]


def test_a_trigger_retrains(tree: Path) -> None:
    """Collect, train, gate, propose, and nothing else."""
    _commit(tree)
    assert _jobs(tree, "trigger", "--input", "incident=0123456789ab") == RETRAIN


def test_a_push_to_main_deploys(tree: Path) -> None:
    """Deploy, verify, and a rollback that waits for a failure."""
    subprocess.run(["git", "switch", "--quiet", "main"], cwd=tree, check=True)
    jobs = _jobs(tree, "push")
    subprocess.run(["git", "switch", "--quiet", "change"], cwd=tree, check=True)
    assert jobs == ["deploy", "verify", "rollback"]


def test_a_push_to_a_branch_runs_nothing(tree: Path) -> None:
    """Its merge request does."""
    _commit(tree, "training/new.py")
    assert _jobs(tree, "push") == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (["training/new.py"], {"lint", "test", "train", "report"}),
        (["monitoring/new.py"], {"lint", "test"}),
        (["params.yaml"], {"train", "report"}),
        (["dvc.lock", "data/digits/feedback.parquet.dvc"], {"train", "report"}),
        (["docs/runbook.md"], set()),
    ],
)
def test_a_merge_request_runs_what_its_change_can_break(
    tree: Path, changed: list[str], expected: set[str]
) -> None:
    """Code is checked, a model is trained and reported, documentation costs nothing."""
    _commit(tree, *changed)
    assert set(_jobs(tree, "merge_request_event")) == expected


def test_an_incident_that_is_no_identifier_is_refused(tree: Path) -> None:
    """What arrives from outside is checked before a shell sees it."""
    _commit(tree)
    with pytest.raises(AssertionError, match="incident"):
        _jobs(tree, "trigger", "--input", "incident=$(reboot)")
