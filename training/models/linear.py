"""Linear models of pixels or columns, with scikit-learn: logistic and ridge regression."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.model.model import Log, Model, Rows
from training.model.parameters import Parameters
from training.models._columns import Columns
from training.models._figures import figures_of, log_loss
from training.models._onnx import ROWS, VALUES, Graph
from training.models._quantiles import head_loss

Doubles = NDArray[np.float64]


class LinearParameters(Parameters):
    """Parameters of the regression."""

    inverse_regularisation: Annotated[float, Field(gt=0, description="scikit-learn's C")]
    iterations: Annotated[int, Field(gt=0, description="maximum")]


@dataclass(frozen=True)
class Design:
    """What a row's values are multiplied with: scaled amounts, then a 1 for each category it has.

    means, scales: of the amounts.
    """

    columns: Columns
    means: Doubles
    scales: Doubles

    @classmethod
    def of(cls, schema: InputKind, inputs: NDArray[np.float32]) -> "Design":
        """Return that of training rows."""
        columns = Columns.of(schema)
        amounts = _flat(inputs)[:, columns.amounts].astype(np.float64)
        known = ~np.isnan(amounts)
        counts = np.maximum(known.sum(axis=0), 1)
        means = np.where(known, amounts, 0).sum(axis=0) / counts
        squares = np.where(known, (amounts - means) ** 2, 0).sum(axis=0) / len(amounts)
        return cls(columns, means, np.where(squares > 0, np.sqrt(squares), 1))

    def apply(self, inputs: NDArray[np.float32]) -> Doubles:
        """Return the rows, shape (rows, amounts + codes of all columns)."""
        flat, columns = _flat(inputs), self.columns
        amounts = flat[:, columns.amounts].astype(np.float64)
        scaled = (np.where(np.isnan(amounts), self.means, amounts) - self.means) / self.scales
        words = np.zeros((len(flat), columns.codes))
        words[np.arange(len(flat))[:, None], columns.places_of(flat)] = 1
        return np.hstack([scaled, words])

    def add(self, graph: Graph, weights: Doubles, bias: Doubles) -> str:
        """Add its product with weights, shape (columns, values), plus a bias; return its name.

        It is in float64, as in scikit-learn: of years, say, float32 would keep few digits of how
        far each is from their mean.
        """
        from onnx import TensorProto

        rows = graph.add("Flatten", [ROWS], "flat", axis=1)
        single = self.columns.add_amounts(graph, rows)
        amounts = graph.add("Cast", [single], "doubles", to=TensorProto.DOUBLE)
        missing = graph.add("IsNaN", [amounts], "missing")
        means = graph.constant("means", self.means)
        filled = graph.add("Where", [missing, means, amounts], "filled")
        centred = graph.add("Sub", [filled, means], "centred")
        scales = graph.constant("scales", self.scales)
        scaled = graph.add("Div", [centred, scales], "scaled")
        split = len(self.means)
        given = [scaled, graph.constant("weights", weights[:split])]
        summed = graph.add("Gemm", [*given, graph.constant("bias", bias)], "sums")
        if not len(self.columns.words):
            return summed
        places = self.columns.add_places(graph, rows)
        of_words = graph.constant("weights_of_words", weights[split:])
        each = graph.add("Gather", [of_words, places], "each_word", axis=0)
        axes = graph.constant("axes", np.array([1], np.int64))
        words = graph.add("ReduceSum", [each, axes], "sum_of_words", keepdims=0)
        return graph.add("Add", [summed, words], "all_sums")


class FittedLinear:
    """The trained regression."""

    device = "cpu"
    precision = "float64"

    def __init__(
        self, design: Design, regression: Any, output: OutputKind, shape: tuple[int, ...]
    ) -> None:
        import sklearn

        self.framework = ("scikit-learn", sklearn.__version__)
        self._design, self._regression = design, regression
        self._output, self._shape = output, shape

    def values(self, inputs: NDArray[np.float32]) -> Doubles:
        """Return scikit-learn's own probabilities, or its answer as both ends too."""
        rows = self._design.apply(inputs)
        if self._output.labels:
            return np.asarray(self._regression.predict_proba(rows), np.float64)
        return np.tile(self._regression.predict(rows)[:, None], (1, self._output.width))

    def write_onnx(self, path: Path) -> None:
        """Write the same calculation."""
        from onnx import TensorProto

        graph, labels, width = Graph(), self._output.labels, self._output.width
        weights, bias = np.atleast_2d(self._regression.coef_), self._regression.intercept_
        bias = np.atleast_1d(bias)
        if labels and width == 2:  # scikit-learn keeps the logit of the second label only
            weights, bias = np.vstack([0 * weights, weights]), np.array([0, *bias])
        if not labels:
            weights, bias = np.repeat(weights, width, axis=0), np.repeat(bias, width)
        sums = self._design.add(graph, weights.T, bias)
        made = "doubled" if labels else sums
        if labels:
            graph.add("Softmax", [sums], made, axis=1)
        graph.add("Cast", [made], VALUES, to=TensorProto.FLOAT)
        graph.write(path, shape=self._shape, width=width)


class Linear(Model[LinearParameters]):
    """Standardised amounts and categories, each of which has a weight.

    A missing amount counts as the mean of its column; a missing or unknown category is one of its
    own. A number has no interval but the one that its kind's adjustment makes.
    """

    inputs = frozenset({"image", "table"})
    outputs = frozenset({"classes", "number"})
    Parameters = LinearParameters
    trial = LinearParameters(inverse_regularisation=0.1, iterations=2000)

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: LinearParameters,
        log: Log,
    ) -> FittedLinear:
        """Fit in one go; there are no epochs, so the figures are logged once."""
        from sklearn.linear_model import LogisticRegression, Ridge

        strength, most = parameters.inverse_regularisation, parameters.iterations
        regression: Any = Ridge(alpha=0.5 / strength)
        if output.labels:
            regression = LogisticRegression(C=strength, max_iter=most)
        design = Design.of(schema, rows.train.inputs)
        regression.fit(design.apply(rows.train.inputs), rows.train.labels)
        fitted = FittedLinear(design, regression, output, schema.shape)
        log(figures_of(fitted, output, rows, log_loss if output.labels else head_loss(output)))
        return fitted


def _flat(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    return inputs.reshape(len(inputs), -1)
