"""A fork's kinds: two files dropped into a tree, and nothing else changed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo.workspace import ROOT, copy_tree

TOYS = Path(__file__).with_name("toys")


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this tree with a kind of input and a kind of output of its own."""
    root = tmp_path_factory.mktemp("fork") / "tree"
    copy_tree(ROOT, root)
    shutil.copy(TOYS / "bits.py", root / "perennial" / "kinds" / "inputs")
    shutil.copy(TOYS / "amount.py", root / "perennial" / "kinds" / "outputs")
    return root


def python(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a tree."""
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)


def test_kinds_of_a_fork_are_served_watched_and_held_to_the_contract(
    fork: Path, tmp_path: Path
) -> None:
    """From bundle and predictor to /predict, /feedback, signals, store and documentation."""
    done = python(fork, "-m", "tests.perennial.kinds.toys.through", str(tmp_path))
    assert done.returncode == 0, done.stderr


def test_labels_of_a_forks_kind_are_read_stored_and_counted(
    fork: Path, url: str, tmp_path: Path
) -> None:
    """As numbers or texts, on both databases, by the loss that the kind gives them."""
    done = python(fork, "-m", "tests.perennial.kinds.toys.serving", str(tmp_path), url)
    assert done.returncode == 0, done.stderr


def test_a_forks_kind_raises_the_alerts_of_loss_and_drift(fork: Path, tmp_path: Path) -> None:
    """A real Prometheus with the committed rules, no other alert, and a report with the loss."""
    done = python(fork, "-m", "tests.perennial.kinds.toys.watched", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^Mean loss: 20 on \d+ labels, accepted with 0.5: above", done.stdout, re.M)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A = 1\n", "got None, expected the class of the kind"),
        ("from perennial.kinds.inputs.text import KIND\n", "got 'text', expected none of"),
    ],
)
def test_a_file_that_is_no_kind_of_its_own_is_named(fork: Path, text: str, problem: str) -> None:
    """A file without a kind, or with one that is there already, stops what imports the kinds."""
    file = fork / "perennial" / "kinds" / "inputs" / "zebra.py"
    file.write_text(text)
    done = python(fork, "-c", "import perennial.kinds.known")
    file.unlink()
    assert done.returncode == 1
    assert f"perennial.kinds.inputs.zebra.KIND: {problem}" in done.stderr


def test_the_service_needs_no_arrow() -> None:
    """Kinds import pyarrow only where rows travel, which is not in the service."""
    code = "import sys, service.app; assert 'pyarrow' not in sys.modules"
    assert python(ROOT, "-c", code).returncode == 0
