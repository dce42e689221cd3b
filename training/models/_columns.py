"""Which values of a row are amounts, and which are the codes of categories."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from training.models._onnx import Graph

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """The places of amounts and of categories in a row, and of each code in a table of all codes.

    A column of categories has a code for each, then one for any other string, then one for gaps.
    amounts, words: places in a flat row.
    gaps: the code of a missing value, per column of words.
    starts: the place of its first code in a table of the codes of all columns.
    """

    amounts: Ints
    words: Ints
    gaps: Ints
    starts: Ints

    @classmethod
    def of(cls, schema: InputKind) -> "Columns":
        """Return those of an input; where values have no names, all are amounts."""
        sizes = [len(column.categories or ()) for column in schema.modelled]
        sizes = sizes or [0] * int(np.prod(schema.shape))
        words = np.flatnonzero(sizes)
        gaps = np.array([sizes[at] + 1 for at in words], np.int64)
        starts = np.cumsum([0, *(gaps + 1)], dtype=np.int64)[:-1]
        return cls(np.flatnonzero(np.equal(sizes, 0)), words, gaps, starts)

    @property
    def codes(self) -> int:
        """How many codes there are in all columns."""
        return int((self.gaps + 1).sum())

    def codes_of(self, inputs: NDArray[np.float32]) -> Ints:
        """Return the codes of rows, shape (rows, words)."""
        given = inputs[:, self.words]
        return np.where(np.isnan(given), self.gaps, given).astype(np.int64)

    def places_of(self, inputs: NDArray[np.float32]) -> Ints:
        """Return where the codes of rows are in a table of all codes, shape (rows, words)."""
        return self.codes_of(inputs) + self.starts

    def add_amounts(self, graph: Graph, rows: str) -> str:
        """Add what takes amounts out of flat rows; return its result's name."""
        places = graph.constant("at_amounts", self.amounts)
        return graph.add("Gather", [rows, places], "amounts", axis=1)

    def add_places(self, graph: Graph, rows: str) -> str:
        """Add what `places_of` does; return its result's name."""
        from onnx import TensorProto

        gaps = graph.constant("gaps", self.gaps.astype(np.float32))
        graph.add("Gather", [rows, graph.constant("at_words", self.words)], "words", axis=1)
        graph.add("IsNaN", ["words"], "missing_words")
        graph.add("Where", ["missing_words", gaps, "words"], "codes")
        graph.add("Cast", ["codes"], "whole_codes", to=TensorProto.INT64)
        return graph.add("Add", ["whole_codes", graph.constant("starts", self.starts)], "places")
