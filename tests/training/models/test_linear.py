"""What the regression does beyond every model's promises: gaps, and categories."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from perennial.kinds.columns import NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.number import NumberOutput
from tests.models import ignore
from training.contracts.examples import EXAMPLES, Part
from training.model.model import Rows
from training.models.linear import Linear

EXAMPLE = {one.name.partition(",")[0]: one for one in EXAMPLES if one.output.labels}


def test_a_missing_number_counts_as_its_columns_mean() -> None:
    """A row with a gap is answered like the row that has the mean there."""
    one = EXAMPLE["numbers"]
    fitted = Linear().fit(one.rows, one.schema, one.output, Linear.trial, ignore)
    means = np.nanmean(one.rows.train.inputs, axis=0)
    gap, filled = one.rows.validation.inputs[:1].copy(), one.rows.validation.inputs[:1].copy()
    gap[0, 1], filled[0, 1] = np.nan, means[1]
    assert np.allclose(fitted.values(gap), fitted.values(filled), atol=1e-6)


def test_a_category_without_training_rows_has_no_weight() -> None:
    """An unknown colour and a missing one, which no training row has, are answered alike."""
    one = EXAMPLE["categories"]
    train = Part(np.nan_to_num(one.rows.train.inputs, nan=0).clip(max=2), one.rows.train.labels)
    rows = Rows(train, train)
    fitted = Linear().fit(rows, one.schema, one.output, Linear.trial, ignore)
    answers = fitted.values(np.array([[0, 3], [0, np.nan], [0, 1]], np.float32))
    assert np.allclose(answers[0], answers[1]) and answers[2, 1] > 0.5


@pytest.mark.parametrize(("far", "step"), [(2011.0, 1.0), (1e6, 1.0), (1.6e9, 1024.0)])
def test_a_column_far_from_0_is_the_same_in_onnx(tmp_path: Path, far: float, step: float) -> None:
    """Years, northings and seconds: how far each is from the mean matters, of which it has few."""
    places = np.random.default_rng(0).integers(0, 10, 400)
    part = Part((far + step * places)[:, None].astype(np.float32), 10.0 * places)
    schema = TableInput(columns=(NumberColumn(name="a"),))
    fitted = Linear().fit(Rows(part, part), schema, NumberOutput(), Linear.trial, ignore)
    fitted.write_onnx(tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    (found,) = session.run(None, {"rows": part.inputs})
    assert np.abs(found - fitted.values(part.inputs)).max() < 1e-4
