"""Ridge regression: a sum of the numbers of a row."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.model.model import Log, Model, Rows
from training.model.parameters import Parameters


class RidgeParameters(Parameters):
    """Parameters of the regression."""

    shrinkage: Annotated[float, Field(gt=0, description="added to the diagonal")]


class FittedRidge:
    """The weights, the last of which is the intercept."""

    framework = ("numpy", np.__version__)
    device = "cpu"
    precision = "float64"

    def __init__(self, weights: NDArray[np.float64], shape: tuple[int, ...]) -> None:
        self._weights, self._shape = weights, shape

    def values(self, inputs: NDArray[Any]) -> NDArray[np.float64]:
        """Return the sums."""
        sums: NDArray[np.float64] = flat(inputs) @ self._weights[:, None]
        return sums

    def write_onnx(self, path: Path) -> None:
        """Write the same calculation."""
        import onnx
        from onnx import TensorProto, helper, numpy_helper

        weights = self._weights.astype(np.float32)
        graph = helper.make_graph(
            [
                helper.make_node("Flatten", ["rows"], ["flat"], axis=1),
                helper.make_node("Gemm", ["flat", "weights", "bias"], ["sums"]),
            ],
            "ridge",
            [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, *self._shape])],
            [helper.make_tensor_value_info("sums", TensorProto.FLOAT, [None, 1])],
            [
                numpy_helper.from_array(weights[:-1, None], "weights"),
                numpy_helper.from_array(weights[-1:], "bias"),
            ],
        )
        opset = [helper.make_opsetid("", 17)]
        onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)


class Ridge(Model[RidgeParameters]):
    """A sum of bits or pixels, each times a weight."""

    inputs = frozenset({"bits", "image"})
    outputs = frozenset({"amount"})
    Parameters = RidgeParameters
    trial = RidgeParameters(shrinkage=1.0)

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: RidgeParameters,
        log: Log,
    ) -> FittedRidge:
        """Solve the normal equations."""
        given, truths = flat(rows.train.inputs), rows.train.labels
        square = given.T @ given + parameters.shrinkage * np.eye(given.shape[1])
        weights = np.asarray(np.linalg.solve(square, given.T @ truths), np.float64)
        fitted = FittedRidge(weights, schema.shape)
        figures = {}
        for prefix, part in (("", rows.train), ("val_", rows.validation)):
            lost = output.losses(fitted.values(part.inputs), part.labels)
            figures[f"{prefix}{output.headline}"] = float(lost.mean())
            figures[f"{prefix}loss"] = float((lost**2).mean())
        log(figures)
        return fitted


def flat(inputs: NDArray[Any]) -> NDArray[np.float64]:
    """Return rows of numbers, each with a 1 at its end."""
    rows = inputs.reshape(len(inputs), -1).astype(np.float64)
    return np.column_stack([rows, np.ones(len(rows))])
