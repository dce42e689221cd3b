"""Rows of a table as amounts for trees: in a category's place stands the mean truth of its rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind, Truths
from training.model.model import Rows
from training.models._columns import Columns, Ints
from training.models._onnx import Graph

FOLDS = 5  # for the means of training rows, none of which counts its own truth
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Encoding:
    """The amounts of a row as they are, then the means of its categories.

    A missing value, and a string that is no category, are categories of their own; one without
    training rows has the mean of all. Of more than two labels each has a mean.
    means: shape (codes of all columns, means of a code).
    """

    columns: Columns
    means: Doubles

    def apply(self, inputs: NDArray[np.float32]) -> Doubles:
        """Return rows as the trees take them, shape (rows, amounts + means)."""
        means = self.means[self.columns.places_of(inputs)].reshape(len(inputs), -1)
        return np.hstack([inputs[:, self.columns.amounts], means], dtype=np.float64)

    def add(self, graph: Graph, rows: str) -> str:
        """Add the same calculation to a graph; return its result's name."""
        from onnx import TensorProto

        amounts = self.columns.add_amounts(graph, rows)
        parts = [graph.add("Cast", [amounts], "doubles", to=TensorProto.DOUBLE)]
        if len(self.columns.words):
            places = self.columns.add_places(graph, rows)
            means = graph.constant("means", self.means)
            graph.add("Gather", [means, places], "means_of_words", axis=0)
            parts.append(graph.add("Flatten", ["means_of_words"], "flat_means", axis=1))
        return graph.add("Concat", parts, "encoded", axis=1)


def fit_encoding(
    schema: InputKind, output: OutputKind, rows: Rows, seed: int
) -> tuple[Encoding, Doubles]:
    """Return the encoding and the training rows in it.

    The mean that stands in a training row is of other rows, none of which is a copy of it, or trees
    would trust rare categories.
    seed: of how rows are dealt to the folds.
    Source: Micci-Barreca, A preprocessing scheme for high-cardinality categorical attributes, 2001.
    """
    columns, inputs = Columns.of(schema), rows.train.inputs
    # Trees do not take a column of gaps only; on one of zeros they do not split.
    amounts = inputs[:, columns.amounts]
    amounts = np.where(np.isnan(amounts).all(axis=0), 0, amounts)
    if not len(columns.words):
        return Encoding(columns, np.zeros((0, 1))), amounts.astype(np.float64)
    codes, folds = columns.codes_of(inputs), _folds(rows, seed)
    crossed, means = _means(codes, columns.gaps, rows.train.labels, len(output.labels), folds)
    return Encoding(columns, means), np.hstack([amounts, crossed], dtype=np.float64)


def _folds(rows: Rows, seed: int) -> list[tuple[Ints, Ints]]:
    """Return for each fold the places of the other training rows, and of its own."""
    from sklearn.model_selection import KFold

    cases = np.arange(len(rows.train.labels)) if rows.cases is None else rows.cases
    numbers, case = np.unique(cases, return_inverse=True)
    dealt = KFold(FOLDS, shuffle=True, random_state=seed).split(numbers)
    inside = [np.isin(case, own) for _, own in dealt]
    return [(np.flatnonzero(~own), np.flatnonzero(own)) for own in inside]


def _means(
    codes: Ints, gaps: Ints, truths: Truths, labels: int, folds: list[tuple[Ints, Ints]]
) -> tuple[Doubles, Doubles]:
    """Return the means in training rows, and those of all codes, one column after the other."""
    from sklearn.preprocessing import TargetEncoder

    encoder = TargetEncoder(
        categories=[np.arange(gap + 1) for gap in gaps],
        target_type={0: "continuous", 2: "binary"}.get(labels, "multiclass"),
        cv=folds,
    )
    crossed = encoder.fit_transform(codes, truths)
    wide = len(encoder.encodings_) // len(gaps)
    groups = range(0, len(encoder.encodings_), wide)
    means = [np.stack(encoder.encodings_[at : at + wide], axis=1) for at in groups]
    return crossed, np.concatenate(means)
