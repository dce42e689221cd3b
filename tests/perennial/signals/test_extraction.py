"""What every kind of input and every signal promises."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import TypeAdapter

from perennial import signals
from perennial.kinds.columns import NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.known import Input
from perennial.signals import Extraction
from tests import kinds
from tests.kinds import KINDS, Kind

LARGEST = float(np.finfo(np.float32).max)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Every kind of input in turn."""
    return KINDS[request.param]


def odd(kind: Kind) -> signals.Rows:
    """Return rows that nobody expects and every client may send."""
    if kind.schema.dtype == "object":
        found = ["", " ", "\0", "!?" * 5000, "ÄÖÜ", "語" * 300, "🙂", "a" * 10_000, "\n1\t2"]
        return np.array(found, dtype=object)
    values = [0.0, -0.0, 1e-45, -1.0, LARGEST, -LARGEST]
    rows = [np.full(kind.schema.shape, value, np.float32) for value in values]
    mixed = np.full(kind.schema.shape, LARGEST, np.float32)
    mixed.flat[::2] *= -1
    return np.stack([*rows, mixed])


def same(one: dict[str, NDArray[Any]], other: dict[str, NDArray[Any]]) -> bool:
    """Tell whether columns are the same in every bit."""
    pairs = zip(one.items(), other.items(), strict=True)
    return all(a == b and x.tobytes() == y.tobytes() for (a, x), (b, y) in pairs)


def test_names_are_labels_of_a_metric(kind: Kind) -> None:
    """Names are distinct, as a metric's label wants them, and none is that of an output."""
    names = kinds.fitted(kind).names
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    assert len({*names, *signals.OUTPUTS}) == len(names) + len(signals.OUTPUTS)


def test_a_column_has_a_value_for_every_row(kind: Kind) -> None:
    """The columns are those that were promised, whatever the number of rows."""
    extraction = kinds.fitted(kind)
    for rows in (0, 1, 7):
        columns = extraction.extract(kind.rows(rows, 3))
        assert tuple(columns) == extraction.names
        assert {column.shape for column in columns.values()} == {(rows,)}


def test_odd_input_has_finite_signals(kind: Kind) -> None:
    """Empty, huge and tiny input never makes a signal infinite, nor missing."""
    columns = kinds.fitted(kind).extract(odd(kind))
    assert all(np.isfinite(column).all() for column in columns.values())


def test_a_batch_is_its_rows_one_by_one(kind: Kind) -> None:
    """A row's signals do not depend on the rows beside it, and no bin hangs on a last bit."""
    extraction, rows = kinds.fitted(kind), kind.rows(50, 4)
    together = extraction.extract(rows)
    for index in range(len(rows)):
        alone = extraction.extract(rows[index : index + 1])
        for name, column in together.items():
            assert alone[name][0] == pytest.approx(column[index], rel=1e-5, abs=1e-6, nan_ok=True)


def test_a_constant_reference_holds_its_own_rows(kind: Kind) -> None:
    """Rows that are all the same are not outside of a reference of such rows, alone or together."""
    row = kind.rows(1, 5)
    rows = np.repeat(row, 40, axis=0)
    extraction = Extraction.fit(kind.schema, rows)
    reference = kinds.reference(extraction, rows, np.full((40, 2), 0.5))
    binner = signals.Binner(reference.signals)
    outputs = signals.outputs(np.full((1, 2), 0.5, np.float32))
    counts = binner.count({**extraction.extract(row), **outputs})
    for signal, start in zip(binner.signals, binner.offsets.tolist(), strict=True):
        assert signal.kind == "categorical" or counts[start + len(signal.bins) - 2] == 0


def test_what_is_saved_is_what_is_loaded(kind: Kind, tmp_path: Path) -> None:
    """The service computes, bit by bit, what training computed."""
    extraction, rows = kinds.fitted(kind), kind.rows(60, 6)
    extraction.save(tmp_path / "signals.npz")
    again = Extraction.load(kind.schema, tmp_path / "signals.npz")
    assert same(extraction.extract(rows), again.extract(rows))
    assert again.categories == extraction.categories


def test_the_same_fit_is_the_same_file(kind: Kind, tmp_path: Path) -> None:
    """A bundle's digest does not change where nothing else did."""
    for name in ("one", "two"):
        kinds.fitted(kind).save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_schema_survives_the_manifest(kind: Kind) -> None:
    """What the manifest says of the input is what training said."""
    text = json.dumps(kind.schema.model_dump(mode="json"))
    assert TypeAdapter(Input).validate_json(text) == kind.schema


def test_there_must_be_rows_to_fit_on(kind: Kind) -> None:
    """Without rows there is nothing to learn a direction or a word from."""
    with pytest.raises(ValueError, match="rows: got none"):
        Extraction.fit(kind.schema, kind.rows(0, 0))


def test_a_table_without_categories_needs_no_arrays(tmp_path: Path) -> None:
    """Its file is there, and empty."""
    schema = TableInput(columns=(NumberColumn(name="x"),))
    Extraction(schema, {}).save(tmp_path / "signals.npz")
    assert Extraction.load(schema, tmp_path / "signals.npz").names == ("x",)
