"""Logistic regression on pixels or columns of numbers, with scikit-learn."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.model.model import Log, Model, Rows
from training.model.parameters import Parameters

# The newest operator set that ONNX Runtime and skl2onnx both support well.
OPSET = 17


class LinearParameters(Parameters):
    """Parameters of the logistic regression."""

    inverse_regularisation: Annotated[float, Field(gt=0, description="scikit-learn's C")]
    iterations: Annotated[int, Field(gt=0, description="maximum")]


class FittedLinear:
    """The trained regression."""

    device = "cpu"
    precision = "float32"

    def __init__(self, pipeline: Any, shape: tuple[int, ...], version: str) -> None:
        self.framework = ("scikit-learn", version)
        self._pipeline = pipeline
        self._shape = shape

    def values(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return scikit-learn's own probabilities, shape (rows, labels)."""
        flat = inputs.reshape(len(inputs), -1).astype(np.float64)  # float32 rows do not sum to 1
        return np.asarray(self._pipeline.predict_proba(flat), np.float64)

    def write_onnx(self, path: Path) -> None:
        """Write it with skl2onnx, with a node in front that flattens the rows."""
        import onnx
        from skl2onnx import to_onnx
        from skl2onnx.common.data_types import FloatTensorType

        width = int(np.prod(self._shape))
        model = to_onnx(
            self._pipeline,
            initial_types=[("flat", FloatTensorType([None, width]))],
            options={"zipmap": False},
            target_opset=OPSET,
        )
        graph = model.graph
        probabilities = [output for output in graph.output if output.name == "probabilities"]
        del graph.input[:], graph.output[:]
        graph.output.extend(probabilities)
        rows = onnx.helper.make_tensor_value_info(
            "rows", onnx.TensorProto.FLOAT, [None, *self._shape]
        )
        graph.input.append(rows)
        graph.node.insert(0, onnx.helper.make_node("Flatten", ["rows"], ["flat"], axis=1))
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString())


class Linear(Model[LinearParameters]):
    """Standardised numbers and a multinomial logistic regression.

    A missing number counts as the mean of its column.
    """

    inputs = frozenset({"image", "table"})
    outputs = frozenset({"classes"})
    Parameters = LinearParameters
    trial = LinearParameters(inverse_regularisation=0.1, iterations=2000)

    def objection(self, schema: InputKind, output: str) -> str:
        """Refuse tables with words too: their categories' indices are not amounts."""
        words = "" if schema.amounts else "takes numbers only, not the categories of this table"
        return super().objection(schema, output) or words

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: LinearParameters,
        log: Log,
    ) -> FittedLinear:
        """Fit in one go; there are no epochs, so the figures are logged once."""
        import sklearn
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import log_loss
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        pipeline = make_pipeline(
            SimpleImputer(keep_empty_features=True),
            StandardScaler(),
            LogisticRegression(C=parameters.inverse_regularisation, max_iter=parameters.iterations),
        )
        flat = rows.train.inputs.reshape(len(rows.train.inputs), -1)
        pipeline.fit(flat, rows.train.labels)
        fitted = FittedLinear(pipeline, schema.shape, sklearn.__version__)
        figures: dict[str, float] = {}
        for prefix, part in (("", rows.train), ("val_", rows.validation)):
            found = fitted.values(part.inputs)
            figures[f"{prefix}accuracy"] = float((found.argmax(axis=1) == part.labels).mean())
            figures[f"{prefix}loss"] = float(
                log_loss(part.labels, found, labels=range(output.width))
            )
        log(figures)
        return fitted
