"""Where limits change, a task's rows are replayed with those of main and with the new ones."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from demo.workspace import ROOT
from tests.ci.pipeline_files import read

LIMITS = "training/tasks/bikes/limits.yaml"
OUT = Path("artifacts", "bikes", "backtest")
# Stands for Python: a replay says which limits and which rows it found; rows of bikes have times.
PYTHON = f"""#!/bin/sh
case "$*" in
    *"timed bikes") echo bikes ;;
    *"-m backtest --task bikes --policies as shipped --out "*)
        for out; do :; done
        mkdir -p "$out" && cat {LIMITS} data/bikes/rows >"$out/backtest.json" ;;
esac
"""


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@localhost", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a clone in which the limits differ from main's; git does not have the rows."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(PYTHON)
    python.chmod(0o755)
    checkout = tmp_path / "checkout"
    (checkout / LIMITS).parent.mkdir(parents=True)
    (checkout / "data" / "bikes").mkdir(parents=True)
    _git(checkout, "init", "--quiet", "--initial-branch=main")
    (checkout / "data" / "bikes" / ".gitignore").write_text("/rows\n")
    for limits in ("old", "new"):
        (checkout / LIMITS).write_text(f'["{limits}", ')
        _git(checkout, "add", "--all")
        _git(checkout, "commit", "--quiet", "-m", limits)
    (checkout / "data" / "bikes" / "rows").write_text('"rows"]')
    return checkout


def _backtest(checkout: Path, task: str) -> int:
    env = {"PATH": f"{checkout.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    command = [str(ROOT / "ci" / "backtest"), task, "HEAD~1"]
    return subprocess.run(command, cwd=checkout, env=env).returncode


def test_main_is_replayed_with_its_own_limits_on_the_same_rows(checkout: Path) -> None:
    """The report finds both, and nothing stays behind."""
    assert _backtest(checkout, "bikes") == 0
    for name, limits in (("main", "old"), ("here", "new")):
        assert json.loads((checkout / OUT / f"{name}.json").read_text()) == [limits, "rows"]
    assert len(_git(checkout, "worktree", "list").splitlines()) == 1


def test_rows_without_a_time_are_not_replayed_and_the_report_says_so(checkout: Path) -> None:
    """A rate that nobody chose would make another traffic of them."""
    assert _backtest(checkout, "digits") == 0
    folder = checkout / "artifacts" / "digits" / "backtest"
    assert [file.name for file in folder.iterdir()] == ["here.json"]
    said = json.loads((folder / "here.json").read_text())["sentence"]
    assert said.startswith("The rows of digits have no time")


def test_one_task_that_cannot_be_replayed_holds_back_no_other(checkout: Path) -> None:
    """The rows of adult are not here. The job fails; the report has the figures of the others."""
    jobs = read(ROOT / "ci" / "merge-request.yml")[-1]
    (checkout / "ci").symlink_to(ROOT / "ci")
    python = checkout.parent / "bin" / "python"
    python.write_text(PYTHON.replace('*"timed bikes")', '*"timed bikes" | *"timed adult")'))
    base = _git(checkout, "rev-parse", "HEAD~1").strip()
    env = {
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "TASKS": "adult bikes",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
    }
    script = "\n".join(["set -e", *jobs["backtest"]["script"]])
    done = subprocess.run(
        ["bash", "-c", script], cwd=checkout, env=env, capture_output=True, text=True
    )
    assert done.returncode == 1 and "not replayed: adult" in done.stdout
    assert (checkout / OUT / "main.json").exists() and (checkout / OUT / "here.json").exists()


def test_rows_that_cannot_be_replayed_are_said_in_the_report(checkout: Path) -> None:
    """The reason stands there, as for rows without a time; it is no failure of the limits."""
    python, refused = checkout.parent / "bin" / "python", 'BadHistory: rows: got "2500"'
    said = f"        echo '{refused}, expected 3,000' >&2; exit 2\n        mkdir"
    python.write_text(PYTHON.replace("        mkdir", said))
    assert _backtest(checkout, "bikes") == 0
    folder = checkout / OUT
    assert [file.name for file in folder.iterdir()] == ["here.json"]
    assert json.loads((folder / "here.json").read_text())["sentence"] == (
        'What these limits do was not replayed: rows: got "2500", expected 3,000.'
    )


def test_a_replay_that_fails_is_said_in_the_report(checkout: Path) -> None:
    """Main's figures alone would look like a comparison; the job fails all the same."""
    python = checkout.parent / "bin" / "python"
    python.write_text(
        PYTHON.replace("        mkdir", f"        grep -q old {LIMITS} || exit 1\n        mkdir")
    )
    assert _backtest(checkout, "bikes") == 1
    folder = checkout / OUT
    assert [file.name for file in folder.iterdir()] == ["here.json"]
    said = json.loads((folder / "here.json").read_text())["sentence"]
    assert said == "The replay of these limits failed: the log of the job `backtest` says why."
