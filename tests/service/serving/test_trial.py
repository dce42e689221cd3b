"""Models that ask for more memory or time than a service has, in a few hundred bytes."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from perennial import bundle
from perennial.errors import BundleRejected
from service import check
from service.serving.loaded import load
from service.serving.trial import Limits, environment
from tests import bundles
from tests.service import fakes
from tests.service.fakes import wait_until

# What a small model needs, Python and ONNX Runtime included, is below this.
SIZE = 220 * 2**20
UNLIMITED = """
import pathlib, sys
from service.serving.loaded import load
load(pathlib.Path(sys.argv[1]), threads=1, batch_rows=1)
"""


def _constant(model: ModelProto, name: str, value: object, kind: type = np.int64) -> None:
    model.graph.initializer.append(numpy_helper.from_array(np.array(value, kind), name))


def _greedy(model: ModelProto) -> None:
    """Add the sum of 240 MB of zeros to each score."""
    _constant(model, "size", [60_000_000])
    model.graph.node.insert(0, helper.make_node("ConstantOfShape", ["size"], ["zeros"]))
    model.graph.node.insert(1, helper.make_node("ReduceSum", ["zeros"], ["nothing"], keepdims=0))


def _endless(model: ModelProto) -> None:
    """Add what a loop of a million million rounds gives."""
    _constant(model, "rounds", 10**12)
    _constant(model, "zero", 0.0, np.float32)
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Identity", ["sum"], ["sum_on"]),
        ],
        "round",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("sum", TensorProto.FLOAT, []),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("sum_on", TensorProto.FLOAT, []),
        ],
    )
    loop = helper.make_node("Loop", ["rounds", "", "zero"], ["nothing"], body=body)
    model.graph.node.insert(0, loop)


def _bundle(folder: Path, change: Callable[[ModelProto], None] | None) -> Path:
    """Write a bundle whose model adds nothing to its scores, at a price."""
    good = bundles.make_bundle(folder)
    if change is None:
        return folder
    model = onnx.load(good.model)
    (product,) = [node for node in model.graph.node if node.op_type == "MatMul"]
    product.output[0] = "product"
    softmax = model.graph.node.pop()
    change(model)
    model.graph.node.append(helper.make_node("Add", ["product", "nothing"], ["scores"]))
    model.graph.node.append(softmax)
    good.model.write_bytes(model.SerializeToString())
    bundle.write(folder, good.manifest.model_dump(mode="json", exclude={"format", "files"}))
    return folder


def _load(folder: Path, limits: Limits | None = None) -> str:
    return load(folder, threads=1, batch_rows=4, limits=limits).bundle.manifest.task


def test_a_good_bundle_passes_its_trial(tmp_path: Path) -> None:
    """Within limits that a small model keeps."""
    folder = _bundle(tmp_path / "bundle", None)
    assert _load(folder, Limits(60, SIZE)) == "digits"


def test_a_model_that_takes_all_memory_is_refused(tmp_path: Path) -> None:
    """240 MB from a file of 4 kB; without the trial the service takes them."""
    folder = _bundle(tmp_path / "bundle", _greedy)
    assert (folder / bundle.MODEL).stat().st_size < 5000
    with pytest.raises(BundleRejected) as caught:
        _load(folder, Limits(60, SIZE))
    assert caught.value.file == bundle.MODEL
    assert _load(folder) == "digits"


def test_a_model_that_never_answers_is_refused(tmp_path: Path) -> None:
    """By the check too, in the same words; without the trial it is waited for, for ever."""
    folder = _bundle(tmp_path / "bundle", _endless)
    with pytest.raises(BundleRejected, match=r"model.onnx: is not loaded after 2 s, expected"):
        _load(folder, Limits(2, 10**9))
    command = [sys.executable, "-c", UNLIMITED, str(folder)]
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(command, timeout=3)


def test_nothing_of_a_bundle_is_read_before_its_trial(tmp_path: Path) -> None:
    """An empty folder, too, fails in that process first, which has too little memory to start."""
    with pytest.raises(BundleRejected, match=r"ended its trial"):
        _load(tmp_path, Limits(60, 10**6))
    with pytest.raises(BundleRejected, match=r"manifest.json: missing"):
        _load(tmp_path, Limits(60, SIZE))


def test_the_trial_knows_no_secret() -> None:
    """A model that breaks out of ONNX Runtime finds none in its process's variables."""
    own = {"PATH": "/bin", "PERENNIAL_HASH_SECRET": "hush", "AWS_SECRET_ACCESS_KEY": "hush"}
    assert environment(own).keys() == {"PATH", "PYTHONPATH"}


def test_the_check_says_what_the_service_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One definition; the service serves its old bundle on, and counts the refusal."""
    greedy = _bundle(tmp_path / "bundles" / "greedy", _greedy)
    chosen = fakes.settings(tmp_path, trial_seconds=60.0, trial_bytes=SIZE)
    assert check.main([str(greedy)], settings=chosen) == 1
    said = capsys.readouterr().err.strip().removeprefix(f"{greedy}: ")
    fakes.deploy(tmp_path)
    with fakes.running(chosen) as service:
        bundles.production(tmp_path / "bundles", greedy)
        wait_until(lambda: any(e["event"] == "bundle_rejected" for e in service.capture.entries))
        assert service.predict()[0]["model_version"] == "1.0.0"
    (line,) = [e for e in service.capture.entries if e["event"] == "bundle_rejected"]
    assert line["error"] == said
