"""What every deploy target promises: the contract in deploy/README.md."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.processes import free_port

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
VERBS = ("deploy", "verify", "rollback")
TARGETS = sorted(
    folder.name for folder in DEPLOY.iterdir() if any((folder / verb).exists() for verb in VERBS)
)
WRONG = [(verb, given) for verb in VERBS for given in ((), ("one", "two"), ("--unknown",))]
WRONG += [(verb, ("",)) for verb in ("deploy", "rollback")]  # a variable that is not set

every_target = pytest.mark.parametrize("target", TARGETS)
every_verb = pytest.mark.parametrize("verb", VERBS)


def _call(
    target: str, verb: str, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [str(DEPLOY / target / verb), *arguments]
    return subprocess.run(
        command, env={"PATH": path, **variables}, capture_output=True, text=True, timeout=60
    )


def test_both_targets_are_found() -> None:
    """The default target of the pipeline is one of those that the contract is held against."""
    assert {"compose", "local"} <= set(TARGETS)


@every_target
@every_verb
def test_a_verb_is_an_executable_that_says_what_it_does(target: str, verb: str) -> None:
    """A script begins with its interpreter and a sentence that shows its arguments."""
    file = DEPLOY / target / verb
    assert os.access(file, os.X_OK)
    first, second = file.read_text(encoding="utf-8").splitlines()[:2]
    assert first.startswith("#!")
    assert second.startswith("# ") and second.endswith(f": {verb} BUNDLE_DIRECTORY")


@every_target
@every_verb
def test_help_needs_no_settings(target: str, verb: str) -> None:
    """The usage goes to stdout, in an environment without any setting."""
    done = _call(target, verb, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ") and done.stderr == ""


@every_target
@pytest.mark.parametrize(("verb", "arguments"), WRONG)
def test_wrong_arguments_are_refused(target: str, verb: str, arguments: tuple[str, ...]) -> None:
    """No bundle, several, or an unknown option: the usage on stderr, and nothing is done."""
    done = _call(target, verb, *arguments, PERENNIAL_URL="http://127.0.0.1:9")
    assert done.returncode == 2
    assert "usage: " in done.stderr and done.stdout == ""


@every_target
def test_verify_asks_the_address_it_is_given(target: str, tmp_path: Path) -> None:
    """Where nobody answers, it fails within the time given, in one sentence."""
    self_test = {"instance": [[0.0]], "answer": {"label": "0"}, "tolerance": 1e-4}
    (tmp_path / "manifest.json").write_text(json.dumps({"self_test": self_test}), encoding="utf-8")
    url = f"http://127.0.0.1:{free_port()}"
    done = _call(target, "verify", str(tmp_path), "--seconds", "0", PERENNIAL_URL=url)
    assert done.returncode == 1
    assert done.stderr.startswith("not serving after 0 s: ") and done.stderr.count("\n") == 1
