"""What the two models share: a scikit-learn pipeline as ONNX, and its figures."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.output_kind import OutputKind
from training.model.model import Log, Rows


class FittedPipeline:
    """A trained pipeline; given: skl2onnx's type of the input."""

    device = "cpu"
    precision = "float32"

    def __init__(self, pipeline: Any, given: Any) -> None:
        import sklearn

        self.framework = ("scikit-learn", sklearn.__version__)
        self._pipeline = pipeline
        self._given = given

    def values(self, inputs: NDArray[Any]) -> NDArray[np.float64]:
        """Return scikit-learn's own probabilities."""
        return np.asarray(self._pipeline.predict_proba(inputs), np.float64)

    def write_onnx(self, path: Path) -> None:
        """Write it with its probabilities as the only output."""
        from skl2onnx import to_onnx

        types = [("rows", self._given)]
        model = to_onnx(self._pipeline, initial_types=types, options={"zipmap": False})
        kept = [output for output in model.graph.output if output.name == "probabilities"]
        del model.graph.output[:]
        model.graph.output.extend(kept)
        path.write_bytes(model.SerializeToString())


def fitted(pipeline: Any, given: Any, rows: Rows, output: OutputKind, log: Log) -> FittedPipeline:
    """Return the pipeline fitted to rows, and log its figures."""
    from sklearn.metrics import log_loss

    pipeline.fit(rows.train.inputs, rows.train.labels)
    found = FittedPipeline(pipeline, given)
    figures: dict[str, float] = {}
    for prefix, part in (("", rows.train), ("val_", rows.validation)):
        said = found.values(part.inputs)
        figures[f"{prefix}accuracy"] = float((said.argmax(axis=1) == part.labels).mean())
        figures[f"{prefix}loss"] = float(log_loss(part.labels, said, labels=range(output.width)))
    log(figures)
    return found
