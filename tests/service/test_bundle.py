"""What a bundle must be to serve."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service import bundle, signals
from service.errors import BundleRejected
from tests import bundles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good bundle's folder."""
    return bundles.make_bundle(tmp_path / "good").path


def rewrite(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON file of a bundle in place."""
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def refusal(path: Path) -> BundleRejected:
    """Load a bundle that must be refused and return why it was."""
    with pytest.raises(BundleRejected) as caught:
        bundle.load(path)
    return caught.value


def test_a_good_bundle_loads(folder: Path) -> None:
    """A bundle gives its manifest, reference and card; its digest is its manifest's checksum."""
    loaded = bundle.load(folder)
    assert loaded.digest == bundle.sha256(folder / bundle.MANIFEST)
    assert loaded.manifest.labels == bundles.LABELS
    assert loaded.card.startswith("# digits 1.0.0")
    assert len(loaded.reference.signals) == 22


def test_the_same_contents_have_the_same_digest(tmp_path: Path) -> None:
    """The digest depends on the contents and on nothing else."""
    one, two = (bundles.make_bundle(tmp_path / name) for name in ("one", "two"))
    other = bundles.make_bundle(tmp_path / "other", seed=1)
    assert one.digest == two.digest != other.digest


@pytest.mark.parametrize("name", [bundle.MODEL, bundle.REFERENCE, bundle.CARD])
def test_a_changed_byte_is_refused(folder: Path, name: str) -> None:
    """One byte that differs from the manifest's checksum names the file and both sums."""
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)
    error = refusal(folder)
    assert (error.file, error.reason) == (name, "checksum")
    assert "the manifest says" in str(error)


@pytest.mark.parametrize("name", [bundle.MANIFEST, bundle.MODEL, bundle.REFERENCE, bundle.CARD])
def test_a_missing_file_is_refused(folder: Path, name: str) -> None:
    """A file that is not there is named."""
    (folder / name).unlink()
    error = refusal(folder)
    assert (error.file, error.reason) == (name, "missing")


def test_an_unlisted_file_is_refused(folder: Path) -> None:
    """A bundle holds nothing that its manifest does not vouch for."""
    (folder / "extra.bin").write_bytes(b"?")
    error = refusal(folder)
    assert (error.file, error.reason) == ("extra.bin", "unlisted")


def test_a_manifest_that_leaves_out_a_part_is_refused(folder: Path) -> None:
    """A manifest without the model's checksum would let any model in."""
    rewrite(folder / bundle.MANIFEST, lambda document: document["files"].pop(bundle.MODEL))
    assert refusal(folder).reason == "missing"


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_a_wrong_format_version_is_refused(folder: Path, version: object) -> None:
    """A bundle of another format says which one it has and which one is read."""
    rewrite(folder / bundle.MANIFEST, lambda document: document.update(format=version))
    error = refusal(folder)
    assert error.reason == "format"
    assert f"format is {version!r}, this service reads 1" in str(error)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "1.0"),
        ("labels", ["one"]),
        ("colour", "red"),
        ("commit", "main"),
        ("created", "soon"),
        ("input", {"kind": "sound", "shape": [8]}),
    ],
)
def test_a_manifest_outside_the_schema_is_refused(folder: Path, field: str, value: object) -> None:
    """A wrong or unknown field of the manifest is named."""
    rewrite(folder / bundle.MANIFEST, lambda document: document.update({field: value}))
    error = refusal(folder)
    assert (error.file, error.reason) == (bundle.MANIFEST, "schema")
    assert field in str(error)


def test_a_manifest_that_is_no_json_is_refused(folder: Path) -> None:
    """Half a manifest is no manifest."""
    (folder / bundle.MANIFEST).write_text("{")
    assert refusal(folder).reason == "schema"


def signal(name: str, *, values: int = 50) -> signals.Signal:
    """Return a numeric signal of any name."""
    return bundles.numeric(name, bundles.images(values).mean(axis=(1, 2)))


def test_a_signal_the_service_cannot_compute_is_refused(tmp_path: Path) -> None:
    """A reference for a signal unknown here would never see an observation."""
    with pytest.raises(BundleRejected) as caught:
        bundles.make_bundle(tmp_path / "odd", extra_signals=[signal("sharpness")])
    assert (caught.value.file, caught.value.reason) == (bundle.REFERENCE, "reference")
    assert "'sharpness' cannot be computed" in str(caught.value)
    assert "brightness" in str(caught.value)


def test_a_signal_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    """Two references of one signal would be one metric with two values."""
    with pytest.raises(BundleRejected, match="occurs twice"):
        bundles.make_bundle(tmp_path / "odd", extra_signals=[signal("brightness")])


def test_predictions_bins_that_are_not_the_labels_are_refused(folder: Path, tmp_path: Path) -> None:
    """The bins of `prediction` must be the manifest's labels, in their order."""
    rewrite(folder / bundle.MANIFEST, lambda document: document["labels"].reverse())
    error = refusal(folder)
    assert error.reason == "reference"
    assert "'prediction'" in str(error)


def test_a_signal_of_the_wrong_kind_is_refused(tmp_path: Path) -> None:
    """A measured signal cannot have categories."""
    columns = bundles.images(50)[:, 0, 0].astype("int64") % 2
    odd = bundles.categorical(columns, ("a", "b")).model_copy(update={"name": "brightness"})
    folder = bundles.make_bundle(tmp_path / "odd").path
    reference = signals.Reference.model_validate_json((folder / bundle.REFERENCE).read_bytes())
    others = tuple(s for s in reference.signals if s.name != "brightness")
    changed = reference.model_copy(update={"signals": (*others, odd)})
    (folder / bundle.REFERENCE).write_text(changed.model_dump_json())
    checksum = bundle.sha256(folder / bundle.REFERENCE)
    rewrite(folder / bundle.MANIFEST, lambda d: d["files"].update({bundle.REFERENCE: checksum}))
    error = refusal(folder)
    assert error.reason == "reference"
    assert "'brightness' is categorical, expected numeric" in str(error)


@pytest.mark.parametrize("shares", [[0.5, 0.6], [1.0, 0.0], [0.2]])
def test_bins_that_do_not_match_their_shares_are_refused(folder: Path, shares: list[float]) -> None:
    """Shares that do not sum to 1, are not positive or are too few name the signal's place."""

    def spoil(document: dict[str, Any]) -> None:
        document["signals"][0]["shares"] = shares

    rewrite(folder / bundle.REFERENCE, spoil)
    checksum = bundle.sha256(folder / bundle.REFERENCE)
    rewrite(folder / bundle.MANIFEST, lambda d: d["files"].update({bundle.REFERENCE: checksum}))
    error = refusal(folder)
    assert (error.file, error.reason) == (bundle.REFERENCE, "schema")
    assert "signals.0" in str(error)


def test_a_shape_that_no_image_has_is_refused(tmp_path: Path) -> None:
    """An image input has two dimensions; the signals could not be computed else."""
    with pytest.raises(BundleRejected) as caught:
        bundles.make_bundle(tmp_path / "flat", input={"kind": "image", "shape": [64]})
    assert (caught.value.file, caught.value.reason) == (bundle.MANIFEST, "schema")
