"""The verbs of the stack find its folders and addresses where docker compose finds them."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bundles import make_bundle
from perennial.http import key_file
from perennial.http.keys import Key, Keys
from service.keys import main as keys_command
from tests.service import fakes

ROOT = Path(__file__).resolve().parents[2]
TOKENS = ("relay_read_token", "relay_trigger_token")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of which only the verbs are there, with the settings of a stack."""
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    _settings(tmp_path, PERENNIAL_BUNDLES="./bundles", STACK_SECRETS="secrets")
    return tmp_path


def _settings(checkout: Path, **settings: str) -> None:
    lines = [f"{name}={value}\n" for name, value in settings.items()]
    (checkout / ".env").write_text("# of a test\n" + "".join(lines), encoding="utf-8")


def _call(
    checkout: Path, verb: str, *arguments: str, **env: str
) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [str(checkout / "deploy" / "compose" / verb), *arguments]
    return subprocess.run(
        command, env={"PATH": path, **env}, cwd="/", capture_output=True, text=True, timeout=60
    )


def test_what_can_be_made_up_is_made_once(checkout: Path) -> None:
    """A second run keeps every secret, and says which tokens only GitLab can give."""
    first = _call(checkout, "prepare")
    assert first.returncode == 1
    assert "missing: relay_trigger_token relay_read_token" in first.stderr
    made = {path.name: path.read_text() for path in _files(checkout)}
    keys, secrets = made.pop("keys"), set(made.values())
    assert len(secrets) == len(made) == 10
    assert {len(x.removeprefix("perennial_")) for x in secrets} == {64}
    made["service/keys"] = keys
    for name in TOKENS:
        (checkout / "secrets" / name).write_text(f"{name}\n", encoding="utf-8")
    second = _call(checkout, "prepare")
    assert second.returncode == 0, second.stderr
    assert {name: (checkout / "secrets" / name).read_text() for name in made} == made


def _files(checkout: Path) -> list[Path]:
    return [path for path in (checkout / "secrets").rglob("*") if path.is_file()]


def test_prometheus_and_verify_get_keys_with_their_roles(checkout: Path) -> None:
    """Each may do the one thing; `python -m service.keys` adds others to the same file."""
    _call(checkout, "prepare")
    secrets = checkout / "secrets"
    file = secrets / "service" / "keys"
    assert keys_command(["--file", str(file), "add", "shop", "--role", "feedback"]) == 0
    keys = Keys(key_file.read(file))
    assert keys.names == {"prometheus", "verify", "shop"}
    for name, role in (("prometheus", "metrics"), ("verify", "predict")):
        holder = keys.find((secrets / f"service_{name}_key").read_bytes())
        assert holder is not None and holder.key == Key(name, frozenset({role}))
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_secrets_are_readable_in_containers_and_to_nobody_else(checkout: Path) -> None:
    """The folder is closed, the files in it are open: a container has another user's number."""
    _call(checkout, "prepare")
    assert stat.S_IMODE((checkout / "secrets").stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in _files(checkout)}
    assert modes.pop("keys") == 0o644 and set(modes.values()) == {0o444}
    assert stat.S_IMODE((checkout / "secrets" / "service").stat().st_mode) == 0o755
    assert (checkout / "bundles").is_dir()


def test_the_environment_goes_before_the_file(checkout: Path, tmp_path: Path) -> None:
    """A pipeline without a .env names the folder by a variable."""
    bundle = make_bundle(tmp_path / "bundle").path
    elsewhere = tmp_path / "elsewhere"
    done = _call(checkout, "deploy", str(bundle), PERENNIAL_BUNDLES=str(elsewhere))
    assert done.returncode == 0, done.stderr
    assert (elsewhere / "production" / "manifest.json").is_file()
    assert not (checkout / "bundles").exists()


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("deploy", "PERENNIAL_BUNDLES"),
        ("rollback", "PERENNIAL_BUNDLES"),
        ("verify", "SERVICE_LISTEN"),
        ("prepare", "PERENNIAL_BUNDLES"),
    ],
)
def test_a_missing_setting_is_named(checkout: Path, verb: str, name: str) -> None:
    """No folder is made up and no address guessed."""
    (checkout / ".env").unlink()
    done = _call(checkout, verb, "bundle")
    assert done.returncode != 0
    assert done.stderr.startswith(f"{name}: not set, expected in the environment or in {checkout}")


def test_a_bundle_is_deployed_verified_and_rolled_back(checkout: Path, tmp_path: Path) -> None:
    """A service that reads the stack's folder swaps at a deploy, and back at a rollback."""
    first = make_bundle(tmp_path / "first").path
    second = make_bundle(tmp_path / "second", version="1.1.0").path
    _call(checkout, "prepare")
    keys = checkout / "secrets" / "service" / "keys"
    folders = {"PERENNIAL_BUNDLES": "./bundles", "STACK_SECRETS": "./secrets"}
    chosen = fakes.settings(tmp_path, bundles=str(checkout / "bundles"), keys_file=keys)
    with fakes.running(chosen) as running:
        address = str(running.client.base_url).removeprefix("http://")
        _settings(checkout, SERVICE_LISTEN=address, **folders)
        for verb, bundle, serving in [
            ("deploy", first, first),
            ("deploy", second, second),
            ("rollback", second, first),
        ]:
            done = _call(checkout, verb, str(bundle))
            assert done.returncode == 0, done.stderr
            found = _call(checkout, "verify", str(serving), "--seconds", "10")
            assert found.returncode == 0, found.stderr
