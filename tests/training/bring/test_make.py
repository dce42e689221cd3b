"""`make task` and `make send` hand on what they are given, whatever a column is called."""

import re
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


def test_a_misspelt_variable_is_refused() -> None:
    """Its verb would do something else without it."""
    done = subprocess.run(
        ["make", "help", "TARGT=left"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode and "TARGT: no verb has this variable" in done.stderr
    assert " TARGET " in done.stderr


def test_each_variable_that_a_verb_reads_may_be_given() -> None:
    """A new one is refused until it is among those that are known."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    own = set(re.findall(r"^([A-Z]+) :=", makefile, re.MULTILINE))
    read = set(re.findall(r"\$\(([A-Z]+)\)", makefile)) - own - {"MAKE", "CURDIR", "PATH"}
    typed = [f"{name}=x" for name in sorted(read - {"VENV"})]
    done = subprocess.run(["make", "help", *typed], cwd=ROOT, capture_output=True, check=False)
    assert len(read) > 15 and not done.returncode


def test_gaps_may_begin_with_a_dash() -> None:
    """They are no option then."""
    assert request(["--target", "left", "--gaps=-,?"]).gaps == ("-", "?")
    assert request(["--target", "left", "--gaps="]).gaps == GAPS
