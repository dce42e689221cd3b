"""Collects the nodes and constants of an ONNX graph, and writes it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

# The newest operator sets that ONNX Runtime has supported for years.
OPSETS = {"": 17, "ai.onnx.ml": 3}
# Of graphs that take texts: the first that splits them, in ONNX Runtime since 1.17.
OPSETS_OF_TEXTS = {"": 20, "com.microsoft": 1}
ROWS, VALUES = "rows", "values"  # of every graph: what it is given, and what it makes


class Graph:
    """A graph to which nodes are added, each after those whose results it takes."""

    OPSET_OF_PIECES: ClassVar[int] = 18  # the newest that tf2onnx writes

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def add(
        self,
        kind: str,
        given: list[str],
        made: str,
        *,
        beside: str = "",
        domain: str = "",
        **attributes: Any,
    ) -> str:
        """Add a node with one result; return the result's name.

        beside: the name of a second result that nothing takes.
        domain: of the operator, if it is not one of ONNX itself.
        """
        from onnx.helper import make_node

        results = [made, beside] if beside else [made]
        self._nodes.append(make_node(kind, given, results, domain=domain, **attributes))
        return made

    @classmethod
    def around(cls, file: Path, made: str) -> Self:
        """Return the graph of a file, with its input called ROWS and its output called `made`."""
        import onnx

        graph, known = cls(), onnx.load(str(file)).graph
        graph.add("Identity", [ROWS], known.input[0].name)
        graph._nodes += known.node
        graph._constants += known.initializer
        graph.add("Identity", [known.output[0].name], made)
        return graph

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add a constant; return its name."""
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def write(self, path: Path, *, shape: tuple[int, ...], width: int, texts: bool = False) -> None:
        """Write a model that makes VALUES of ROWS; shape: of a row.  width: values of a row.

        texts: whether rows are texts.
        """
        from onnx import TensorProto

        given = TensorProto.STRING if texts else TensorProto.FLOAT
        opsets = OPSETS_OF_TEXTS if texts else OPSETS
        self._write(path, given, [None, *shape], width, opsets)

    def write_of_pieces(self, path: Path, *, width: int) -> None:
        """Write a model whose rows are the numbers of pieces of texts, shape (rows, any)."""
        from onnx import TensorProto

        opsets = {"": self.OPSET_OF_PIECES}
        self._write(path, TensorProto.INT64, [None, None], width, opsets)

    def _write(
        self, path: Path, given: int, shape: list[int | None], width: int, opsets: Mapping[str, int]
    ) -> None:
        import onnx
        from onnx.helper import make_graph, make_model, make_opsetid, make_tensor_value_info

        graph = make_graph(
            self._nodes,
            "model",
            [make_tensor_value_info(ROWS, given, shape)],
            [make_tensor_value_info(VALUES, onnx.TensorProto.FLOAT, [None, width])],
            self._constants,
        )
        versions = [make_opsetid(*each) for each in opsets.items()]
        model = make_model(graph, opset_imports=versions, ir_version=8 if opsets == OPSETS else 9)
        onnx.checker.check_model(model)
        onnx.save(model, path)
