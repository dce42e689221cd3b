"""A bundle is compared with the digest in git in one way, with one message for each cause."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.workspace import ROOT
from training.dvc.digest import check_here
from training.errors import RemoteRefused
from training.task.files import digest_file

FILE = str(digest_file("news"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a bundle and its digest."""
    bundle = tmp_path / "artifacts" / "news" / "bundle"
    bundle.mkdir(parents=True)
    (bundle / "manifest.json").write_text("news")
    digest = hashlib.sha256(b"news").hexdigest()
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text(f"{digest}  artifacts/news/bundle/manifest.json\n")
    return tmp_path


def test_the_bundle_that_git_names_passes_without_any_package(checkout: Path) -> None:
    """As on the runner that deploys, which installs none."""
    command = [sys.executable, "-S", "-m", "training.dvc.digest", "news"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_file_that_names_another_path_does_not_choose_what_is_compared(checkout: Path) -> None:
    """`sha256sum --check` would compare the path in the file."""
    (checkout / "other").write_text("harmless")
    digest = hashlib.sha256(b"harmless").hexdigest()
    (checkout / FILE).write_text(f"{digest}  other\n")
    by_path = ["sha256sum", "--quiet", "--check", FILE]
    assert subprocess.run(by_path, cwd=checkout).returncode == 0
    with pytest.raises(RemoteRefused, match=f"its digest is .*, {FILE} names {digest[:12]}"):
        check_here("news", checkout)


@pytest.mark.parametrize("text", ["", "\n", "abc  x\n", f"{'g' * 64}  x\n", f"{'a' * 65}  x\n"])
def test_a_file_without_a_digest_is_named(text: str, checkout: Path) -> None:
    """An empty one is not as good as none."""
    (checkout / FILE).write_text(text)
    with pytest.raises(RemoteRefused, match=f"{FILE}: got .*, expected 64 hexadecimal digits"):
        check_here("news", checkout)


def test_what_is_not_there_is_named(checkout: Path) -> None:
    """Either file."""
    manifest = checkout / "artifacts" / "news" / "bundle" / "manifest.json"
    manifest.unlink()
    with pytest.raises(RemoteRefused, match="manifest.json: not there, expected the bundle"):
        check_here("news", checkout)
    (checkout / FILE).unlink()
    with pytest.raises(RemoteRefused, match=f"{FILE}: not there; run 'dvc repro -P'"):
        check_here("news", checkout)
