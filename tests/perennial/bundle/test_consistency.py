"""Signals of an input and of an output are told apart by their names."""

from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from perennial.bundle.consistency import check
from perennial.errors import BundleRejected
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.signals import Extraction, Rows
from perennial.signals.arrays import Arrays, Expected
from tests import bundles


class Sure:
    """A source of rows with one signal, which has the name of an output's."""

    dtype: ClassVar[str] = "float32"
    shape: ClassVar[tuple[int, ...]] = ()
    categories: dict[str, tuple[str, ...]] = {}

    def expected_arrays(self) -> dict[str, Expected]:
        """Return none."""
        return {}

    def fit_signals(self, rows: Rows) -> Arrays:
        """Return none."""
        return {}

    def signals(self, arrays: Arrays) -> "Sure":
        """Return itself."""
        return self

    def extract(self, rows: Rows) -> dict[str, NDArray[Any]]:
        """Return the rows."""
        return {"confidence": rows}


def test_an_input_may_not_have_a_signal_of_the_output() -> None:
    """Two signals of one name would be counted as one."""
    output = ClassesOutput(labels=("no", "yes"))
    columns = {"brightness": np.array([1.0, 2.0]), **output.extract(output.examples(2, 1))}
    reference = bundles.make_reference(columns, labels=output.labels)
    with pytest.raises(BundleRejected, match="'confidence' is one of the input and of the output"):
        check(reference, Extraction(Sure(), {}), output)
