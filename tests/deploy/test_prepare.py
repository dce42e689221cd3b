"""`deploy/compose/prepare` says that the stack is ready only if its keys are."""

import os
import subprocess
from pathlib import Path

import pytest

from perennial.http import key_file
from service import keys as command

ROOT = Path(__file__).parents[2]


def prepare(folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run it with both folders inside of one."""
    ours = {"PERENNIAL_BUNDLES": str(folder / "bundles"), "STACK_SECRETS": str(folder / "secrets")}
    script = ROOT / "deploy" / "compose" / "prepare"
    environment = {"PATH": os.environ["PATH"], **ours, **more}
    return subprocess.run([script], env=environment, capture_output=True, text=True)


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """The folder of secrets after a first run, with both of GitLab's tokens."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("relay_trigger_token", "relay_read_token"):
        (secrets / name).write_text("glptt-x")
    done = prepare(tmp_path)
    assert done.returncode == 0 and done.stdout.endswith("are ready\n"), done.stderr
    return secrets


def test_it_may_be_run_again(prepared: Path) -> None:
    """What is there stays: a client's key too, and a line that a person wrote."""
    keys = prepared / "service" / "keys"
    command.main(["--file", str(keys), "add", "shop", "--role", "predict"])
    keys.write_text(f"# ours\n\n{keys.read_text()}")
    before = keys.read_text()
    assert prepare(prepared.parent).returncode == 0 and keys.read_text() == before
    assert {entry.key.name for entry in key_file.read(keys)} == {"prometheus", "verify", "shop"}


@pytest.mark.parametrize(
    ("line", "number"), [("verify predict 12ab -", 4), ("shop predict", 4), ("<<<<<<< HEAD", 4)]
)
def test_a_broken_file_of_keys_is_named(prepared: Path, line: str, number: int) -> None:
    """With the line, as the service would refuse it."""
    keys = prepared / "service" / "keys"
    keys.write_text(f"# ours\n{keys.read_text()}{line}\n")
    done = prepare(prepared.parent)
    assert done.returncode == 1 and "ready" not in done.stdout
    assert f"{keys}: line {number} is no key" in done.stderr


@pytest.mark.parametrize("name", ["prometheus", "verify"])
def test_a_key_that_the_file_does_not_have_is_named(prepared: Path, name: str) -> None:
    """As with a file from before the stack needed this key; what it says to do mends it."""
    keys = prepared / "service" / "keys"
    assert command.main(["--file", str(keys), "revoke", name]) == 0
    done = prepare(prepared.parent)
    assert done.returncode == 1 and "ready" not in done.stdout
    assert f"service_{name}_key: not a valid key of {name} with the role" in done.stderr
    (mend,) = [line for line in done.stderr.splitlines() if line.startswith("  rm -f ")]
    subprocess.run(mend, shell=True, check=True, cwd=ROOT)
    assert prepare(prepared.parent).returncode == 0


def test_a_key_that_ended_is_named(prepared: Path) -> None:
    """The stack would run without metrics."""
    keys = prepared / "service" / "keys"
    rotate = ["--file", str(keys), "rotate", "prometheus", "--overlap-hours"]
    assert command.main([*rotate, "1"]) == 0 and prepare(prepared.parent).returncode == 0
    assert command.main([*rotate, "0"]) == 0
    assert "service_prometheus_key: not a valid key" in prepare(prepared.parent).stderr


def test_images_that_are_not_pinned_are_named(prepared: Path) -> None:
    """A tag may be moved; the stack is ready nevertheless."""
    assert (
        "by a tag, which can be moved to another image: POSTGRES_IMAGE"
        in prepare(prepared.parent).stderr
    )
    names = ["POSTGRES_IMAGE", "PROMETHEUS_IMAGE", "ALERTMANAGER_IMAGE", "GRAFANA_IMAGE"]
    pinned = {name: f"image@sha256:{'1' * 64}" for name in names}
    done = prepare(prepared.parent, **pinned)
    assert done.returncode == 0
    assert done.stderr.startswith("by a tag, which can be moved to another image: BASE_IMAGE;")
    assert prepare(prepared.parent, **pinned, BASE_IMAGE=pinned["GRAFANA_IMAGE"]).stderr == ""
