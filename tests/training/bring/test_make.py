"""`make task` and `make send` hand on what they are given, whatever a column is called."""

import subprocess
from pathlib import Path

import pytest

from tests.docs.environment import ROOT
from training.bring.__main__ import request
from training.bring.gaps import GAPS


@pytest.mark.parametrize("verb", ["task", "send"])
@pytest.mark.parametrize(
    "name", ["price ($)", "$HOME", "$(shell id)", "`id`", "it's 5\" # 7", "a\\b"]
)
def test_a_columns_name_arrives_as_it_is(tmp_path: Path, verb: str, name: str) -> None:
    """Neither make nor the shell reads anything into it."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    python.chmod(0o755)
    done = subprocess.run(
        ["make", "--old-file=install", verb, f"TARGET={name}", f"VENV={tmp_path}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    arguments = done.stdout.splitlines()
    assert arguments[arguments.index("--target") + 1] == name


def test_gaps_may_begin_with_a_dash() -> None:
    """They are no option then."""
    assert request(["--target", "left", "--gaps=-,?"]).gaps == ("-", "?")
    assert request(["--target", "left", "--gaps="]).gaps == GAPS
