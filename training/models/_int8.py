"""A fitted network whose large weights are eight-bit whole numbers, in blocks with a scale each."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.models._onnx import ROWS, VALUES
from training.models._tokens import FittedTokens

BLOCK = 32  # weights that share a scale: neighbours of what is added up
LEAST = 4096  # weights of a matrix; smaller ones stay as they are
HIGHEST, ZERO = 127, 128  # of the numbers, and what stands for 0
DOMAIN = "com.microsoft"
PLACES = {"Gemm": 1, "MatMul": 1, "Gather": 0}  # of the weights among what a node is given
# Inputs are rounded to eight bits too, in blocks of each row: an answer does not depend on the rows
# beside it, as it does with one scale for a whole batch.
ACCURACY_LEVEL = 4
AT_ONCE = 64  # rows of a prediction


class Int8:
    """What a network answers once its weights are rounded: it is scored as it is served.

    exact: the network before.
    """

    bits = 8

    def __init__(self, fitted: FittedTokens) -> None:
        import onnxruntime

        self.framework, self.device = fitted.framework, fitted.device
        self.precision = fitted.precision
        self.exact = fitted
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "model.onnx")
            fitted.write_onnx(file)
            self._model = rounded(_folded(file))
        content = self._model.SerializeToString()
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(content, providers=providers)

    def values(self, inputs: NDArray[Any]) -> NDArray[np.float64]:
        """Return the softmax of the logits, shape (rows, labels)."""
        made = []
        for start in range(0, len(inputs), AT_ONCE):
            numbers = self.exact.numbers(inputs[start : start + AT_ONCE])
            made.append(self._session.run([VALUES], {ROWS: numbers})[0])
        return np.concatenate(made).astype(np.float64)

    def write_onnx(self, path: Path) -> None:
        """Write the graph, and the tokenizer beside it."""
        import onnx

        onnx.checker.check_model(self._model)
        onnx.save(self._model, path)
        self.exact.write_tokenizer(path)


def _folded(file: Path) -> Any:
    """Return a graph in which what does not depend on the rows is a constant."""
    import onnx
    import onnxruntime

    options, made = onnxruntime.SessionOptions(), file.with_name("folded.onnx")
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(made)
    onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return onnx.load(str(made))


def rounded(model: Any) -> Any:
    """Return an ONNX model with the weights of its products and embeddings in eight bits.

    Source: ONNX Runtime, contributed operators MatMulNBits and GatherBlockQuantized.
    """
    from onnx import numpy_helper
    from onnx.helper import make_opsetid

    graph = model.graph
    known = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    nodes, made = [], dict[str, NDArray[Any]]()
    for node in graph.node:
        weights = known.get(node.input[PLACES[node.op_type]]) if node.op_type in PLACES else None
        if weights is not None and _fits(node, weights):
            node, constants = _node(node, weights)
            made |= constants
        nodes.append(node)
    taken = {name for node in nodes for name in node.input}
    kept = [one for one in graph.initializer if one.name in taken]
    kept += [numpy_helper.from_array(values, name) for name, values in made.items()]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept)
    if all(one.domain != DOMAIN for one in model.opset_import):
        model.opset_import.append(make_opsetid(DOMAIN, 1))
    return model


def _fits(node: Any, weights: NDArray[Any]) -> bool:
    """Return whether a node is the plain product or look-up that can be replaced."""
    if weights.dtype != np.float32 or weights.ndim != 2 or weights.size < LEAST:
        return False
    given = _attributes(node)
    plain = {"alpha": 1.0, "transA": 0, "axis": 0}
    if len(node.input) > 2:
        plain["beta"] = 1.0
    along = 1 if node.op_type == "Gather" or given.get("transB") else 0
    return weights.shape[along] % BLOCK == 0 and all(
        given.get(name, value) == value for name, value in plain.items()
    )


def _attributes(node: Any) -> dict[str, Any]:
    from onnx.helper import get_attribute_value

    return {one.name: get_attribute_value(one) for one in node.attribute}


def _node(node: Any, weights: NDArray[Any]) -> tuple[Any, dict[str, NDArray[Any]]]:
    """Return the node that takes the rounded weights, and its constants by name."""
    from onnx.helper import make_node

    name = node.input[PLACES[node.op_type]]
    bits, scales = f"{name}_bits", f"{name}_scales"
    if node.op_type == "Gather":
        whole, scale = blocks(weights)
        whole = whole.reshape(weights.shape)
        given, kind = [bits, node.input[1], scales], "GatherBlockQuantized"
        how: dict[str, Any] = {"gather_axis": 0, "quantize_axis": 1}
    else:
        rows = weights if _attributes(node).get("transB") else weights.T
        whole, scale = blocks(rows)
        given, kind = [node.input[0], bits, scales], "MatMulNBits"
        given += ["", "", node.input[2]] if len(node.input) > 2 else []
        how = {"N": rows.shape[0], "K": rows.shape[1], "accuracy_level": ACCURACY_LEVEL}
    new = make_node(kind, given, node.output, domain=DOMAIN, bits=8, block_size=BLOCK, **how)
    return new, {bits: whole, scales: scale}


def blocks(weights: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return weights as whole numbers, shape (rows, blocks, BLOCK), and each block's scale.

    >>> whole, scales = blocks(np.linspace(-1, 1, 32, dtype=np.float32)[None])
    >>> whole[0, 0, [0, 31]].tolist(), round(float(scales[0, 0]), 5)
    ([1, 255], 0.00787)
    """
    split = weights.reshape(len(weights), -1, BLOCK)
    scales = np.abs(split).max(axis=2) / HIGHEST
    scales[scales == 0] = 1
    whole = np.rint(split / scales[:, :, None]) + ZERO
    return np.ascontiguousarray(whole, np.uint8), scales.astype(np.float32)
