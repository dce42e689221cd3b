"""Makes intervals of numbers hold: by how much to widen them, fitted on validation rows.

Values have the columns answer, low end and high end.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from perennial.statistics.counts import Floats
from perennial.statistics.regression import ANSWER, HIGH, LOW

# What the columns of values are called in an ONNX model.
COLUMNS = {"interval_answer": ANSWER, "interval_low": LOW, "interval_high": HIGH}


def least_rows(coverage: float) -> int:
    """Return how many rows it takes to say how wide intervals of this coverage have to be.

    >>> least_rows(0.9), least_rows(0.99)
    (9, 99)
    """
    return math.ceil(coverage / (1 - coverage) - 1e-9)


def widening(values: Floats, truths: NDArray[np.float64], *, coverage: float) -> float:
    """Return what to add at both ends, so that intervals of new rows hold the truth that often.

    It is less than 0 where the model's own intervals are too wide. The share that holds is at least
    `coverage` on rows that are exchangeable with these. With fewer than `least_rows`, it is what
    the worst of them needs.
    coverage: usually 0.9.
    Source: Romano, Patterson and Candès, Conformalized quantile regression, NeurIPS 2019, eq. 8.

    >>> truths = np.arange(1.0, 10.0)
    >>> widening(np.zeros((9, 3)), truths, coverage=0.9)
    9.0
    """
    low = np.minimum(values[:, LOW], values[:, ANSWER])
    high = np.maximum(values[:, HIGH], values[:, ANSWER])
    missed = np.sort(np.maximum(low - truths, truths - high))
    rank = math.ceil((len(missed) + 1) * coverage - 1e-9)
    return float(missed[min(rank, len(missed)) - 1])


@dataclass(frozen=True)
class Conformal:
    """The adjustment of a model's answers and intervals.

    widened: what is added at both ends.
    least, most: the smallest and the largest number that there can be.
    """

    widened: float
    least: float = -math.inf
    most: float = math.inf

    @property
    def facts(self) -> Mapping[str, float]:
        """By how much intervals are widened."""
        return {"widened": self.widened}

    def apply(self, values: Floats) -> Floats:
        """Return values with low <= answer <= high, all of them numbers that there can be."""
        answer = values[:, ANSWER]
        low = np.minimum(np.minimum(values[:, LOW], answer) - self.widened, answer)
        high = np.maximum(np.maximum(values[:, HIGH], answer) + self.widened, answer)
        adjusted: Floats = np.stack([answer, low, high], axis=1).clip(self.least, self.most)
        return adjusted

    def append(self, path: Path) -> None:
        """Append the same calculation to an ONNX model, in place."""
        import onnx
        from onnx import TensorProto, helper

        model = onnx.load(str(path))
        graph = model.graph
        steps, limits = _steps(graph.output[0].name), self._limits()
        last = steps[-1].made
        for number, (kind, limit) in enumerate(limits.items()):
            steps.append(Step(kind, [last, limit[0]], f"interval_limited_{number}"))
            last = steps[-1].made
        numbers = dict([("interval_widened", self.widened), *limits.values()])
        graph.initializer.extend(
            helper.make_tensor(name, TensorProto.FLOAT, [], [value])
            for name, value in numbers.items()
        )
        graph.initializer.extend(
            helper.make_tensor(f"{name}_at", TensorProto.INT64, [1], [at])
            for name, at in COLUMNS.items()
        )
        graph.node.extend(
            helper.make_node(step.kind, step.given, [step.made], **step.options) for step in steps
        )
        output = helper.make_tensor_value_info(last, TensorProto.FLOAT, [None, len(COLUMNS)])
        del graph.output[:]
        graph.output.append(output)
        onnx.checker.check_model(model)
        onnx.save(model, str(path))

    def _limits(self) -> dict[str, tuple[str, float]]:
        """Return the steps that keep values within finite limits, with a name for each limit."""
        limits = {"Max": ("interval_least", self.least), "Min": ("interval_most", self.most)}
        return {kind: limit for kind, limit in limits.items() if math.isfinite(limit[1])}


class Step(NamedTuple):
    """A node of an ONNX graph: its kind, what it is given, the name of what it makes."""

    kind: str
    given: list[str]
    made: str
    options: Mapping[str, Any] = {}


def _steps(raw: str) -> list[Step]:
    """Return the steps of `apply` but for the limits; raw: the name of the model's values."""
    answer, low, high = COLUMNS
    steps = [Step("Gather", [raw, f"{name}_at"], name, {"axis": 1}) for name in COLUMNS]
    for end, outer, away in ((low, "Min", "Sub"), (high, "Max", "Add")):
        steps += [
            Step(outer, [end, answer], f"{end}_ordered"),
            Step(away, [f"{end}_ordered", "interval_widened"], f"{end}_moved"),
            Step(outer, [f"{end}_moved", answer], f"{end}_kept"),
        ]
    joined = [answer, f"{low}_kept", f"{high}_kept"]
    return [*steps, Step("Concat", joined, "interval_values", {"axis": 1})]
