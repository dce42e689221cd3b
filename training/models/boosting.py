"""Gradient boosting for tables, with scikit-learn's trees on histograms."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind, Truths
from training.model.figures import TREES
from training.model.model import Log, Model, Rows
from training.model.parameters import Parameters
from training.models._encoding import Encoding, fit_encoding
from training.models._figures import figures_of, log_loss
from training.models._onnx import ROWS, VALUES, Graph
from training.models._quantiles import Level, head_loss, levels
from training.models._trees import Head, add_trees

# Between which the figures are logged. Each goes on from the one before, which costs a few seconds
# of a million rows.
STEPS = 5
FEW = 50_000  # rows
APART = 0.001  # standard deviations


class BoostingParameters(Parameters):
    """Parameters of the boosted trees."""

    seed: Annotated[int, Field(ge=0, lt=2**31, description="any whole number")]
    trees: Annotated[
        int, Field(gt=0, le=10_000, description="of a number's answer, or of each of its labels")
    ]
    learning_rate: Annotated[float, Field(gt=0, le=1, description="share of a tree that counts")]
    leaves: Annotated[int, Field(ge=2, le=4096, description="of a tree, at most")]
    rows_per_leaf: Annotated[int, Field(gt=0, description="at least")]
    regularisation: Annotated[float, Field(ge=0, description="L2 penalty on a leaf's value")]


class FittedBoosting:
    """The trained trees: a classifier, or a regressor for the answer and each end."""

    device = "cpu"
    precision = "float64"

    def __init__(
        self, encoding: Encoding, heads: list[Any], output: OutputKind, shape: tuple[int, ...]
    ) -> None:
        import sklearn

        self.framework = ("scikit-learn", sklearn.__version__)
        self._encoding, self._heads = encoding, heads
        self._output, self._shape = output, shape

    def values(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return probabilities, or answers with both ends, not yet in order."""
        encoded = self._encoding.apply(inputs)
        with _threads(len(inputs)):
            if self._output.labels:
                return np.asarray(self._heads[0].predict_proba(encoded), np.float64)
            return np.stack([head.predict(encoded) for head in self._heads], axis=1)

    def write_onnx(self, path: Path) -> None:
        """Write the encoding and all trees, in float64 until they are summed up."""
        graph, width = Graph(), self._output.width
        encoded = self._encoding.add(graph, ROWS)
        # Of two labels only the second has trees; the first has the logit 0.
        first = int(bool(self._output.labels) and width == 2)
        heads = [
            Head(trees._predictors, trees._baseline_prediction.ravel(), place + first)
            for place, trees in enumerate(self._heads)
        ]
        made = "logits" if self._output.labels else VALUES
        add_trees(graph, encoded, heads, width=width, made=made)
        if self._output.labels:
            graph.add("Softmax", [made], VALUES, axis=1)
        graph.write(path, shape=self._shape, width=width)


class Boosting(Model[BoostingParameters]):
    """Boosted trees; they take gaps as they are, and categories as the mean truth of their rows."""

    inputs = frozenset({"table"})
    outputs = frozenset({"classes", "number"})
    Parameters = BoostingParameters
    trial = BoostingParameters(
        seed=1, trees=100, learning_rate=0.1, leaves=31, rows_per_leaf=20, regularisation=1.0
    )

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: BoostingParameters,
        log: Log,
    ) -> FittedBoosting:
        """Fit in a few steps, and log the figures after each one."""
        labels = rows.train.labels
        encoding, encoded = fit_encoding(schema, output, rows, parameters.seed)
        heads, targets = _heads(output, parameters), _targets(output, labels, parameters.seed)
        fitted = FittedBoosting(encoding, heads, output, schema.shape)
        loss = log_loss if output.labels else head_loss(output)
        steps = min(STEPS, parameters.trees)
        for trees in (parameters.trees * step // steps for step in range(1, steps + 1)):
            with _threads(len(labels)):
                for head, truths in zip(heads, targets, strict=True):
                    head.set_params(max_iter=trees).fit(encoded, truths)
            log(figures_of(fitted, output, rows, loss) | {TREES: trees}, epochs=steps)
        return fitted


@contextmanager
def _threads(rows: int) -> Iterator[None]:
    """Keep few rows on one core: threads would wait for each other longer than they compute."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1 if rows < FEW else None, user_api="openmp"):
        yield


def _heads(output: OutputKind, parameters: BoostingParameters) -> list[Any]:
    """Return what is fitted: one classifier, or a regressor for each value of a number."""
    from sklearn.ensemble import HistGradientBoostingClassifier as Classifier
    from sklearn.ensemble import HistGradientBoostingRegressor as Regressor

    options: dict[str, Any] = {
        "learning_rate": parameters.learning_rate,
        "max_leaf_nodes": parameters.leaves,
        "min_samples_leaf": parameters.rows_per_leaf,
        "l2_regularization": parameters.regularisation,
        "random_state": parameters.seed,
        "early_stopping": False,
        "categorical_features": None,
        "warm_start": True,
    }
    if output.labels:
        return [Classifier(**options)]
    return [Regressor(**options, **_loss(level)) for level in levels(output)]


def _targets(output: OutputKind, truths: Truths, seed: int) -> list[Truths]:
    """Return what each head is fitted to.

    Those of quantiles get truths that are moved apart a little: of counts, say, many truths equal
    the quantile of a leaf, and none of them pulls it up or down, so that trees stop growing.
    Source: Machado and Santos Silva, Quantiles for counts, JASA 100, 2005.
    """
    if output.labels:
        return [truths]
    away = np.random.default_rng(seed).uniform(-APART, APART, len(truths)) * truths.std()
    return [truths if level is None else truths + away for level in levels(output)]


def _loss(level: Level) -> dict[str, Any]:
    """Return scikit-learn's loss whose best answer is the mean, or a quantile.

    >>> _loss(None), _loss(0.9)
    ({'loss': 'squared_error'}, {'loss': 'quantile', 'quantile': 0.9})
    """
    return {"loss": "squared_error"} if level is None else {"loss": "quantile", "quantile": level}
