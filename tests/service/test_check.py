"""The check of a bundle before it is deployed."""

import json
from pathlib import Path

import onnx
import pytest

from perennial.bundle import MANIFEST, MODEL
from perennial.bundle.contents import sha256
from service import check
from tests import bundles
from tests.service import fakes


def test_a_sound_bundle_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says which task and version the service would serve."""
    folder = tmp_path / "bundle"
    bundles.make_bundle(folder)
    assert check.main([str(folder)]) == 0
    assert "the service would accept it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [("1000000", 1, "model.onnx: ended its trial"), ("few", 2, "PERENNIAL_TRIAL_BYTES: got 'few'")],
)
def test_the_limits_of_the_trial_are_those_that_are_set(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    value: str,
    code: int,
    said: str,
) -> None:
    """A service with more memory takes a larger model, and so must the pipeline's check."""
    monkeypatch.setenv("PERENNIAL_TRIAL_BYTES", value)
    bundles.make_bundle(tmp_path / "bundle")
    assert check.main([str(tmp_path / "bundle")]) == code
    assert said in capsys.readouterr().err


def test_a_damaged_bundle_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the file at fault."""
    folder = tmp_path / "bundle"
    bundles.make_bundle(folder)
    (folder / MODEL).write_bytes(b"damaged")
    assert check.main([str(folder)]) == 1
    assert MODEL in capsys.readouterr().err


def test_a_model_that_takes_one_row_at_a_time_is_refused_as_the_service_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The service predicts waiting rows at once, so it could not serve such a model."""
    folder = tmp_path / "bundles" / "one"
    bundles.make_bundle(folder)
    _fix_batch(folder, rows=1)
    assert check.main([str(folder)]) == 1
    assert "model.onnx: cannot predict 64 rows at once" in capsys.readouterr().err
    bundles.production(folder.parent, folder)
    with fakes.running(fakes.settings(tmp_path)) as service:
        assert service.client.get("/ready").json()["bundle"] is False
        assert service.metric("model_bundle_rejected_total", reason="model") == 1


def _fix_batch(folder: Path, rows: int) -> None:
    """Give the model of a bundle a fixed number of rows."""
    model = onnx.load(str(folder / MODEL))
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = rows
    onnx.save(model, str(folder / MODEL))
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"][MODEL] = sha256(folder / MODEL)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_a_folder_without_a_bundle_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where nothing was pulled."""
    assert check.main([str(tmp_path)]) == 1
    assert "manifest.json" in capsys.readouterr().err
