"""Large weights of a graph become eight-bit numbers, and its answers hardly change."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

from training.models._int8 import rounded
from training.models._onnx import ROWS, VALUES, Graph

WIDTH, LABELS = 64, 3
RANDOM = np.random.default_rng(1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a graph of an embedding, two products and a small one."""
    graph = Graph()
    sizes = {"words": (200, WIDTH), "first": (WIDTH, WIDTH), "second": (WIDTH, WIDTH)}
    for name, size in {**sizes, "last": (WIDTH, LABELS)}.items():
        graph.constant(name, RANDOM.normal(size=size).astype(np.float32) / 8)
    bias = graph.constant("bias", np.ones(WIDTH, np.float32))
    graph.add("Gather", ["words", ROWS], "looked_up")
    axes = graph.constant("axes", np.array([1], np.int64))
    graph.add("ReduceMean", ["looked_up", axes], "mean", keepdims=0)
    graph.add("Gemm", ["mean", "first", bias], "made", transB=1)
    graph.add("MatMul", ["made", "second"], "hidden")
    graph.add("MatMul", ["hidden", "last"], VALUES)
    path = tmp_path / "model.onnx"
    graph.write_of_pieces(path, width=LABELS)
    return path


def answers(content: Path | bytes, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what a graph makes of rows."""
    session: Any = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    made: NDArray[np.float32] = session.run([VALUES], {ROWS: rows})[0]
    return made


def test_answers_are_nearly_those_of_exact_weights_alone_or_together(file: Path) -> None:
    """Products with and without a bias, transposed or not, and the look-up of words."""
    rows = RANDOM.integers(0, 200, (50, 7))
    model = rounded(onnx.load(str(file)))
    onnx.checker.check_model(model)
    kinds = Counter(node.op_type for node in model.graph.node)
    assert kinds["MatMulNBits"] == 2 and kinds["GatherBlockQuantized"] == 1
    assert kinds["MatMul"] == 1, "a product with few weights stays as it is"
    content = model.SerializeToString()
    exact, together = answers(file, rows), answers(content, rows)
    assert 1e-6 < np.abs(together - exact).max() < 0.02 * np.abs(exact).max()
    alone = np.concatenate([answers(content, row[None]) for row in rows])
    assert np.abs(alone - together).max() < 1e-5
    assert len(content) < file.stat().st_size / 3


@pytest.mark.parametrize("size", [(32, 2), (72, 72)], ids=["few", "no whole blocks"])
def test_weights_that_cannot_be_rounded_stay_as_they_are(
    size: tuple[int, int], tmp_path: Path
) -> None:
    """Few of them, or a width that blocks do not divide."""
    graph, path = Graph(), tmp_path / "model.onnx"
    weights = graph.constant("weights", np.ones(size, np.float32))
    graph.add("Cast", [ROWS], "numbers", to=onnx.TensorProto.FLOAT)
    graph.add("MatMul", ["numbers", weights], VALUES)
    graph.write_of_pieces(path, width=size[1])
    kinds = [node.op_type for node in rounded(onnx.load(str(path))).graph.node]
    assert kinds == ["Cast", "MatMul"]
