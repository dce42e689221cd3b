"""Collects the nodes and constants of an ONNX graph, and writes it."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The newest operator sets that ONNX Runtime has supported for years.
OPSETS = {"": 17, "ai.onnx.ml": 3}
# Of graphs that take texts: the first that splits them, in ONNX Runtime since 1.17.
OPSETS_OF_TEXTS = {"": 20}
ROWS, VALUES = "rows", "values"  # of every graph: what it is given, and what it makes


class Graph:
    """A graph to which nodes are added, each after those whose results it takes."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def add(
        self, kind: str, given: list[str], made: str, *, beside: str = "", **attributes: Any
    ) -> str:
        """Add a node with one result; return the result's name.

        beside: the name of a second result that nothing takes.
        """
        from onnx.helper import make_node

        results = [made, beside] if beside else [made]
        self._nodes.append(make_node(kind, given, results, **attributes))
        return made

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add a constant; return its name."""
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def write(self, path: Path, *, shape: tuple[int, ...], width: int, texts: bool = False) -> None:
        """Write a model that makes VALUES of ROWS; shape: of a row.  width: values of a row.

        texts: whether rows are texts.
        """
        import onnx
        from onnx import TensorProto
        from onnx.helper import make_graph, make_model, make_opsetid, make_tensor_value_info

        given = TensorProto.STRING if texts else TensorProto.FLOAT
        graph = make_graph(
            self._nodes,
            "model",
            [make_tensor_value_info(ROWS, given, [None, *shape])],
            [make_tensor_value_info(VALUES, TensorProto.FLOAT, [None, width])],
            self._constants,
        )
        opsets = [make_opsetid(*each) for each in (OPSETS_OF_TEXTS if texts else OPSETS).items()]
        model = make_model(graph, opset_imports=opsets, ir_version=9 if texts else 8)
        onnx.checker.check_model(model)
        onnx.save(model, path)
