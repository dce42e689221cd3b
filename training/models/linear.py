"""Logistic regression on the pixels, with scikit-learn."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.artifacts.splits import Split
from training.models.model import Log
from training.params import Train

# The newest operator set that ONNX Runtime and skl2onnx both support well.
OPSET = 17


class FittedLinear:
    """The trained regression."""

    device = "cpu"
    precision = "float32"

    def __init__(self, pipeline: Any, shape: tuple[int, ...], version: str) -> None:
        self.framework = ("scikit-learn", version)
        self._pipeline = pipeline
        self._shape = shape

    def probabilities(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
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


class Linear:
    """Standardised pixels and a multinomial logistic regression."""

    def fit(
        self,
        train: Split,
        validation: Split,
        *,
        classes: int,
        numbers: Train,
        log: Log,
    ) -> FittedLinear:
        """Fit in one go; there are no epochs, so the figures are logged once."""
        import sklearn
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import log_loss
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        regression = LogisticRegression(
            C=numbers.linear.inverse_regularisation, max_iter=numbers.linear.iterations
        )
        pipeline = make_pipeline(StandardScaler(), regression)
        flat = train.inputs.reshape(len(train.inputs), -1)
        pipeline.fit(flat, train.labels)
        fitted = FittedLinear(pipeline, train.inputs.shape[1:], sklearn.__version__)
        figures: dict[str, float] = {}
        for prefix, split in (("", train), ("val_", validation)):
            found = fitted.probabilities(split.inputs)
            figures[f"{prefix}accuracy"] = float((found.argmax(axis=1) == split.labels).mean())
            figures[f"{prefix}loss"] = float(log_loss(split.labels, found, labels=range(classes)))
        log(figures, epochs=1)
        return fitted
