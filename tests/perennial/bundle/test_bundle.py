"""What a bundle must be to serve."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perennial import bundle, signals
from perennial.errors import BundleRejected
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
    assert loaded.manifest.output.labels == bundles.LABELS
    assert loaded.card.startswith("# digits 1.0.0")
    assert len(loaded.reference.signals) == 27


def test_the_same_contents_have_the_same_digest(tmp_path: Path) -> None:
    """The digest depends on the contents and on nothing else."""
    one, two = (bundles.make_bundle(tmp_path / name) for name in ("one", "two"))
    other = bundles.make_bundle(tmp_path / "other", seed=1)
    assert one.digest == two.digest != other.digest


@pytest.mark.parametrize("name", [bundle.MODEL, bundle.REFERENCE, bundle.SIGNALS, bundle.CARD])
def test_a_changed_byte_is_refused(folder: Path, name: str) -> None:
    """One byte that differs from the manifest's checksum names the file and both sums."""
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)
    error = refusal(folder)
    assert (error.file, error.reason) == (name, "checksum")
    assert "the manifest says" in str(error)


PARTS = [bundle.MANIFEST, bundle.MODEL, bundle.REFERENCE, bundle.SIGNALS, bundle.CARD]


@pytest.mark.parametrize("name", PARTS)
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


@pytest.mark.parametrize("version", [0, 1, 4, "2", "3", None])
def test_a_wrong_format_version_is_refused(folder: Path, version: object) -> None:
    """A bundle of another format says which one it has and which one is read."""
    rewrite(folder / bundle.MANIFEST, lambda document: document.update(format=version))
    error = refusal(folder)
    assert error.reason == "format"
    assert f"format: got {version!r}, expected 3 or 2" in str(error)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "1.0"),
        ("labels", ["one", "two"]),
        ("output", {"kind": "classes", "labels": ["one"]}),
        ("output", {"kind": "ranking"}),
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


def change_signals(folder: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change the reference's signals in place, and its checksum."""
    rewrite(folder / bundle.REFERENCE, lambda document: change(document["signals"]))
    vouch(folder, bundle.REFERENCE)


def vouch(folder: Path, name: str) -> None:
    """Write the checksum of a file into the manifest."""
    checksum = bundle.sha256(folder / name)
    rewrite(folder / bundle.MANIFEST, lambda d: d["files"].update({name: checksum}))


def test_a_signal_the_service_cannot_compute_is_refused(folder: Path) -> None:
    """A reference for a signal unknown here would never see an observation."""
    change_signals(folder, lambda found: found.append({**found[0], "name": "sharpness"}))
    error = refusal(folder)
    assert (error.file, error.reason) == (bundle.REFERENCE, "reference")
    assert "'sharpness' is unknown, expected one of" in str(error)
    assert "brightness" in str(error)


@pytest.mark.parametrize("name", ["brightness", "component_4", *signals.OUTPUTS])
def test_a_signal_without_a_reference_is_refused(folder: Path, name: str) -> None:
    """What the service counts and holds against nothing would look watched and would not be."""

    def leave_out(found: list[dict[str, Any]]) -> None:
        found[:] = [signal for signal in found if signal["name"] != name]

    change_signals(folder, leave_out)
    error = refusal(folder)
    assert (error.file, error.reason) == (bundle.REFERENCE, "reference")
    assert f"signal {name!r} is missing, expected all of" in str(error)


def test_a_signal_that_occurs_twice_is_refused(folder: Path) -> None:
    """Two references of one signal would be one metric with two values."""
    change_signals(folder, lambda found: found.append(found[0]))
    assert "signal 'brightness' occurs 2 times, expected once" in str(refusal(folder))


def test_predictions_bins_that_are_not_the_labels_are_refused(folder: Path) -> None:
    """The bins of `prediction` must be the manifest's labels, in their order."""
    rewrite(folder / bundle.MANIFEST, lambda d: d["output"]["labels"].reverse())
    error = refusal(folder)
    assert error.reason == "reference"
    assert "signal 'prediction' has the bins ('0', '1'" in str(error)


def test_a_signal_of_the_wrong_kind_is_refused(folder: Path) -> None:
    """A measured signal cannot have categories."""

    def swap(found: list[dict[str, Any]]) -> None:
        (prediction,) = (signal for signal in found if signal["name"] == "prediction")
        found[0] = {**prediction, "name": "brightness"}

    change_signals(folder, swap)
    error = refusal(folder)
    assert error.reason == "reference"
    assert "'brightness' is categorical, expected numeric" in str(error)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("shares", [0.5, 0.6, *[0.1] * 10], "signals.brightness.shares: got a sum of 2.1"),
        ("shares", [1.0, 0.0], "signals.brightness.shares.1: got 0.0, expected greater than 0"),
        (
            "shares",
            [1.2, -0.2],
            "signals.brightness.shares.0: got 1.2, expected less than or equal",
        ),
        ("shares", [0.8, 0.2], "signals.brightness.shares: got 2 shares, expected 12"),
        ("shares", None, "signals.brightness.shares: got None, expected a valid array"),
        ("bins", [*"abcdefghij", "outside", "missing"], "signals.brightness.bins: got ('a', 'b'"),
        ("bins", [*"abcdefghijk", "missing"], "expected ('00', '01'"),
        ("edges", [1.0], "signals.brightness.edges: got (1.0,), expected"),
        ("edges", [9.0, 8.0], "edges: got (9.0, 8.0), expected increasing"),
        ("edges", [float("nan")], "signals.brightness.edges.0: got nan, expected a finite number"),
        ("low", 99.0, "low: got 99.0, expected a number of at most high"),
        ("low", None, "low: got None"),
        ("size", 0, "signals.brightness.size: got 0, expected greater than 0"),
        ("size", -5, "signals.brightness.size: got -5, expected greater than 0"),
        ("critical_value", -1, "signals.brightness.critical_value: got -1, expected greater"),
        ("colour", "red", "signals.brightness.colour: got 'red', expected no such field"),
    ],
)
def test_a_signal_that_contradicts_itself_is_named(
    folder: Path, field: str, value: object, problem: str
) -> None:
    """Bins, edges, bounds and shares must fit each other; the signal and the value are named."""
    change_signals(folder, lambda found: found[0].update({field: value}))
    error = refusal(folder)
    assert (error.file, error.reason) == (bundle.REFERENCE, "schema")
    assert problem in str(error)


def test_a_reference_without_signals_is_refused(folder: Path) -> None:
    """There must be something to hold traffic against."""
    change_signals(folder, list.clear)
    assert "signals: got [], expected at least 1 item" in str(refusal(folder))


@pytest.mark.parametrize(
    ("arrays", "problem"),
    [
        ({"axes": None}, "array 'axes' is missing, expected one of shape (64, 4)"),
        ({"axes": np.zeros((63, 4))}, "array 'axes' has shape (63, 4), expected (64, 4)"),
        ({"mean": np.zeros((64, 1))}, "array 'mean' has shape (64, 1), expected (64,)"),
        ({"mean": np.zeros(64, np.int64)}, "array 'mean' has type int64, expected float64"),
        ({"mean": np.full(64, np.nan)}, "array 'mean' has NaN or infinite values"),
        ({"mean": np.array([object()])}, "expected a readable .npz file of arrays"),
        ({"extra": np.zeros(1)}, "array 'extra' is unknown, expected one of ['axes', 'mean']"),
    ],
)
def test_an_array_that_does_not_fit_the_input_is_named(
    folder: Path, arrays: dict[str, Any], problem: str
) -> None:
    """What signals were fitted with has the shape of the input, is finite, and is all there."""
    stored: dict[str, Any] = {"mean": np.zeros(64), "axes": np.zeros((64, 4)), **arrays}
    given = {name: array for name, array in stored.items() if array is not None}
    np.savez(folder / bundle.SIGNALS, **given)
    vouch(folder, bundle.SIGNALS)
    error = refusal(folder)
    assert (error.file, error.reason) == (bundle.SIGNALS, "schema")
    assert problem in str(error)


def test_signals_that_are_no_arrays_are_refused(folder: Path) -> None:
    """A file that is vouched for and unreadable is refused, not raised through."""
    (folder / bundle.SIGNALS).write_bytes(b"no zip")
    vouch(folder, bundle.SIGNALS)
    assert refusal(folder).file == bundle.SIGNALS


@pytest.mark.parametrize("shape", [[64], [3, 8], [8, 8, 3, 1], [0, 8]])
def test_a_shape_that_no_image_has_is_refused(folder: Path, shape: list[int]) -> None:
    """An image has a height, a width and perhaps channels; the signals cannot be computed else."""
    rewrite(folder / bundle.MANIFEST, lambda document: document["input"].update(shape=shape))
    error = refusal(folder)
    assert (error.file, error.reason) == (bundle.MANIFEST, "schema")
    assert "input.image" in str(error)
