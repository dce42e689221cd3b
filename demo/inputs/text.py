"""Texts in the demo: what they are about changes, or a client cuts them short."""

from collections.abc import Mapping

import pyarrow
import pyarrow.compute

from demo.inputs.demo_input import PlainInput
from demo.shift import Shift
from perennial.kinds.inputs.text import COLUMN

LENGTH = 30  # characters


def cut(rows: pyarrow.Table) -> pyarrow.Table:
    """Return texts without what follows their first characters.

    >>> cut(pyarrow.table({COLUMN: ["x" * 50]}))[COLUMN].to_pylist() == ["x" * LENGTH]
    True
    """
    texts = pyarrow.compute.utf8_slice_codeunits(rows[COLUMN], 0, LENGTH)
    return pyarrow.table([texts], schema=rows.schema)


class DemoTexts(PlainInput):
    """Texts of one task."""

    topics = True

    @property
    def shifts(self) -> Mapping[str, Shift]:
        """What can happen to them."""
        return {"cut": Shift.single(f"a new client cuts texts after {LENGTH} characters", cut)}


INPUT = DemoTexts
