"""What the trees do beyond every model's promises: rows on a split, gaps, many categories."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.output_kind import OutputKind
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.kinds.outputs.number import NumberOutput
from tests.models import ignore
from training.contracts.examples import Part
from training.model.model import Fitted, Rows
from training.models._encoding import fit_encoding
from training.models.boosting import Boosting

MANY = 400  # categories, more than scikit-learn's own trees take
ROWS = 4000
SCHEMA = TableInput(
    columns=(
        NumberColumn(name="size"),
        CategoryColumn(name="shop", categories=tuple(f"shop {at}" for at in range(MANY))),
    )
)
YES_OR_NO = ClassesOutput(labels=("no", "yes"))
EURO = NumberOutput(unit="EUR")


def fit(output: OutputKind) -> Fitted:
    """Fit a few trees to rows of which number and category matter; every tenth number is a gap."""
    random = np.random.default_rng(0)
    size, shop = random.normal(size=ROWS), random.integers(0, MANY - 1, ROWS)
    size[::10] = np.nan
    truths = np.nan_to_num(size, nan=5) + shop % 9 / 2 + random.normal(size=ROWS) / 4
    labels = truths if output.quantiles else (truths > 3).astype(np.int64)
    part = Part(rows(size, shop), labels)
    few = Boosting.trial.model_copy(update={"trees": 30})
    return Boosting().fit(Rows(part, part), SCHEMA, output, few, ignore)


def rows(size: NDArray[np.floating], shop: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return rows as the model gets them."""
    return np.stack([size, shop], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def trees() -> dict[str, Fitted]:
    """Return fitted trees of both kinds of output."""
    return {output.kind: fit(output) for output in (YES_OR_NO, EURO)}


@pytest.mark.parametrize("kind", ["classes", "number"])
def test_a_row_on_a_split_goes_the_same_way_in_onnx(
    trees: dict[str, Fitted], tmp_path: Path, kind: str
) -> None:
    """Thresholds are float64: rounded to float32, some would lie on the other side of a row."""
    fitted = trees[kind]
    heads = fitted._heads  # type: ignore[attr-defined]
    nodes = np.concatenate([tree.nodes for head in heads for (tree,) in head._predictors])
    split = nodes["num_threshold"][(nodes["is_leaf"] == 0) & (nodes["feature_idx"] == 0)]
    on = split[np.isfinite(split)].astype(np.float32)
    near = np.concatenate([on, np.nextafter(on, np.inf), np.nextafter(on, -np.inf), [np.nan]])
    given = rows(near, np.arange(len(near)) % (MANY + 1))
    given[::7, 1] = np.nan
    fitted.write_onnx(tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    (found,) = session.run(None, {"rows": given})
    assert np.abs(found - fitted.values(given)).max() < 1e-5


def test_a_category_without_training_rows_counts_as_the_mean_of_all(
    trees: dict[str, Fitted],
) -> None:
    """One that is unknown, missing, or was in no training row; all are answered alike."""
    shops = np.array([MANY - 1, MANY, np.nan], np.float32)
    answers = trees["number"].values(np.stack([np.zeros(3, np.float32), shops], axis=1))
    assert (answers == answers[0]).all()
    least, most = trees["number"].values(rows(np.zeros(2), np.array([0, 8])))[:, 0]
    assert least + 1 < answers[0, 0] < most - 1


def test_a_missing_number_is_a_value_of_its_own(trees: dict[str, Fitted]) -> None:
    """It is answered as such rows were, not as the mean is."""
    gap, mean = trees["number"].values(rows(np.array([np.nan, 0.0]), np.zeros(2, np.int64)))[:, 0]
    assert gap == pytest.approx(5, abs=0.5) and mean == pytest.approx(0, abs=0.5)


def test_the_interval_holds_most_truths_and_is_narrow(trees: dict[str, Fitted]) -> None:
    """Answer, low end and high end are heads of their own; the noise is a quarter."""
    given = rows(np.linspace(-1, 1, 50), np.arange(50))
    answer, low, high = trees["number"].values(given).T
    assert np.abs(answer - (given[:, 0] + given[:, 1] % 9 / 2)).mean() < 0.6
    assert ((low < answer) & (answer < high)).mean() > 0.9 and 0.4 < (high - low).mean() < 3


def test_rare_categories_are_not_learned_by_heart() -> None:
    """Where truths are chance, categories of ten rows each tell nothing about other rows."""
    random = np.random.default_rng(3)
    given = rows(np.zeros(ROWS), random.integers(0, MANY, ROWS))
    part = Part(given, random.integers(0, 2, ROWS))
    few = Boosting.trial.model_copy(update={"trees": 30})
    fitted = Boosting().fit(Rows(part, part), SCHEMA, YES_OR_NO, few, ignore)
    likely = fitted.values(given)[:, 1]
    assert np.abs(likely - 0.5).mean() < 0.12


@pytest.mark.parametrize("copies", [1, 3, 10])
def test_a_mean_counts_no_copy_of_its_row(copies: int) -> None:
    """Where truths are chance, the mean in a fresh row's place tells nothing of its own truth."""
    random = np.random.default_rng(3)
    given, truths = rows(np.zeros(ROWS), random.integers(0, MANY, ROWS)), random.integers(
        0, 2, ROWS
    )
    cases = np.repeat(np.arange(ROWS), copies)
    part = Part(given[cases], truths[cases])
    _, encoded = fit_encoding(SCHEMA, YES_OR_NO, Rows(part, part, cases), 1)
    assert abs(np.corrcoef(encoded[:, 1], truths[cases])[0, 1]) < 0.1
