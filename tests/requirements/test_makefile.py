"""The Makefile hands on what it is given, and nobody reads anything into it."""

import subprocess
from pathlib import Path

import pytest

from demo.workspace import ROOT

SHELL = ("training; touch pwned", "$(shell touch pwned)", "`touch pwned`", "$$(touch pwned)")


def _make(lock: str, makefile: str, folder: Path) -> str:
    """Run the verb `install` of a Makefile; return which lock the installer is given."""
    (folder / "requirements").mkdir(exist_ok=True)
    program = folder / "requirements" / "install.sh"
    program.write_text('#!/bin/sh\nprintf %s "$2"\n')
    program.chmod(0o755)
    (folder / "Makefile").write_text(makefile)
    command = ["make", "--no-print-directory", "install", f"LOCK={lock}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout


@pytest.mark.parametrize("lock", SHELL)
def test_make_hands_on_a_lock_as_it_was_given(lock: str, tmp_path: Path) -> None:
    """Neither make nor its shell runs what it says."""
    assert _make(lock, (ROOT / "Makefile").read_text(), tmp_path) == lock
    assert not (tmp_path / "pwned").exists()


def test_a_makefile_without_quotes_would_run_it(tmp_path: Path) -> None:
    """So it is the quoting that keeps the shell out."""
    text = (ROOT / "Makefile").read_text()
    assert _make(SHELL[0], text.replace('"$$LOCK"', "$(LOCK)"), tmp_path) == "training"
    assert (tmp_path / "pwned").exists()
