"""Bundles that would read other files, or take more memory than they have bytes.

Each is refused by the name of its file before that is read; what is behind the check takes it.
"""

import io
import tracemalloc
from contextlib import suppress
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from perennial import bundle
from perennial.bundle import graph
from perennial.bundle.predictor import Predictor
from perennial.errors import BundleRejected
from perennial.signals import Extraction
from tests import bundles

SIZE = 50_000_000


def refused(folder: Path) -> BundleRejected:
    """Load a bundle that must be refused as unsafe."""
    with pytest.raises(BundleRejected) as caught:
        bundle.load(folder)
    assert caught.value.reason == "unsafe"
    return caught.value


@pytest.mark.parametrize("name", [bundle.MODEL, bundle.MANIFEST, bundle.SIGNALS, "extra"])
def test_a_link_is_refused_wherever_it_leads(tmp_path: Path, name: str) -> None:
    """Also to a file with the right content, and to none."""
    good = bundles.make_bundle(tmp_path / "bundle")
    file, elsewhere = good.path / name, tmp_path / "elsewhere"
    if file.exists():
        file.rename(elsewhere)
    file.symlink_to(elsewhere)
    assert str(refused(good.path)).startswith(f"{name}: is a link, expected a file")
    if name == bundle.MODEL:
        assert Predictor(good).bundle is good, "unchecked, it is read from outside the bundle"


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    """A file with holes takes no space on the disk, and would take 3 GB of memory."""
    good = bundles.make_bundle(tmp_path / "bundle")
    with (good.path / bundle.MODEL).open("r+b") as model:
        model.truncate(3 * 2**30)
    assert "model.onnx: has 3221225472 bytes, expected at most 2147483648" in str(
        refused(good.path)
    )


def _compressed(file: Path) -> None:
    """Write zeros, of which 50 MB fit into 50 kB."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("component_mean.npy", _npy(np.zeros(SIZE // 8)))


def _claimed(file: Path) -> None:
    """Write a header that claims more than there is."""
    header = io.BytesIO()
    claim = {"descr": "<f8", "fortran_order": False, "shape": (SIZE // 8,)}
    np.lib.format.write_array_header_1_0(header, claim)
    with ZipFile(file, "w") as archive:
        archive.writestr("component_mean.npy", header.getvalue())


def _npy(array: NDArray[np.float64]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def test_arrays_that_expand_are_refused(tmp_path: Path) -> None:
    """A bundle's arrays are not compressed; numpy itself would expand them without a word."""
    file = tmp_path / "signals.npz"
    _compressed(file)
    with pytest.raises(ValueError, match="larger than the file, expected them as they are"):
        Extraction.load(bundles.INPUT, file)
    assert file.stat().st_size < SIZE / 900
    with np.load(file) as stored:
        assert stored["component_mean"].nbytes == SIZE


def test_arrays_that_claim_to_be_large_are_refused(tmp_path: Path) -> None:
    """A claim costs memory before numpy notices that there is no content."""
    file = tmp_path / "signals.npz"
    _claimed(file)
    with pytest.raises(ValueError, match=r"has 0 bytes, expected as many as its shape \(6250000,"):
        Extraction.load(bundles.INPUT, file)


def test_arrays_in_a_bundle_are_refused_by_its_file(tmp_path: Path) -> None:
    """The service's log names signals.npz."""
    good = bundles.make_bundle(tmp_path / "bundle")
    _compressed(good.path / bundle.SIGNALS)
    fields = good.manifest.model_dump(mode="json", exclude={"format", "files"})
    with pytest.raises(BundleRejected, match=r"signals\.npz: expected a readable .npz file"):
        bundle.write(good.path, fields)


@pytest.mark.parametrize("location", ["weights.bin", "../weights.bin", "/etc/hostname"])
def test_a_model_whose_weights_are_elsewhere_is_refused(tmp_path: Path, location: str) -> None:
    """In the bundle or outside; unchecked, ONNX Runtime reads them from beside the model."""
    good = bundles.make_bundle(tmp_path / "bundle")
    model = onnx.load(good.model)
    (weights,) = model.graph.initializer
    (good.path / "weights.bin").write_bytes(weights.raw_data)
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value=location)
    good.model.write_bytes(model.SerializeToString())
    if location == "weights.bin":
        assert Predictor(good).bundle is good
    fields = good.manifest.model_dump(mode="json", exclude={"format", "files"})
    with pytest.raises(BundleRejected) as caught:
        bundle.write(good.path, fields)
    assert (caught.value.file, caught.value.reason) == (bundle.MODEL, "unsafe")
    assert "refers to another file" in str(caught.value)


def _nested(tensor: TensorProto, depth: int) -> bytes:
    """Return a model with a tensor as an attribute of a node, this deep in branches of `If`."""
    node = helper.make_node("Constant", [], ["out"], value=tensor)
    for _ in range(depth):
        inner = helper.make_graph([node], "inner", [], [])
        node = helper.make_node("If", ["yes"], ["out"], then_branch=inner, else_branch=inner)
    whole = helper.make_graph([node], "outer", [], [])
    return bytes(helper.make_model(whole).SerializeToString())


@pytest.mark.parametrize("depth", [0, 1, 5])
def test_a_reference_is_found_however_deep_it_is(tmp_path: Path, depth: int) -> None:
    """In attributes and in graphs within graphs."""
    tensor = helper.make_tensor("t", TensorProto.FLOAT, [1], [0.0])
    file = tmp_path / "model.onnx"
    file.write_bytes(_nested(tensor, depth))
    graph.check(file)
    tensor.external_data.add(key="location", value="../x")
    file.write_bytes(_nested(tensor, depth))
    with pytest.raises(ValueError, match="refers to another file"):
        graph.check(file)


def test_a_graph_without_end_is_refused(tmp_path: Path) -> None:
    """More nodes than any model has, and graphs within graphs."""
    file = tmp_path / "model.onnx"
    node = helper.make_node("Identity", ["x"], ["x"])
    many = helper.make_graph([node] * (graph.MOST_NODES + 1), "many", [], [])
    file.write_bytes(helper.make_model(many).SerializeToString())
    with pytest.raises(ValueError, match="more than 50000 nodes"):
        graph.check(file)


@pytest.mark.parametrize("message", [b"\x0a\x00", b"\x2a\x00"], ids=["nodes", "tensors"])
def test_counting_takes_no_memory(tmp_path: Path, message: bytes) -> None:
    """A graph of 200,000 empty nodes or tensors has 400 kB; a list of them takes over 30 MB."""
    graph_bytes = message * 200_000
    size = [len(graph_bytes) & 127 | 128, len(graph_bytes) >> 7 & 127 | 128, len(graph_bytes) >> 14]
    file = tmp_path / "model.onnx"
    file.write_bytes(b"\x3a" + bytes(size) + graph_bytes)
    tracemalloc.start()
    with suppress(ValueError):
        graph.check(file)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 * file.stat().st_size


@pytest.mark.parametrize("name", [bundle.MANIFEST, bundle.REFERENCE])
def test_json_that_is_too_large_is_refused_unread(tmp_path: Path, name: str) -> None:
    """Parsed it would take many times its bytes."""
    good = bundles.make_bundle(tmp_path / "bundle")
    with (good.path / name).open("r+b") as file:
        file.truncate(2**23 + 1)
    assert f"{name}: has 8388609 bytes, expected at most 8388608" in str(refused(good.path))


@pytest.mark.parametrize("content", [b"\xff" * 20, b"\x3a\x7f", b"\x0b", b"\x09\x00"])
def test_bytes_that_are_no_model_are_named_so(tmp_path: Path, content: bytes) -> None:
    """Numbers and fields that do not end."""
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(graph.NotOnnx, match="expected an ONNX file"):
        graph.check(tmp_path / "model.onnx")
