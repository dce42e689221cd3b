"""Reports group rows by every column that the model gets, also by those whose drift is no news."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.signals.extraction import Extraction
from training.report.row_columns import RowColumns

ROWS = [[20.0, 3.0, "sun"], [30.0, 4.0, "mon"], [40.0, 4.0, None]]


def of(*, watched: bool) -> RowColumns:
    """Return the columns of a table whose hour and day a clock tells."""
    kind = TableInput(
        columns=(
            NumberColumn(name="age"),
            NumberColumn(name="hour", watched=watched),
            CategoryColumn(name="day", categories=("sun", "mon"), watched=watched),
        )
    )
    extraction = Extraction.fit(kind, kind.read(ROWS))
    bundle = SimpleNamespace(manifest=SimpleNamespace(input=kind), extraction=extraction)
    inputs: Any = SimpleNamespace(
        challenger=SimpleNamespace(bundle=bundle),
        rows=SimpleNamespace(table=kind.to_arrow(ROWS)),
    )
    return RowColumns.of(inputs)


def test_columns_that_a_clock_tells_are_there_as_if_they_were_watched() -> None:
    """An hour of the day does not drift, but errors depend on it."""
    clock, watched = of(watched=False), of(watched=True)
    assert clock.categories == watched.categories == {"day": ("sun", "mon", "other", "missing")}
    assert list(clock.columns) == list(watched.columns) == ["age", "hour", "day"]
    for name, column in clock.columns.items():
        assert np.array_equal(column, watched.columns[name])
