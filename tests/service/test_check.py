"""The check of a bundle before it is deployed."""

from pathlib import Path

import pytest

from perennial.bundle import MODEL
from service import check
from tests import bundles


def test_a_sound_bundle_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says which task and version the service would serve."""
    folder = tmp_path / "bundle"
    bundles.make_bundle(folder)
    assert check.main([str(folder)]) == 0
    assert "the service would accept it" in capsys.readouterr().out


def test_a_damaged_bundle_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the file at fault."""
    folder = tmp_path / "bundle"
    bundles.make_bundle(folder)
    (folder / MODEL).write_bytes(b"damaged")
    assert check.main([str(folder)]) == 1
    assert MODEL in capsys.readouterr().err


def test_a_folder_without_a_bundle_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where nothing was pulled."""
    assert check.main([str(tmp_path)]) == 1
    assert "manifest.json" in capsys.readouterr().err
