"""The locks: every package by its checksum, from anywhere, in the versions that are tested."""

import re
from pathlib import Path

import pytest

from demo.workspace import ROOT

FOLDER = ROOT / "requirements"
LOCKS = sorted(path for path in FOLDER.glob("*.txt") if not path.name.startswith("debian"))
# These have environments of their own, in which the tests do not run, or are weights.
APART = {"gdrive", "peers", "trackers", "encoder"}


def _pins(path: Path) -> set[tuple[str, str]]:
    return set(re.findall(r"^([\w.-]+)(?:\[.*\])?==([^\s;]+)", path.read_text("utf-8"), re.M))


def test_every_lock_is_compiled() -> None:
    """`make lock` writes each lock that is there, and no other."""
    script = (FOLDER / "compile.sh").read_text("utf-8")
    assert set(re.findall(r"^compile ([\w-]+) ", script, re.M)) == {path.stem for path in LOCKS}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_names_no_host(path: Path) -> None:
    """Packages come from the index that a machine is set up with, and are known by checksum."""
    text = path.read_text("utf-8")
    assert "://" not in text and text.count("--hash=sha256:") >= len(_pins(path)) > 0


@pytest.mark.parametrize(
    "path",
    [path for path in LOCKS if path.stem not in APART | {"training-gpu"}],
    ids=lambda p: p.stem,
)
def test_what_is_installed_is_what_is_tested(path: Path) -> None:
    """Every version of a lock is the dev lock's, with which the tests run."""
    assert _pins(path) <= _pins(FOLDER / "dev.txt")
