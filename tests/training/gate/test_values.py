"""Each model gets the compared rows by its own schema, whatever the other's is."""

from pathlib import Path

import numpy as np
import pytest

from perennial.bundle.predictor import Predictor
from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from tests.kinds import make_bundle
from training.artifacts.splits import Split
from training.errors import BadParameter
from training.gate.values import arrays, values

# The columns of the champion's table in another order, categories too, and one more.
NEWER = TableInput(
    columns=(
        NumberColumn(name="income"),
        NumberColumn(name="height"),
        CategoryColumn(name="colour", categories=("blue", "grey", "red", "green")),
        NumberColumn(name="age"),
    )
)


def split(row: dict[str, object]) -> Split:
    """Return a split of one row of the newer table."""
    table = NEWER.to_arrow([{name: row.get(name) for name in NEWER.names}])
    return Split(NEWER, table, np.zeros(1, np.int64), np.array(["base"]))


def test_a_champion_gets_its_own_codes_for_the_same_words(tmp_path: Path) -> None:
    """Its columns in its order; a category that it does not know is the index after its last."""
    champion = Predictor(make_bundle(tmp_path / "table", "table"))
    for word, code in (("blue", 2), ("red", 0), ("grey", 3), (None, np.nan)):
        rows = split({"age": 39, "colour": word, "income": 7, "height": 180})
        np.testing.assert_array_equal(arrays(champion, rows), [[39, code, 7]])
        assert values(champion, rows).sum() == pytest.approx(1)


def test_rows_without_a_column_of_the_champion_are_refused(tmp_path: Path) -> None:
    """The message names the bundle and the column."""
    champion = Predictor(make_bundle(tmp_path / "table", "table"))
    rows = split({})
    gone = Split(NEWER, rows.table.drop_columns(["age"]), rows.labels, rows.source)
    message = r"table: the prepared rows' column age: got nothing, expected a column of type double"
    with pytest.raises(BadParameter, match=message):
        values(champion, gone)
