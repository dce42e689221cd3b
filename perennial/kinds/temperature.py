"""Calibrates probabilities: one temperature, fitted on validation rows, stored in the model."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from perennial.statistics.counts import Floats, Ints

# Smaller probabilities are raised to this; float32 can hold it, and its logarithm is finite.
TINY = 1e-12
# Limits of the search; a validation split cannot support a temperature beyond them.
COLDEST, HOTTEST = 0.25, 10.0


def soften(probabilities: Floats, temperature: float) -> Floats:
    """Return softmax(log p / T): T = 1 changes nothing, a higher T lowers the confidence.

    >>> soften(np.array([[0.9, 0.1]]), 1.0).round(3).tolist()
    [[0.9, 0.1]]
    """
    logits = np.log(np.clip(probabilities, TINY, None)) / temperature
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    softened: Floats = exponents / exponents.sum(axis=1, keepdims=True)
    return softened


def fit_temperature(probabilities: Floats, labels: Ints) -> float:
    """Return the temperature with the lowest log loss on held-out rows.

    Source: Guo et al., On Calibration of Modern Neural Networks, ICML 2017, section 4.2.
    """
    from scipy.optimize import minimize_scalar

    def loss(logarithm: float) -> float:
        found = soften(probabilities, float(np.exp(logarithm)))
        return float(-np.log(found[np.arange(len(labels)), labels]).mean())

    bounds = (np.log(COLDEST), np.log(HOTTEST))
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))


def append_temperature(path: Path, temperature: float) -> None:
    """Append the same calculation to the output of an ONNX model, in place."""
    import onnx
    from onnx import TensorProto, helper

    model = onnx.load(str(path))
    graph = model.graph
    raw = graph.output[0].name
    constants = (("calibration_tiny", TINY), ("calibration_temperature", temperature))
    graph.initializer.extend(
        helper.make_tensor(name, TensorProto.FLOAT, [], [value]) for name, value in constants
    )
    graph.node.extend(
        [
            helper.make_node("Max", [raw, "calibration_tiny"], ["calibration_clipped"]),
            helper.make_node("Log", ["calibration_clipped"], ["calibration_log"]),
            helper.make_node(
                "Div", ["calibration_log", "calibration_temperature"], ["calibration_logits"]
            ),
            helper.make_node("Softmax", ["calibration_logits"], ["calibrated"], axis=1),
        ]
    )
    output = helper.make_tensor_value_info("calibrated", TensorProto.FLOAT, [None, None])
    del graph.output[:]
    graph.output.append(output)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


@dataclass(frozen=True)
class Temperature:
    """The adjustment of probabilities by one temperature."""

    value: float

    @property
    def facts(self) -> Mapping[str, float]:
        """The temperature."""
        return {"temperature": self.value}

    def apply(self, values: Floats) -> Floats:
        """Return calibrated probabilities."""
        return soften(values, self.value)

    def append(self, path: Path) -> None:
        """Append it to an ONNX model."""
        append_temperature(path, self.value)
