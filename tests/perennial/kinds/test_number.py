"""Numbers: what a label may be, and intervals that hold what they promise."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from pydantic import ValidationError

from perennial.errors import InvalidInput
from perennial.kinds.conformal import Conformal
from perennial.kinds.contracts import OUTPUT_CHECKS
from perennial.kinds.outputs.number import NumberOutput
from perennial.signals.signal import INTERVAL_WIDTH, PREDICTION
from perennial.statistics.control_limit import control_limit
from perennial.statistics.counts import Floats
from perennial.statistics.regression import HIGH, LOW, covered

SCHEMAS = {
    "bare": NumberOutput(),
    "squared": NumberOutput(unit="EUR", loss="squared"),
    "pinball": NumberOutput(loss="pinball", quantile=0.8, coverage=0.8),
    "only below": NumberOutput(high=-3.5),
    "a share": NumberOutput(low=0, high=1, unit="share"),
}


def drawn(rows: int, seed: int) -> tuple[Floats, Floats]:
    """Return a model's raw values and truths whose spread differs from row to row.

    The model's intervals are too narrow, by as much in every row.
    """
    random = np.random.default_rng(seed)
    centre, spread = random.uniform(20, 80, rows), random.uniform(0.5, 5, rows)
    truths = centre + spread * random.standard_normal(rows)
    reach = 1.645 * spread - 1
    return np.stack([centre, centre - reach, centre + reach], axis=1), truths


@pytest.mark.parametrize("check", OUTPUT_CHECKS)
@pytest.mark.parametrize("kind", SCHEMAS.values(), ids=SCHEMAS)
def test_numbers_of_every_sort_keep_the_promises(kind: NumberOutput, check: Any) -> None:
    """Whatever the loss, the limits and the coverage."""
    check(kind)


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_intervals_hold_as_many_labels_as_they_should(coverage: float) -> None:
    """On rows like those of validation: 88 to 92 of 100 where 90 should, and so for others."""
    output = NumberOutput(coverage=coverage)
    raw, truths = drawn(2000, 1)
    adjustment = output.adjustment(raw, truths)
    new, labels = drawn(5000, 2)
    held = covered(adjustment.apply(new), labels).mean()
    assert abs(held - coverage) < 0.02
    assert covered(new, labels).mean() < coverage - 0.03, "the model's own are too narrow"


def test_narrow_rows_are_narrow_and_hold_too() -> None:
    """A row's interval follows how sure the row is; each third by width holds about its share."""
    raw, truths = drawn(2000, 1)
    adjustment = NumberOutput().adjustment(raw, truths)
    new, labels = drawn(6000, 2)
    found = adjustment.apply(new)
    widths = found[:, HIGH] - found[:, LOW]
    thirds = np.array_split(np.argsort(widths), 3)
    narrow, wide = widths[thirds[0]].mean(), widths[thirds[2]].mean()
    assert wide > 2.5 * narrow
    for third in thirds:
        assert 0.84 < covered(found[third], labels[third]).mean() < 0.96


def test_the_loss_of_coverage_under_drift_is_seen() -> None:
    """Where labels are spread twice as far, 500 of them lie below the control limit's share."""
    raw, truths = drawn(2000, 1)
    adjustment = NumberOutput().adjustment(raw, truths)
    test, labels = drawn(800, 2)
    accepted = float(covered(adjustment.apply(test), labels).mean())
    limit = control_limit(accepted, size=800, rows=500, z=5)
    new, same = drawn(500, 3)
    values = adjustment.apply(new)
    moved = new[:, 0] + 2 * (same - new[:, 0])
    assert covered(values, same).mean() > limit
    assert covered(values, moved).mean() < min(limit, accepted - 0.1)


def test_an_answer_without_an_interval_gets_one() -> None:
    """A model that gives its answer three times has intervals of one width, which hold."""
    _, truths = drawn(2000, 1)
    point = np.repeat(np.full((2000, 1), 50.0), 3, axis=1)
    adjustment = NumberOutput().adjustment(point, truths)
    _, labels = drawn(5000, 2)
    held = covered(adjustment.apply(np.full((5000, 3), 50.0)), labels).mean()
    assert abs(held - 0.9) < 0.02


def test_ends_stay_in_order_and_within_the_limits() -> None:
    """Whatever a model returns: low is at most the answer, and nothing is under 0 rentals."""
    adjustment = Conformal(-5.0, least=0.0)
    found = adjustment.apply(np.array([[3.0, 8.0, 1.0], [2.0, -9.0, 2.0], [-4.0, -6.0, -1.0]]))
    assert (found[:, LOW] <= found[:, 0]).all() and (found[:, 0] <= found[:, HIGH]).all()
    assert found.min() == 0


@pytest.mark.parametrize("limits", [{}, {"least": 0.0}, {"least": 0.0, "most": 60.0}])
def test_a_row_that_is_no_number_stays_so_in_the_model(
    limits: dict[str, float], tmp_path: Path
) -> None:
    """The limits of the answer do not make a number of it, in numpy and in ONNX Runtime."""
    file = tmp_path / "model.onnx"
    shape = [None, 3]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["rows"], ["raw"])],
        "identity",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("raw", TensorProto.FLOAT, shape)],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), str(file))
    adjustment = Conformal(1.5, **limits)
    adjustment.append(file)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    rows = np.array([[np.nan] * 3, [5, 4, 90], [1, np.nan, 2]], np.float32)
    (found,) = session.run(None, {"rows": rows})
    expected = adjustment.apply(rows.astype(np.float64))
    assert np.allclose(found, expected, equal_nan=True)
    assert np.isfinite(found).all(axis=1).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("label", "text"), [(7, "7.0"), ("7", "7.0"), (" 7", None), ("1e2", "100.0"), ("-0", "0.0")]
)
def test_a_label_is_a_number_or_its_text(label: str | int, text: str | None) -> None:
    """It has one text, however it is written."""
    output = NumberOutput(unit="rentals", low=0, high=977)
    if text is None:
        with pytest.raises(InvalidInput):
            output.read_label(label)
    else:
        assert output.read_label(label) == text


@pytest.mark.parametrize("label", [-1, "978", "12,5", "1_000", "nan", "١٢", "0x10", True, ""])
def test_what_is_no_such_number_is_refused_in_one_sentence(label: Any) -> None:
    """It names the value, the limits and the unit."""
    output = NumberOutput(unit="rentals", low=0, high=977)
    with pytest.raises(InvalidInput, match=r"^label: got .*, expected a number from 0 to 977 "):
        output.read_label(label)


def test_answers_have_as_many_digits_as_float32() -> None:
    """No noise of a conversion is shown, and a rounded answer is within its limits."""
    values = np.array([[12.3, 0.1, 977.00006]], np.float32)
    (answer,) = NumberOutput(low=0, high=977).answers(values)
    assert answer == {"value": 12.3, "low": 0.1, "high": 977.0}


def test_a_row_with_any_value_that_is_no_number_is_missing() -> None:
    """In both signals."""
    values = np.array([[1, 0, 2], [1, np.nan, 2], [np.inf, 0, np.inf]], np.float32)
    columns = NumberOutput().extract(values)
    for name in (PREDICTION, INTERVAL_WIDTH):
        assert np.isnan(columns[name]).tolist() == [False, True, True]


def test_models_are_told_what_to_fit() -> None:
    """Low end, answer, high end, as levels of quantiles; the mean has none."""
    assert NumberOutput().quantiles == (0.05, 0.5, 0.95)
    assert NumberOutput(loss="squared", coverage=0.8).quantiles == (0.1, None, 0.9)
    assert NumberOutput(loss="pinball", quantile=0.7).quantiles == (0.05, 0.7, 0.95)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"low": 3, "high": 3}, "high: got 3.0, expected a number over 3.0"),
        ({"quantile": 0.9}, "quantile: got 0.9, expected 0.5"),
        ({"loss": "huber"}, "absolute"),
        ({"coverage": 1.0}, "coverage"),
    ],
)
def test_a_schema_that_makes_no_sense_is_refused(fields: dict[str, Any], message: str) -> None:
    """The message names the field."""
    with pytest.raises(ValidationError, match=message):
        NumberOutput(**fields)


def test_the_schema_is_kept_by_the_names_it_was_given_by() -> None:
    """The manifest says `loss`, as a task does."""
    output = NumberOutput(unit="EUR", loss="squared", coverage=0.8)
    assert output.model_dump(mode="json") == {
        "kind": "number",
        "unit": "EUR",
        "low": None,
        "high": None,
        "loss": "squared",
        "quantile": 0.5,
        "coverage": 0.8,
    }
