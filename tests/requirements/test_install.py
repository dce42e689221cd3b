"""Every verb installs what it needs, or says exactly what a person has to install."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from demo.workspace import ROOT

NEEDED = ("sh", "dirname", "id", "tr", "cat", "ls", "cut", "sha256sum", "awk")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with a shell's tools and nothing else, for a user who is not root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    (folder / "id").unlink()
    (folder / "id").write_text("#!/bin/sh\necho 1000\n")
    (folder / "id").chmod(0o755)
    return folder


def _install(bare: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [str(bare / "sh"), str(ROOT / "requirements" / "install.sh"), *arguments]
    env = {"PATH": str(bare), **more}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


def test_without_root_the_missing_programs_and_their_packages_are_named(bare: Path) -> None:
    """The line to type is there, word for word."""
    result = _install(bare, "programs")
    assert result.returncode == 1
    assert "missing programs: git prometheus promtool rsync alertmanager" in result.stderr
    packages = (ROOT / "requirements" / "debian.txt").read_text().split()
    assert f"sudo apt-get install {' '.join(packages)}" in result.stderr


def test_the_demo_brings_no_server_that_only_tests_need() -> None:
    """Nobody who looks at the demo gets an SSH server or a database with it."""
    folder = ROOT / "requirements"
    shown = (folder / "debian.txt").read_text().split()
    assert not set(shown) & set((folder / "debian-test.txt").read_text().split())
    assert "openssh-server" not in shown and "postgresql" not in shown


def test_a_python_that_is_too_old_is_refused_with_its_version(bare: Path, tmp_path: Path) -> None:
    """The message names what was found, what is expected, and the variable that chooses."""
    old = bare / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.1\nexit 1\n')
    old.chmod(0o755)
    result = _install(bare, "python", "dev", VENV=str(tmp_path / "venv"))
    assert result.returncode == 1
    assert "Python 3.9.1 found, expected 3.11 to 3.13; set PYTHON=" in result.stderr


def test_an_environment_of_the_same_lock_is_left_alone(bare: Path, tmp_path: Path) -> None:
    """The dev lock covers every other one, so a ready environment costs a job nothing."""
    lock = (ROOT / "requirements" / "dev.txt").read_bytes()
    (tmp_path / ".installed-dev").write_text(f"{hashlib.sha256(lock).hexdigest()}  -\n")
    result = _install(bare, "python", "training", VENV=str(tmp_path))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["gdrive", "peers"])
def test_what_breaks_the_others_has_an_environment_of_its_own(
    name: str, bare: Path, tmp_path: Path
) -> None:
    """The dev lock does not cover it; it stands beside, and is left alone once it is there."""
    dev = (ROOT / "requirements" / "dev.txt").read_bytes()
    lock = (ROOT / "requirements" / f"{name}.txt").read_bytes()
    venv, beside = tmp_path / "venv", tmp_path / f"venv-{name}"
    for folder, installed, content in ((venv, "dev", dev), (beside, name, lock)):
        folder.mkdir()
        stamp = f"{hashlib.sha256(content).hexdigest()}  -\n"
        (folder / f".installed-{installed}").write_text(stamp)
    assert _install(bare, "python", name, VENV=str(venv)).returncode == 0
    (beside / f".installed-{name}").unlink()
    (bare / "python3").write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.1\nexit 1\n')
    (bare / "python3").chmod(0o755)
    assert "Python 3.9.1 found" in _install(bare, "python", name, VENV=str(venv)).stderr


def test_a_wrong_call_shows_the_usage(bare: Path) -> None:
    """An unknown word is a mistake, not a silent success."""
    result = _install(bare, "everything")
    assert result.returncode == 2 and "usage: install.sh" in result.stderr
