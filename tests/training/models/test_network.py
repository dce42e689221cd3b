"""What the network does beyond every model's promises: columns that tell nothing, odd values."""

import numpy as np
import pytest
from numpy.typing import NDArray

from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.number import NumberOutput
from tests.models import ignore
from training.contracts.examples import Part
from training.model.model import Fitted, Rows
from training.models.network import Network

pytestmark = [pytest.mark.seconds(10), pytest.mark.nightly]
SCHEMA = TableInput(
    columns=(
        NumberColumn(name="size"),
        NumberColumn(name="empty"),
        NumberColumn(name="constant"),
        CategoryColumn(name="colour", categories=("red", "green", "blue")),
    )
)
ROWS = 600


def rows(size: NDArray[np.floating], colour: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return rows, two of whose columns tell nothing."""
    empty, constant = np.full(len(size), np.nan), np.full(len(size), 7.0)
    return np.stack([size, empty, constant, colour], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """Return a network for euros, of rows with two colours and with gaps that mean 300."""
    random = np.random.default_rng(0)
    size, colour = random.normal(100, 20, ROWS), random.integers(0, 2, ROWS)
    truths = size + 50 * colour
    size[::5], truths[::5] = np.nan, 300 + 50 * colour[::5]
    part = Part(rows(size, colour), truths)
    parameters = Network.trial.model_copy(update={"epochs": 30, "batch_size": 32})
    return Network().fit(Rows(part, part), SCHEMA, NumberOutput(unit="EUR"), parameters, ignore)


def test_a_gap_is_known(fitted: Fitted) -> None:
    """A missing number is answered as such rows were, not as the mean is."""
    given = rows(np.array([np.nan, 100.0]), np.zeros(2, np.int64))
    gap, mean = fitted.values(given)[:, 0]
    assert gap == pytest.approx(300, abs=30) and mean == pytest.approx(100, abs=30)


def test_columns_that_tell_nothing_do_no_harm(fitted: Fitted) -> None:
    """One is always empty and one always the same; a value there is answered with a number."""
    given = rows(np.array([100.0, 100.0]), np.zeros(2, np.int64))
    given[1, 1], given[1, 2] = 3.0, 1e30
    assert np.isfinite(fitted.values(given)).all()


def test_categories_without_training_rows_are_answered_alike(fitted: Fitted) -> None:
    """Blue, an unknown colour and a missing one are nothing more than no colour."""
    given = rows(np.full(3, 100.0), np.array([2, 3, 0]))
    given[2, 3] = np.nan
    answers = fitted.values(given)
    assert np.allclose(answers, answers[0])
